from pathlib import Path

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.arrays.numbered import Numbered

SOURCE = Path("model.npz")


def arrays(*names):
    return {name: np.full((1, 1), i) for i, name in enumerate(names)}


@pytest.mark.parametrize("names", [["W0", "b0"], ["b3"], ["x", "W12"]])
def test_recognises(names):
    assert Numbered().recognises(names)


@pytest.mark.parametrize("names", [[], ["w0", "B0"], ["W00"], ["W"], ["W0.weight"], ["arr_0"], ["W٣"], ["coefs_0"]])
def test_does_not_recognise(names):
    assert not Numbered().recognises(names)


@pytest.mark.parametrize(("weights", "bias"), [("W", "b"), ("coefs_", "intercepts_")])
def test_layers_stand_in_numeric_order(weights, bias):
    names = [f"{prefix}{number}" for number in (10, 2, 0, 1, 9, 3, 4, 8, 5, 7, 6) for prefix in (bias, weights)]
    found = arrays(*names, "other")
    layers = Numbered(weights, bias).layers(found, SOURCE)
    assert [layer.weights_name for layer in layers] == [f"{weights}{n}" for n in range(11)]
    assert [layer.bias_name for layer in layers] == [f"{bias}{n}" for n in range(11)]
    assert all(layer.weights is found[layer.weights_name] for layer in layers)
    assert all(layer.bias is found[layer.bias_name] for layer in layers)
    assert not any(layer.transposed for layer in layers)


def test_they_may_begin_with_one():
    layers = Numbered().layers(arrays("W1", "b1", "W2", "b2"), SOURCE)
    assert [layer.weights_name for layer in layers] == ["W1", "W2"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["W2", "b2"], "array W0 is missing, but there is a layer 2: number the layers from 0 or 1 on, without gaps"),
        (["W1", "b1", "W3", "b3"], "array W2 is missing, but there is a layer 3"),
        (["W0", "b0", "W7", "b7"], "array W1 is missing, but there is a layer 7"),
        (["W0", "b0", "b1"], "array W1 is missing, but there is b1: add it"),
        (
            ["W0", "b0", "W1"],
            "array b1 is missing, but there is W1: add it \\(zeros for a layer without one\\)",
        ),
    ],
)
def test_gaps(names, words):
    with pytest.raises(InputError, match=f"^model.npz: {words}"):
        Numbered().layers(arrays(*names), SOURCE)
