from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.arrays.positional import Positional

SOURCE = Path("model.npz")


def arrays(*widths, transposed=False):
    """The arrays of a chain of layers, biases first in the file."""
    named = {}
    for layer, (inputs, outputs) in enumerate(pairwise(widths)):
        named[f"arr_{2 * layer + 1}"] = np.zeros(outputs)
        named[f"arr_{2 * layer}"] = np.zeros((outputs, inputs) if transposed else (inputs, outputs))
    return named


def message(named):
    with pytest.raises(InputError) as caught:
        Positional().layers(named, SOURCE)
    return str(caught.value).removeprefix("model.npz: ")


@pytest.mark.parametrize(("names", "expected"), [(["arr_0"], True), (["x", "arr_3"], True), (["arr_00", "arr"], False)])
def test_recognises(names, expected):
    assert Positional().recognises(names) == expected


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("widths", [(4, 3), (4, 4, 3), (3, 4, 4), (4, 4, 2, 2, 4), tuple(range(1, 14))])
def test_order_follows_from_the_shapes(widths, transposed):
    found = arrays(*widths, transposed=transposed)
    layers = Positional().layers({**found, "activations": np.array(["relu"])}, SOURCE)
    assert [layer.transposed for layer in layers] == [transposed] * (len(widths) - 1)
    for number, layer in enumerate(layers):
        assert (layer.weights_name, layer.bias_name) == (f"arr_{2 * number}", f"arr_{2 * number + 1}")
        assert layer.weights is found[layer.weights_name] and layer.bias is found[layer.bias_name]


@pytest.mark.parametrize("widths", [(1, 1), (4, 4), (4, 4, 4)])
def test_square_all_the_way(widths):
    assert message(arrays(*widths)) == (
        "all weights are square, so nothing tells (inputs, outputs) from (outputs, inputs): name them W0, b0, W1, b1, …"
        " with W (inputs, outputs)"
    )


@pytest.mark.parametrize(
    "named",
    [
        {"arr_0": np.zeros((4, 3)), "arr_1": np.zeros(3), "arr_2": np.zeros((2, 3)), "arr_3": np.zeros(2)},
        {"arr_0": np.zeros((4, 3)), "arr_1": np.zeros(7)},
    ],
)
def test_where_neither_order_fits_a_later_check_says_why(named):
    assert not any(layer.transposed for layer in Positional().layers(named, SOURCE))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arr_2": None}, "array arr_2 is missing, but there is arr_3: save weights and biases in turn"),
        ({"arr_3": None}, "array arr_3 is missing, the biases of arr_2: add it (zeros for a layer without)"),
        ({"arr_1": np.zeros((3, 2))}, "array arr_1 must be the biases of arr_0, of 1 dimension, not float64"),
        ({"arr_0": np.zeros((8, 1, 3, 3))}, "array arr_0 must be weights, of 2 dimensions, not float64 of"),
        ({"arr_4": np.array(["relu"] * 2)}, "array arr_4 must be weights, of 2 dimensions, not <U4 of shape"),
        ({"arr_3": np.array(["relu"] * 2)}, "array arr_3 must be the biases of arr_2, of 1 dimension, not <U4"),
    ],
)
def test_refuses(changes, words):
    named = {name: array for name, array in (arrays(4, 3, 2) | changes).items() if array is not None}
    assert message(named).startswith(words)
