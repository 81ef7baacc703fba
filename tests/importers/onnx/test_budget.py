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
        (chained("Relu", 20), 1 << 22, {}, "takes 4,194,304 elements, and a file's constants"),
        (chained("MatMul", 5, "w"), 5000, {"w": (5000, 5000)}, "takes 25,000,000 elements"),
        (chained("Tanh", 20), 4096, {}, "cannot be put behind one another activation"),
    ],
)
def test_many_steps(tmp_path, nodes, shape, weights, words):
    arrays = {name: np.zeros(size, np.float16) for name, size in weights.items()}
    with pytest.raises(InputError, match=words):
        read(model(nodes, ["n", shape], arrays, outputs=(nodes[-1].output[0],)), tmp_path)
