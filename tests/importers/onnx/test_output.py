import numpy as np
import pytest
from onnx import TensorProto
from onnx_files import model, node, read

from quantnn.errors import InputError

RNG = np.random.default_rng(1)
W = {"w": np.float32(RNG.normal(size=(4, 3))), "v": np.float32(RNG.normal(size=(3, 2)))}
CHAIN = [node("MatMul", ["x", "w"], ["h"]), node("Relu", ["h"], ["r"]), node("MatMul", ["r", "v"], ["y"])]


def test_the_last_of_the_chain(tmp_path):
    """Others are looks inside, or nothing to do with the input."""
    proto = model([*CHAIN, node("Identity", ["w"], ["c"])], ["n", 4], W, outputs=("r", "c", "y", "h"))
    model_ = read(proto, tmp_path).model
    assert len(model_.layers) == 2 and model_.layers[-1].out_features == 2
    assert [note for note in model_.notes if "left out" in note] == [
        f"output {name} is left out: y is taken" for name in ("r", "c", "h")
    ]


def test_branches_that_are_not_needed(tmp_path):
    proto = model([*CHAIN, node("Exp", ["r"], ["unused"])], ["n", 4], W)
    assert len(read(proto, tmp_path).entries) == 3


def test_two_ends(tmp_path):
    proto = model([*CHAIN, node("Sigmoid", ["r"], ["z"])], ["n", 4], W, outputs=("y", "z"))
    with pytest.raises(InputError, match=r"has outputs on several branches \(y, z\): export one of them"):
        read(proto, tmp_path)


def test_a_label_beside_scores(tmp_path):
    nodes = [*CHAIN, node("Softmax", ["y"], ["p"]), node("ArgMax", ["y"], ["c"], axis=1)]
    proto = model(nodes, ["n", 4], W, outputs=("c", "p"))
    proto.graph.output[0].type.tensor_type.elem_type = TensorProto.INT64
    assert read(proto, tmp_path, decision="").model.decision == "argmax"


def test_no_end(tmp_path):
    with pytest.raises(InputError, match="no output depends on an input"):
        read(model([node("Identity", ["w"], ["y"])], ["n", 4], W), tmp_path)
    with pytest.raises(InputError, match="has 65 outputs"):
        read(model(CHAIN, ["n", 4], W, outputs=("y",) * 65), tmp_path)


def test_the_input_itself(tmp_path):
    with pytest.raises(InputError, match="has no dense layer"):
        read(model([], ["n", 4], W, outputs=("x",)), tmp_path)


def test_several_inputs(tmp_path):
    proto = model([node("Add", ["x", "z"], ["h"]), node("MatMul", ["h", "w"], ["y"])], ["n", 4], W)
    proto.graph.input.add(name="z").CopyFrom(proto.graph.input[0])
    proto.graph.input[1].name = "z"
    with pytest.raises(InputError, match=r"has several inputs \(x, z\): a network takes one tensor"):
        read(proto, tmp_path)
    unused = model([node("MatMul", ["x", "w"], ["y"])], ["n", 4], W)
    unused.graph.input.add(name="z")
    assert read(unused, tmp_path).model.in_features == 4
