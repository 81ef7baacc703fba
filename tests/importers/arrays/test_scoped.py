from pathlib import Path

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.arrays.spellings import KERAS, PYTORCH

SOURCE = Path("model.npz")


def arrays(*names):
    shapes = {"weight": (2, 3), "kernel": (3, 2), "kernel:0": (3, 2)}
    return {name: np.zeros(shapes.get(name.replace("/", ".").rpartition(".")[2], 2)) for name in names}


def pytorch(*scopes):
    return arrays(*(f"{scope}.{part}" for scope in scopes for part in ("weight", "bias")))


def order(spelling, named):
    return [layer.weights_name for layer in spelling.layers(named, SOURCE)]


def message(spelling, named):
    with pytest.raises(InputError) as caught:
        spelling.layers(named, SOURCE)
    return str(caught.value).removeprefix("model.npz: ")


@pytest.mark.parametrize(
    ("spelling", "names", "expected"),
    [
        (PYTORCH, ["fc1.weight", "fc1.bias"], True),
        (PYTORCH, ["module.net.0.bias"], True),
        (PYTORCH, ["weight", "bias"], True),
        (PYTORCH, ["weights", "dense/kernel", "fc1.weight_ih", "weight0"], False),
        (KERAS, ["sequential/dense/kernel"], True),
        (KERAS, ["dense/bias:0"], True),
        (KERAS, ["kernel", "bias", "fc1.weight", "dense/gamma"], False),
    ],
)
def test_recognises(spelling, names, expected):
    assert spelling.recognises(names) == expected


def test_pytorch_weights_are_transposed():
    named = pytorch("fc1", "fc2")
    first, second = PYTORCH.layers({**named, "epoch": np.zeros(1)}, SOURCE)
    assert (first.weights_name, first.bias_name, second.bias_name) == ("fc1.weight", "fc1.bias", "fc2.bias")
    assert first.weights is named["fc1.weight"] and first.bias is named["fc1.bias"]
    assert first.transposed and second.transposed and first.order == "(outputs, inputs)"


def test_keras_weights_are_not():
    layers = KERAS.layers(arrays("dense/kernel:0", "dense/bias:0", "dense_1/kernel", "dense_1/bias"), SOURCE)
    assert [layer.bias_name for layer in layers] == ["dense/bias:0", "dense_1/bias"]
    assert not any(layer.transposed for layer in layers)


def test_a_single_layer_without_a_name():
    assert order(PYTORCH, arrays("weight", "bias")) == ["weight"]


def test_a_layer_without_bias():
    first, second = PYTORCH.layers(arrays("fc1.weight", "fc2.weight", "fc2.bias"), SOURCE)
    assert first.bias is None and second.bias is not None


def test_layers_come_in_order():
    assert order(PYTORCH, pytorch("fc10", "fc2", "fc1")) == ["fc1.weight", "fc2.weight", "fc10.weight"]


NORMALIZED = {"bn1.weight": np.zeros(2), "bn1.bias": np.zeros(2)}


@pytest.mark.parametrize(
    ("spelling", "changes", "words"),
    [
        (
            PYTORCH,
            NORMALIZED | {f"bn1.{name}": np.zeros(2) for name in ("running_mean", "running_var", "num_batches")},
            "arrays bn1.weight, bn1.bias, bn1.running_mean, bn1.running_var, … belong to a batch normalization,"
            " and weights alone do not say on which side of the activation it stands: save the whole model (as ONNX),"
            " or fold it (docs/formats.md says how, and torch.nn.utils.fusion.fuse_linear_bn_eval does it for one"
            " behind a dense layer) and leave it out",
        ),
        (
            PYTORCH,
            NORMALIZED,
            "arrays bn1.weight, bn1.bias belong to a normalization by each sample's own mean (like LayerNorm), which is"
            " not supported: train without it, or with BatchNorm and fold that",
        ),
        (PYTORCH, {"bn1.running_mean": np.zeros(2)}, "array bn1.running_mean belongs to a batch normalization"),
        (
            PYTORCH,
            {"conv1.weight": np.zeros((8, 1, 3, 3)), "conv1.bias": np.zeros(8)},
            "arrays conv1.weight, conv1.bias belong to a convolution (its weights have shape (8, 1, 3, 3)), which is"
            " coming with the convolution engine; until then dense layers only",
        ),
        (
            PYTORCH,
            {"lstm.weight_ih_l0": np.zeros((8, 2))},
            "array lstm.weight_ih_l0 belongs to a recurrent layer: use dense layers only, or leave it out if no"
            " output depends on it",
        ),
        (PYTORCH, {"attn.in_proj_weight": np.zeros((9, 3))}, "array attn.in_proj_weight belongs to an attention"),
        (PYTORCH, {"tree.depth": np.zeros(3)}, "array tree.depth belongs to a layer that is not dense"),
        (
            PYTORCH,
            {"act.weight": np.zeros(1)},
            "array act.weight belongs to a PReLU or RMSNorm, which is not supported: train with relu or leaky_relu,"
            " and without the normalization",
        ),
        (PYTORCH, {"debias.bias": np.zeros(1)}, "array debias.weight is missing, but there is debias.bias: add it"),
        (KERAS, {"bn/gamma": np.zeros(2)}, "array bn/gamma belongs to a normalization by each sample's own mean"),
        (
            KERAS,
            arrays("bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance"),
            "arrays bn/gamma, bn/beta, bn/moving_mean, bn/moving_variance belong to a batch normalization",
        ),
        (
            KERAS,
            arrays("rnn/kernel", "rnn/recurrent_kernel"),
            "arrays rnn/kernel, rnn/recurrent_kernel belong to a recurrent layer",
        ),
        (KERAS, {"bias/bias:0": np.zeros(1)}, "array bias/kernel:0 is missing, but there is bias/bias:0: add it"),
    ],
)
def test_refuses(spelling, changes, words):
    named = pytorch("fc1") if spelling is PYTORCH else arrays("dense/kernel", "dense/bias")
    assert message(spelling, named | changes).startswith(words)
