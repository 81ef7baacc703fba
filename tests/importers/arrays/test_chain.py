from pathlib import Path

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.arrays.chain import chained
from quantnn.importers.arrays.spelling import NamedLayer

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


A, B, C = np.ones((6, 8)), np.ones((8, 5)), np.ones((5, 3))


@pytest.mark.parametrize(
    ("layers", "count", "words"),
    [
        (
            [layer("c", C, None), layer("a", A, None), layer("b", B, None)],
            3,
            "array a.w has 6 inputs, but the layer before it has 3 outputs: save the layers in order; only a.w, b.w,"
            " c.w fit",
        ),
        (
            [layer("a", A, None), layer("b", B, None), layer("aux", np.ones((8, 2)), None), layer("c", C, None)],
            0,
            "array aux.w has 8 inputs, but the layer before it has 5 outputs: leave aux.w out if the output does not"
            " depend on it (an unused head), for the others fit",
        ),
        (
            [layer("aux", np.ones((6, 2)), None), layer("a", A, None), layer("b", B, None)],
            2,
            "array activations has 2 names for 3 layers: save one name per layer, or leave out what the output does not"
            " depend on, like an unused head, by arrays.pop('aux.w'): alone fit a.w, b.w",
        ),
        (
            [layer("fc1", A, None), layer("fc2", np.ones((8, 3)), None), layer("aux", np.zeros((8, 3)), None)],
            2,
            "array activations has 2 names for 3 layers: save one name per layer, or leave out what the output does not"
            " depend on, like an unused head, by arrays.pop('aux.w'): alone fit fc1.w, fc2.w, and fc1.w, aux.w",
        ),
        (
            [layer("a", A, None), layer("b", B, None), layer("net.a", A, None), layer("net.b", B, None)],
            2,
            "array activations has 2 names for 4 layers, and a.w and net.a.w are equal: save a name per layer, or leave"
            " net.a.w out if it is the same layer under another name",
        ),
        (
            [layer("a", A, None), layer("b", 2 * A, None), layer("c", C, None)],
            2,
            "array activations has 2 names for 3 layers: save one name per layer",
        ),
        ([layer("a", A, None), layer("b", B, None)], 1, "array activations has 1 name for 2 layers: save one name per"),
    ],
    ids=["order", "a head amid", "a head in front", "a second head", "two names", "nothing fits", "one activation"],
)
def test_says_what_would_fit(layers, count, words):
    with pytest.raises(InputError) as caught:
        chained(layers, SOURCE, count)
    assert str(caught.value).removeprefix("model.npz: ").startswith(words)
