import numpy as np
import pytest
from onnx import TensorProto
from onnx_files import model, node, read

from quantnn.errors import InputError

W = {"w": np.float32(np.random.default_rng(1).normal(size=(4, 3)))}


def dense(shape, **others):
    return model([node("MatMul", ["x", "w"], ["y"])], shape, W, **others)


@pytest.mark.parametrize("batch", [0, -1])
def test_lengths_that_stand_for_none(tmp_path, batch):
    proto = dense(["n", 4])
    proto.graph.input[0].type.tensor_type.shape.dim[0].dim_value = batch
    assert read(proto, tmp_path).model.in_features == 4


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (["n", "height", 4], "has axes of open length besides the batch"),
        (["n"] + [1] * 8, "has 9 axes"),
        (["n", 1 << 30], "more than 4,194,304 features"),
        ([1 << 62, 1 << 62], "more than 4,194,304 features"),
        ([1 << 62], "more than 4,194,304 features"),
        ([1 << 62, 5], r"y \(MatMul, 1×5\): its matrix"),
        ([], r"y \(MatMul, scalar\): its constant has shape \(4, 3\)"),
    ],
)
def test_absurd_shapes(tmp_path, shape, words):
    with pytest.raises(InputError, match=words):
        read(dense(shape), tmp_path)


@pytest.mark.parametrize("kind", [TensorProto.INT64, TensorProto.STRING, TensorProto.BOOL, TensorProto.UNDEFINED])
def test_inputs_of_other_types(tmp_path, kind):
    with pytest.raises(InputError, match="input x must be a tensor of floats or of integers of 8 or 16 bits"):
        read(dense(["n", 4], kind=kind), tmp_path)


def test_the_features_are_those_of_the_first_weights(tmp_path):
    nodes = [node("Gemm", ["x", "w"], ["y"], transB=1)]
    assert read(model(nodes, ["n", "m"], W), tmp_path).model.in_features == 3
