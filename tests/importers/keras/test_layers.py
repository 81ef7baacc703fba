"""Each layer against its definition in Keras' documentation, written down here once more."""

import numpy as np
import pytest

from quantnn.importers.keras.layer import Layer
from quantnn.importers.keras.layers import SUPPORT, operators, roles
from quantnn.importers.operators.operator import Activate, Affine, Keep, Linear, Reorder

RNG = np.random.default_rng(7)
X = RNG.normal(size=(50, 2, 3)) * 3
KERNEL, BIAS = RNG.normal(size=(3, 4)), RNG.normal(size=4)
PER_CHANNEL = np.array([1.0, -2.0, 0.5])
VARIANCE = np.array([4.0, 1.0, 0.25])


def made(kind, config, weights=None, shape=(2, 3), version=3):
    layer = Layer(kind, "n", config, version=version)
    assert roles(layer) == tuple(weights or {})
    return operators(layer, shape, weights or {})


def computed(found, x):
    """What operators do, by their definitions."""
    x = x.reshape(len(x), -1)
    for operator in found:
        match operator:
            case Linear():
                x = x @ operator.weights + operator.bias
            case Affine():
                x = x * operator.slope + operator.offset
            case Reorder():
                x = x[:, operator.order]
            case Activate():
                x = operator.activation.function(x)
            case _:
                assert isinstance(operator, Keep)
    return x


STATISTICS = {"moving_mean": PER_CHANNEL, "moving_variance": VARIANCE}
NORMALIZED = (X - PER_CHANNEL) / np.sqrt(VARIANCE + 0.5)
FITTED = {"mean": PER_CHANNEL, "variance": np.array([4.0, 0.0, 1.0]), "count": np.array(3.0)}
DEVIATIONS = np.array([2.0, 1e-7, 1.0])

CASES = {
    "scale": ("Rescaling", {"scale": 2, "offset": 0.5}, {}, X * 2 + 0.5),
    "scales": ("Rescaling", {"scale": [1, 2, 3], "offset": None}, {}, X * [1, 2, 3]),
    "scales of numpy": (
        "Rescaling",
        {"scale": {"class_name": "__numpy__", "config": {"value": [[1], [3]]}}},
        {},
        X * [[1], [3]],
    ),
    "batch": ("BatchNormalization", {"epsilon": 0.5, "scale": False, "center": False}, STATISTICS, NORMALIZED),
    "batch all": (
        "BatchNormalization",
        {"epsilon": 0.5, "axis": [2]},
        {"gamma": BIAS[:3], "beta": VARIANCE, **STATISTICS},
        NORMALIZED * BIAS[:3] + VARIANCE,
    ),
    "batch axis": (
        "BatchNormalization",
        {"epsilon": 0.5, "axis": 1, "center": False},
        {"gamma": BIAS[:2], "moving_mean": BIAS[2:], "moving_variance": VARIANCE[:2]},
        (X - BIAS[2:, None]) / np.sqrt(VARIANCE[:2, None] + 0.5) * BIAS[:2, None],
    ),
    "adapted": ("Normalization", {"axis": [-1], "mean": None}, FITTED, (X - PER_CHANNEL) / DEVIATIONS),
    "inverted": ("Normalization", {"axis": [-1], "invert": True}, FITTED, PER_CHANNEL + X * DEVIATIONS),
    "one": ("Normalization", {"axis": None, "mean": 3.0, "variance": 4.0}, {}, (X - 3) / 2),
    "stated": (
        "Normalization",
        {"axis": 2, "mean": [[1, 2, 3]], "variance": [[1, 4, 9]]},
        {},
        (X - [1, 2, 3]) / [1, 2, 3],
    ),
    "both axes": (
        "Normalization",
        {"axis": [1, 2], "mean": [[1, 2, 3], [4, 5, 6]], "variance": [[1, 1, 1], [4, 4, 4]]},
        {},
        (X - [[1, 2, 3], [4, 5, 6]]) / [[1], [2]],
    ),
    "flat": ("Flatten", {}, {}, X.reshape(50, 6)),
    "flat, channels first": ("Flatten", {"data_format": "channels_first"}, {}, X.transpose(0, 2, 1).reshape(50, 6)),
    "turned": ("Permute", {"dims": [2, 1]}, {}, X.transpose(0, 2, 1)),
    "shape": ("Reshape", {"target_shape": {"class_name": "__tuple__", "items": [3, -1]}}, {}, X.reshape(50, 3, 2)),
    "relu": ("ReLU", {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}, {}, np.maximum(X, 0)),
    "relu with slope": ("ReLU", {"negative_slope": 0.25}, {}, np.where(X < 0, X / 4, X)),
    "relu6": ("ReLU", {"max_value": 6.0}, {}, np.clip(X, 0, 6)),
    "leaky": ("LeakyReLU", {"alpha": 0.30000001192092896}, {}, np.where(X < 0, 0.3 * X, X)),
    "leaky 3": ("LeakyReLU", {"negative_slope": 0.5}, {}, np.where(X < 0, X / 2, X)),
    "prelu": ("PReLU", {}, {"alpha": np.full((1, 1), 0.125)}, np.where(X < 0, X / 8, X)),
    "named leaky": ("Activation", {"activation": "leaky_relu"}, {}, np.where(X < 0, 0.2 * X, X)),
    "named relu6": ("Activation", {"activation": {"class_name": "function", "config": "relu6"}}, {}, np.clip(X, 0, 6)),
    "a layer as activation": (
        "Activation",
        {"activation": {"class_name": "LeakyReLU", "config": {"negative_slope": 0.5}}},
        {},
        np.where(X < 0, X / 2, X),
    ),
    "hard tanh": ("Activation", {"activation": "hard_tanh"}, {}, np.clip(X, -1, 1)),
    "hard sigmoid": ("Activation", {"activation": "hard_sigmoid"}, {}, np.clip(X / 6 + 0.5, 0, 1)),
    "sigmoid": ("Activation", {"activation": "sigmoid"}, {}, 1 / (1 + np.exp(-X))),
    "noise": ("GaussianNoise", {"stddev": 3}, {}, X),
    "plus": ("ops.Add", {"first": None, "second": 0.5}, {}, X + 0.5),
    "minus": ("ops.Subtract", {"first": None, "second": [1.0, 2.0, 3.0]}, {}, X - [1, 2, 3]),
    "from": ("ops.Subtract", {"first": 1.0, "second": None}, {}, 1 - X),
    "times": ("ops.Multiply", {"first": 3.0, "second": None}, {}, 3 * X),
    "over": ("ops.TrueDivide", {"first": None, "second": 255.0}, {}, X / 255),
}


