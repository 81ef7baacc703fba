"""Small files that ask for large work."""

import numpy as np
import pytest
from onnx_files import model, node, read

from quantnn.errors import InputError


def chained(operator, count, *constants):
    return [node(operator, [f"t{n}" if n else "x", *constants], [f"t{n + 1}"]) for n in range(count)]


@pytest.mark.parametrize(
    ("nodes", "shape", "weights", "words"),
    [
        (chained("Relu", 20), 1 << 22, {}, "more than 67,108,864 elements together"),
        (chained("MatMul", 5, "w"), 5000, {"w": (5000, 5000)}, "more than 67,108,864 elements together"),
        (chained("Tanh", 20), 4096, {}, "cannot be put behind one another activation"),
    ],
)
def test_many_steps(tmp_path, nodes, shape, weights, words):
    arrays = {name: np.zeros(size, np.float16) for name, size in weights.items()}
    with pytest.raises(InputError, match=words):
        read(model(nodes, ["n", shape], arrays, outputs=(nodes[-1].output[0],)), tmp_path)


def test_one_constant(tmp_path):
    nodes = [node("ConstantOfShape", ["s"], ["w"]), node("MatMul", ["x", "w"], ["y"])]
    with pytest.raises(InputError, match="takes 40,000,000 elements, and one constant may have 33,554,432"):
        read(model(nodes, ["n", 4], {"s": np.array([4, 10_000_000])}), tmp_path)
