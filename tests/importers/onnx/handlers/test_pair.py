import numpy as np
import pytest
from onnx import TensorProto
from onnx_files import model, node, read

from quantnn.errors import InputError

W = np.float32(np.random.default_rng(1).normal(size=(4, 1)))
ONE = {"one": np.float32(1), "minus": np.float32(-1)}
SIGMOID = node("Sigmoid", ["s"], ["p"])


def binary(*nodes, outputs=("y",)):
    return model([node("MatMul", ["x", "w"], ["s"]), *nodes], ["n", 4], {"w": W, **ONE}, outputs=outputs)


@pytest.mark.parametrize(
    "nodes",
    [
        [SIGMOID, node("Sub", ["one", "p"], ["q"]), node("Concat", ["q", "p"], ["y"], axis=1)],
        [node("Neg", ["s"], ["q"]), node("Concat", ["q", "s"], ["y"], axis=1)],
        [node("Mul", ["s", "minus"], ["q"]), node("Concat", ["q", "s"], ["y"], axis=1)],
        [
            SIGMOID,
            node("Sub", ["one", "p"], ["q"]),
            node("Concat", ["q", "p"], ["both"], axis=1),
            node("ArgMax", ["both"], ["class"], axis=1),
            node("Cast", ["class"], ["y"], to=TensorProto.INT64),
        ],
    ],
)
def test_both_classes_of_one_output_are_a_threshold(tmp_path, nodes):
    network = read(binary(*nodes), tmp_path, decision="").model
    assert network.decision == "threshold" and network.layers[-1].out_features == 1
    raw = np.random.default_rng(2).integers(0, 256, (50, 4))
    np.testing.assert_array_equal(network.classes(raw), (raw @ W.astype(float))[:, 0] > 0)


@pytest.mark.parametrize(
    "nodes",
    [
        [SIGMOID, node("Sub", ["one", "p"], ["q"]), node("Concat", ["p", "q"], ["y"], axis=1)],
        [SIGMOID, node("Neg", ["p"], ["q"]), node("Concat", ["q", "p"], ["y"], axis=1)],
        [node("Sub", ["one", "s"], ["q"]), node("Concat", ["q", "s"], ["y"], axis=1)],
        [node("Relu", ["s"], ["q"]), node("Concat", ["q", "s"], ["y"], axis=1)],
    ],
)
def test_what_only_looks_like_it(tmp_path, nodes):
    with pytest.raises(InputError, match="joins what was computed on two branches"):
        read(binary(*nodes), tmp_path, decision="")


def test_nothing_is_computed_behind_it(tmp_path):
    nodes = [SIGMOID, node("Sub", ["one", "p"], ["q"]), node("Concat", ["q", "p"], ["r"], axis=1)]
    with pytest.raises(InputError, match="computes with what ends a network"):
        read(binary(*nodes, node("Relu", ["r"], ["y"])), tmp_path, decision="")