@pytest.mark.parametrize("case", CASES)
def test_what_it_does(case):
    kind, config, weights, expected = CASES[case]
    found, shape = made(kind, config, weights)
    assert shape == expected.shape[1:]
    np.testing.assert_allclose(computed(found, X), expected.reshape(len(X), -1), rtol=1e-12, atol=1e-12)


def test_dense():
    x = RNG.normal(size=(5, 1, 3))
    found, shape = made("Dense", {"activation": "relu"}, {"kernel": KERNEL, "bias": BIAS}, shape=(1, 3))
    assert shape == (1, 4)
    np.testing.assert_allclose(computed(found, x), np.maximum(x[:, 0] @ KERNEL + BIAS, 0))
    found, _ = made("Dense", {"use_bias": False}, {"kernel": KERNEL}, shape=(3,))
    np.testing.assert_allclose(computed(found, x), x[:, 0] @ KERNEL)


def test_hard_sigmoid_of_keras_2():
    found, _ = made("Activation", {"activation": "hard_sigmoid"}, version=2)
    np.testing.assert_allclose(computed(found, X), np.clip(0.2 * X + 0.5, 0, 1).reshape(50, 6))


DENSE = {"kernel": KERNEL, "bias": BIAS}


@pytest.mark.parametrize(
    ("kind", "config", "weights", "shape", "words"),
    [
        ("Dense", {}, DENSE, (2, 3), "along the last axis alone: put a Flatten before it"),
        ("ops.Divide", {"first": 1.0, "second": None}, {}, (3,), "only divide by a constant that is not 0"),
        ("ops.Divide", {"first": None, "second": [1.0, 0.0, 2.0]}, {}, (3,), "only divide by a constant that is not 0"),
        ("ops.Add", {"first": None, "second": None}, {}, (3,), "one of its two operands must be a constant"),
        ("Dense", {}, {"kernel": BIAS, "bias": BIAS}, (4,), "its kernel must have two axes"),
        ("Dense", {}, {"kernel": KERNEL, "bias": BIAS[:2]}, (3,), "its bias must have 4 values"),
        ("Dense", {"activation": "gelu"}, DENSE, (3,), "'gelu' is not supported: train with one of linear, relu"),
        ("Dense", {"activation": {"class_name": "__lambda__"}}, DENSE, (3,), "is Python code from the file"),
        ("Dense", {"activation": 3}, DENSE, (3,), "its activation must be a name, not 3"),
        ("Activation", {"activation": "softmax"}, {}, (2, 3), "its softmax must be over all features"),
        ("Softmax", {"axis": 1}, {}, (2, 3), "it must be over all features, not over axis 1"),
        ("ReLU", {"threshold": 1.0}, {}, (3,), "its threshold must be 0, not 1.0"),
        ("ReLU", {"max_value": 1.0, "negative_slope": 0.1}, {}, (3,), "a slope, 0.1, and a maximum"),
        ("ReLU", {"max_value": "six"}, {}, (3,), "its max_value must be finite numbers, not 'six'"),
        ("ReLU", {"negative_slope": [1, 2]}, {}, (3,), "its negative_slope must be one number, not 2"),
        ("LeakyReLU", {"alpha": 1.5}, {}, (3,), "must have a slope in 0..1"),
        ("PReLU", {}, {"alpha": PER_CHANNEL}, (3,), "it has 3 slopes, but one is built"),
        ("Flatten", {"data_format": 1}, {}, (2, 3), "its data_format must be a text, not 1"),
        ("Reshape", {"target_shape": [4, -1]}, {}, (2, 3), r"must have 6 elements, not \[4, -1\]"),
        ("Reshape", {}, {}, (2, 3), "must state its target_shape"),
        ("Reshape", {"target_shape": ["a"]}, {}, (2, 3), "its target_shape must be integers"),
        ("Permute", {"dims": [1, 1]}, {}, (2, 3), r"its dims must order the axes 1..2, not be \(1, 1\)"),
        ("InputLayer", {"batch_shape": [None, 4]}, {}, (3,), r"it takes shape \[4\]"),
        ("Rescaling", {}, {}, (3,), "must state its scale"),
        ("Rescaling", {"scale": [1, 2]}, {}, (3,), r"of shape \(2,\), do not fit \[3\] features"),
        ("Normalization", {"axis": [-1], "mean": 1.0}, {}, (3,), "must state both mean and variance"),
        (
            "BatchNormalization",
            {"axis": 0, **dict.fromkeys(("scale", "center"), False)},
            STATISTICS,
            (2, 3),
            "axis must be",
        ),
        (
            "BatchNormalization",
            {"axis": 1, **dict.fromkeys(("scale", "center"), False)},
            STATISTICS,
            (2, 3),
            "3 values for",
        ),
        (
            "BatchNormalization",
            {"mode": 2, **dict.fromkeys(("scale", "center"), False)},
            STATISTICS,
            (3,),
            "mode must be 0",
        ),
        (
            "BatchNormalization",
            {**dict.fromkeys(("scale", "center"), False)},
            {"moving_mean": BIAS, "moving_variance": -VARIANCE},
            (3,),
            "must not be negative",
        ),
    ],
)
def test_what_cannot_be_had(kind, config, weights, shape, words):
    with pytest.raises(ValueError, match=words):
        made(kind, config, weights, shape)


@pytest.mark.parametrize(
    ("kind", "config", "words"),
    [
        ("Dense", {"use_bias": "yes"}, "its use_bias must be true or false, not 'yes'"),
        ("Dense", {"dtype": {"class_name": "QuantizedDTypePolicy"}}, "Keras has quantized it"),
        ("MultiHeadAttention", {}, "attention is not built"),
        ("Concatenate", {}, "joins branches"),
        ("Unheard", {}, "it is not among the layers that are read"),
    ],
)
def test_what_is_refused_before_weights_are_looked_for(kind, config, words):
    with pytest.raises(ValueError, match=words):
        roles(Layer(kind, "n", config))


def test_the_table_says_what_is_read_and_why_not():
    verdicts = {row.operator: row.verdict for row in SUPPORT}
    assert verdicts["Dense"] == verdicts["activation relu6"] == "exact" and verdicts["Lambda"] == "refused"
