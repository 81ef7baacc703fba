import numpy as np
import pytest
from onnx_files import model, node, read

from quantnn.errors import InputError

W = {"w": np.ones((4, 3), np.float32)}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (node("Gemm", ["x", "w"], ["y"], alpha=[1.0]), "its attribute alpha is of another type"),
        (node("Gemm", ["x", "w"], ["y"], transB="yes"), "its attribute transB is of another type"),
        (node("LeakyRelu", ["x"], ["y"], alpha=1), "its attribute alpha is of another type"),
        (node("Scaler", ["x"], ["y"], domain="ai.onnx.ml", scale=["a"]), "its attribute scale is of another type"),
        (node("Relu", [], ["y"]), "no output depends on an input"),
        (node("Relu", ["w", "x"], ["y"]), "its first input must depend on the network's input"),
    ],
)
def test_inputs_and_attributes_of_another_kind(tmp_path, call, words):
    with pytest.raises(InputError, match=words):
        read(model([call], ["n", 4], W, domains=("ai.onnx.ml",)), tmp_path)


def test_a_constant_that_is_no_tensor(tmp_path):
    nodes = [node("Constant", [], ["c"], value=[1.0]), node("Add", ["x", "c"], ["y"])]
    with pytest.raises(InputError, match="it holds no dense tensor of numbers"):
        read(model(nodes, ["n", 4], W), tmp_path)
