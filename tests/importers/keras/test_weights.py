"""Layers and groups of weights, in files of every version."""

import numpy as np
import pytest

from quantnn.importers.keras.hdf5 import Hdf5
from quantnn.importers.keras.layer import Layer
from quantnn.importers.keras.weights import stored_weights

A, B = Layer("Dense", "a", {}, "a", "layers/dense"), Layer("Dense", "b", {}, "b", "layers/dense_1")
DROP = Layer("Dropout", "drop", {}, "drop", "layers/dropout")
X, Y = (
    Layer("Dense", name, {}, "in", f"layers/sequential/layers/dense{end}", True)
    for name, end in (("x", ""), ("y", "_1"))
)
ROLES = ("kernel", "bias")
WANTED = {layer.path: ROLES for layer in (A, B, X, Y)} | {DROP.path: ()}


def group(*weights, root=""):
    """Texts and arrays of groups, each a name and its weights' names; the arrays count on."""
    texts = {root: {"layer_names": [name for name, _ in weights]}}
    arrays, number = {}, 0
    for name, names in weights:
        place = f"{root}/{name}".removeprefix("/")
        texts[place] = {"weight_names": names}
        for one in names:
            number += 1
            arrays[f"{place}/{one}"] = np.float32([number])
    return Hdf5(texts, arrays)


def values(file, *layers):
    weights = stored_weights(file, layers, WANTED)
    return [{role: value[0] for role, value in weights.of(layer, WANTED[layer.path]).items()} for layer in layers]


@pytest.mark.parametrize("root", ["", "model_weights"])
@pytest.mark.parametrize(
    "names",
    [["a/kernel:0", "a/bias:0"], ["net/a/kernel", "net/a/bias"], ["a_W", "a_b"], ["param_0", "param_1"]],
)
def test_groups_in_their_order(root, names):
    file = group(("dense_7", names), ("drop", []), ("dense_9", names), root=root)
    assert values(file, A, DROP, B) == [{"kernel": 1, "bias": 2}, {}, {"kernel": 3, "bias": 4}]


def test_weights_by_their_names_where_the_order_is_another():
    assert values(group(("a", ["a/bias:0", "a/kernel:0"])), A) == [{"bias": 1, "kernel": 2}]


def test_a_model_in_the_model():
    names = ["y/bias:0", "in/x/kernel:0", "x/bias:0", "y/kernel:0"]
    assert values(group(("in", names)), X, Y) == [{"kernel": 2, "bias": 3}, {"kernel": 4, "bias": 1}]


@pytest.mark.parametrize("root", ["layers", "_layer_checkpoint_dependencies"])
def test_counted_layers(root):
    arrays = {
        f"{root}/dense{end}/vars/{i}": np.array([v])
        for end, i, v in (("", 1, 5), ("", 0, 4), ("_1", 0, 6), ("_1", 1, 7))
    }
    assert values(Hdf5({}, arrays), A, B) == [{"kernel": 4, "bias": 5}, {"kernel": 6, "bias": 7}]


@pytest.mark.parametrize(
    ("file", "layers", "words"),
    [
        (Hdf5(), (A,), "holds no weights of Keras"),
        (group(("a", ["k", "b"])), (A, B), "of 1 layers, but the architecture has 2"),
        (group(("a", ["k"])), (A,), r"must have 2 weights \(kernel, bias\), but a of the file has 1"),
        (group(("in", ["p", "q", "r", "s"])), (X, Y), "in of the file has 0"),
        (Hdf5({"": {"layer_names": ["a"]}, "a": {"weight_names": ["a/kernel:0"]}}), (A,), "are listed, but not there"),
        (Hdf5({}, {"layers/other/vars/0": np.ones(1)}), (A,), "layers/dense/vars of the file has 0"),
    ],
)
def test_weights_of_another_model(file, layers, words):
    with pytest.raises(ValueError, match=words):
        values(file, *layers)
