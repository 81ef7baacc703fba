"""Whole models, as exporters write them, against onnx's own reference."""

import numpy as np
import pytest
from onnx_files import check, model, node, read

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model

RNG = np.random.default_rng(1)


def weights(**shapes):
    return {name: RNG.normal(size=shape).astype(np.float32) / 10 for name, shape in shapes.items()}


def test_a_perceptron_as_pytorch_writes_it(tmp_path):
    nodes = [
        node("Constant", [], ["shape"], value_ints=[-1, 12]),
        node("Reshape", ["x", "shape"], ["flat"]),
        node("Gemm", ["flat", "w0", "b0"], ["h"], transB=1, name="/fc1/Gemm"),
        node("Relu", ["h"], ["r"]),
        node("Gemm", ["r", "w1", "b1"], ["y"], transB=1),
    ]
    arrays = weights(w0=(5, 12), b0=(5,), w1=(3, 5), b1=(3,))
    reading = check(model(nodes, ["batch", 1, 3, 4], arrays), tmp_path, (1, 1, 3, 4))
    assert reading.format == "ONNX, opset 13" and reading.model.input_shape == (1, 3, 4)
    assert reading.model.layers[0].weights.tobytes() == arrays["w0"].astype(float).T.tobytes()
    assert [(entry.operator, entry.name, entry.shape, entry.became) for entry in reading.entries] == [
        ("Reshape", "flat", "12", "nothing changes"),
        ("Gemm", "/fc1/Gemm", "5", "layer 0"),
        ("Relu", "r", "5", "relu of layer 0"),
        ("Gemm", "y", "3", "layer 1"),
    ]


@pytest.mark.parametrize("shape", [["n", 4], [None, 4], [1, 4], [789444, 4], [4], ["n", "features"], None])
def test_inputs_of_any_batch(tmp_path, shape):
    nodes = [node("MatMul", ["x", "w"], ["m"]), node("Add", ["m", "b"], ["y"])]
    reading = check(model(nodes, shape, weights(w=(4, 3), b=(3,))), tmp_path, (4,) if shape == [4] else (1, 4))
    assert reading.model.in_features == 4
    assert any("fixed batch of 789444" in note for note in reading.model.notes) == (shape == [789444, 4])


def test_a_transposition_before_it_is_flat_moves_the_weights(tmp_path):
    nodes = [
        node("Transpose", ["x"], ["t"], perm=[0, 2, 3, 1]),
        node("Flatten", ["t"], ["f"]),
        node("Gemm", ["f", "w", "b"], ["y"]),
    ]
    reading = check(model(nodes, ["n", 2, 3, 4], weights(w=(24, 3), b=(3,))), tmp_path, (1, 2, 3, 4))
    assert [entry.became for entry in reading.entries] == ["folded into layer 0", "nothing changes", "layer 0"]


def test_activations_stand_in_the_file(tmp_path):
    path = tmp_path / "model.onnx"
    proto = model([node("MatMul", ["x", "w"], ["y"])], ["n", 4], weights(w=(4, 3)))
    path.write_bytes(proto.SerializeToString())
    with pytest.raises(InputError, match="leave --activations out"):
        read_model(path, Hints(("relu",)))


def test_an_operator_that_cannot_be_had_is_named(tmp_path):
    proto = model([node("Conv", ["x", "w"], ["y"], name="conv1")], ["n", 1, 5, 5], weights(w=(1, 1, 3, 3)))
    with pytest.raises(InputError, match=r"conv1 \(Conv, 1×1×5×5\): a convolution is coming"):
        read(proto, tmp_path)
