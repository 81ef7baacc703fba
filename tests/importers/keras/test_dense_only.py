import numpy as np
import pytest

from quantnn.importers.keras.dense_only import dense_layers
from quantnn.importers.keras.hdf5 import Hdf5

KERNEL, BIAS = np.ones((2, 3)), np.ones(3)
NAMED = Hdf5(
    {
        "": {"layer_names": ["z", "drop", "a"], "keras_version": ["2.1"]},
        "z": {"weight_names": ["k", "b"]},
        "a": {"weight_names": ["k"]},
    },
    {"z/k": KERNEL, "z/b": BIAS, "a/k": KERNEL.T},
)
COUNTED = Hdf5(
    {},
    {f"layers/{name}/vars/{i}": a for name in ("dense_10", "dense", "dense_2") for i, a in enumerate((KERNEL, BIAS))},
)
OLD = Hdf5({}, {"_layer_checkpoint_dependencies/dense/vars/0": KERNEL})


@pytest.mark.parametrize(
    ("file", "names", "biases"),
    [
        (NAMED, ["z", "a"], [True, False]),
        (COUNTED, ["dense", "dense_2", "dense_10"], [True] * 3),
        (OLD, ["dense"], [False]),
    ],
)
def test_layers_in_their_order(file, names, biases):
    layers = dense_layers(file, ["relu"] * len(names)).layers
    assert [layer.name for layer in layers] == names
    assert [layer.flag("use_bias", True) for layer in layers] == biases
    assert all(layer.config["activation"] == "relu" and layer.kind == "Dense" for layer in layers)


def test_a_slope():
    layer = dense_layers(OLD, ["leaky_relu:0.1"]).layers[0]
    assert layer.config["activation"] == {"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}


@pytest.mark.parametrize(
    ("file", "activations", "words"),
    [
        (NAMED, ["relu"], "it has 2 dense layers, but 1 activations"),
        (OLD, ["leaky_relu"], "must state its slope"),
        (OLD, ["rellu"], "did you mean relu"),
        (Hdf5({}, {"layers/batch_normalization/vars/0": BIAS}), ["relu"], "it has weights of batch_normalization"),
        (Hdf5({}, {"layers/sequential/layers/dense/vars/0": BIAS}), ["relu"], "it has weights of sequential"),
        (
            Hdf5({"": {"layer_names": ["c"]}, "c": {"weight_names": ["k"]}}, {"c/k": np.ones((3, 3, 1, 1))}),
            ["relu"],
            "weights of c",
        ),
    ],
)
def test_what_else_is_in_the_file(file, activations, words):
    with pytest.raises(ValueError, match=words):
        dense_layers(file, activations)
