from pathlib import Path

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.chain import chained
from quantnn.importers.spelling import NamedLayer

SOURCE = Path("model.npz")
W, V = np.arange(12.0).reshape(4, 3), np.arange(6.0).reshape(3, 2)


def layer(name, weights, bias, transposed=False):
    return NamedLayer(f"{name}.w", f"{name}.b", weights, bias, transposed)


def test_both_orders_and_a_missing_bias():
    for layers in (
        [layer("x", W, np.ones(3)), layer("y", V, None)],
        [layer("x", W.T, np.ones(3), transposed=True), layer("y", V.T, None, transposed=True)],
    ):
        (first, first_bias), (second, second_bias) = chained(layers, SOURCE)
        np.testing.assert_array_equal(first, W)
        np.testing.assert_array_equal(second, V)
        assert (first_bias.tolist(), second_bias.tolist()) == ([1, 1, 1], [0, 0])
        assert first.dtype == second_bias.dtype == np.float64


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (
            [layer("x", W, np.ones(3), transposed=True)],
            "array x.b has 3 values, but x.w, (4, 3), has 4 outputs: weights are (outputs, inputs), so save x.w.T",
        ),
        (
            [layer("x", W, None), layer("y", V.T, None)],
            "array y.w has 2 inputs, but the layer before it has 3 outputs: weights are (inputs, outputs), so save"
            " y.w.T",
        ),
        (
            [layer("x", W[:, 0], None, transposed=True)],
            "array x.w must have shape (outputs, inputs), not (4,): use dense layers only",
        ),
    ],
)
def test_refuses(layers, words):
    with pytest.raises(InputError) as caught:
        chained(layers, SOURCE)
    assert str(caught.value) == f"model.npz: {words}"
