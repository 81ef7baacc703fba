import math

import numpy as np
import pytest

from quantnn.model.activation import ACTIVATIONS, ALIASES, FloatActivation

X = np.array([-2.0, -0.0, 0.5, 3.0])
KNOWN = "known are clip:low:high, leaky_relu[:slope], linear, relu, sigmoid, softmax, tanh"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("linear", X),
        ("relu", [0, 0, 0.5, 3.0]),
        (" ReLU ", [0, 0, 0.5, 3.0]),
        ("leaky_relu", [-0.02, 0, 0.5, 3.0]),
        ("leaky_relu:0.25", [-0.5, 0, 0.5, 3.0]),
        ("sigmoid", [1 / (1 + math.exp(2)), 0.5, 1 / (1 + math.exp(-0.5)), 1 / (1 + math.exp(-3))]),
        ("tanh", [math.tanh(-2), 0, math.tanh(0.5), math.tanh(3)]),
        ("relu6", [0, 0, 0.5, 3.0]),
        ("hardtanh", [-1, 0, 0.5, 1]),
        ("clip:0.25:2", [0.25, 0.25, 0.5, 2]),
        ("clip:-inf:1", [-2, 0, 0.5, 1]),
        ("softmax", X),
    ],
)
def test_function(name, expected):
    np.testing.assert_allclose(FloatActivation.named(name).function(X), expected, rtol=1e-15)


def test_sigmoid_far_out():
    far = np.array([-np.inf, -1e4, -745.0, 745.0, 1e4, np.inf])
    with np.errstate(all="raise", under="ignore"):
        values = FloatActivation.named("sigmoid").function(far)
    np.testing.assert_array_equal(values, [0, 0, np.exp(-745.0), 1, 1, 1])


@pytest.mark.parametrize(
    ("name", "kind", "slope", "canonical"),
    [
        ("leaky_relu", "leaky_relu", 0.01, "leaky_relu:0.01"),
        ("LeakyReLU", "leaky_relu", 0.01, "leaky_relu:0.01"),
        ("leaky_relu:0.2", "leaky_relu", 0.2, "leaky_relu:0.2"),
        (" LeakyReLU : 2e-1 ", "leaky_relu", 0.2, "leaky_relu:0.2"),
        ("leaky_relu:0.30000000000000004", "leaky_relu", 0.1 + 0.2, "leaky_relu:0.30000000000000004"),
        ("leaky_relu:0", "relu", None, "relu"),
        ("leaky_relu:1", "linear", None, "linear"),
        ("Identity", "linear", None, "linear"),
        ("none", "linear", None, "linear"),
        ("logistic", "sigmoid", None, "sigmoid"),
        ("Tanh", "tanh", None, "tanh"),
        ("lrelu", "leaky_relu", 0.01, "leaky_relu:0.01"),
        ("leaky-relu", "leaky_relu", 0.01, "leaky_relu:0.01"),
        ("Leaky ReLU: 0.3", "leaky_relu", 0.3, "leaky_relu:0.3"),
        ("tansig", "tanh", None, "tanh"),
        ("ReLU6", "clip", None, "clip:0.0:6.0"),
        ("HardTanh", "clip", None, "clip:-1.0:1.0"),
        (" Clip:-0.5 : 2", "clip", None, "clip:-0.5:2.0"),
        ("clip:0:inf", "relu", None, "relu"),
    ],
)
def test_names(name, kind, slope, canonical):
    activation = FloatActivation.named(name)
    assert (activation.kind, activation.slope, activation.name) == (kind, slope, canonical)
    assert FloatActivation.named(canonical) == activation


NAMES = {**{kind: kind for kind in ACTIVATIONS}, "clip": "clip:0:6"}
"""A name of every kind."""


def test_every_name_leads_to_a_kind():
    assert all(FloatActivation.named(name).kind == kind for kind, name in NAMES.items())
    assert all(FloatActivation.named(alias) == FloatActivation.named(name) for alias, name in ALIASES.items())


def test_only_softmax_is_bound_to_the_end():
    assert [kind for kind in NAMES if FloatActivation.named(NAMES[kind]).last_only] == ["softmax"]


def test_increasing():
    x = np.linspace(-6, 6, 1001)
    for name in NAMES.values():
        activation = FloatActivation.named(name)
        assert activation.increasing == bool((np.diff(activation.function(x)) > 0).all())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rellu", f"activation 'rellu' is unknown: did you mean relu? {KNOWN}"),
        ("leaky", f"activation 'leaky' is unknown: did you mean leaky_relu? {KNOWN}"),
        ("tahn", f"activation 'tahn' is unknown: did you mean tanh? {KNOWN}"),
        ("chebyshev", f"activation 'chebyshev' is unknown: {KNOWN}"),
        ("", f"activation '' is unknown: {KNOWN}"),
        ("a\x1b\ud800", rf"activation 'a\x1b\ud800' is unknown: {KNOWN}"),
        ("relu:0.1", "activation 'relu:0.1' must have no parameter: only leaky_relu has a slope, and clip its ends"),
        (
            "clip",
            "activation 'clip' must state its ends, like clip:0:6: only leaky_relu has a slope, and clip its ends",
        ),
        ("relu6:1", "activation 'relu6:1' must have no parameter: only leaky_relu has a slope, and clip its ends"),
        *(
            (name, f"activation {name!r} must have a low end below its high one, one finite: write it like clip:0:6")
            for name in ("clip:1", "clip:1:1", "clip:2:1", "clip:0:a", "clip:nan:1", "clip:-inf:inf", "clip:0:1:2")
        ),
    ],
)
def test_unknown(name, message):
    with pytest.raises(ValueError) as caught:
        FloatActivation.named(name)
    assert str(caught.value) == message


OTHERS = """
    prelu rrelu gelu gelu_new quick_gelu elu selu celu crelu srelu frelu relu2 silu swish hardswish h-swish mish
    glu swiglu hardsigmoid hard_sigmoid softplus softsign softmin tanhshrink hardshrink logsigmoid exponential
    parametric_relu thresholded_relu
"""


@pytest.mark.parametrize("name", OTHERS.split())
def test_other_functions_get_no_hint(name):
    """None of them is one of those that are known, however alike the names."""
    with pytest.raises(ValueError) as caught:
        FloatActivation.named(name)
    assert str(caught.value) == (
        f"activation {name!r} is not supported: train with one of {KNOWN.removeprefix('known are ')}"
    )


@pytest.mark.parametrize("slope", ["-0.1", "1.5", "nan", "inf", "", "steep", "0.1:0.2"])
def test_slope_out_of_range(slope):
    with pytest.raises(ValueError) as caught:
        FloatActivation.named(f"leaky_relu:{slope}")
    assert str(caught.value) == (
        f"activation 'leaky_relu:{slope}' must have a slope in 0..1 after the colon, not {slope!r}:"
        " write it like leaky_relu:0.1"
    )


@pytest.mark.parametrize(
    ("kind", "slope", "words"),
    [
        ("rellu", None, "activation kind must be one of linear, relu, leaky_relu, .* not 'rellu'"),
        ("relu", 0.1, "relu has no slope, but 0.1 is given: only leaky_relu has one"),
        ("leaky_relu", None, "the slope of leaky_relu must lie between 0 and 1, not be None"),
        ("leaky_relu", 0.0, "must lie between 0 and 1, not be 0.0"),
        ("leaky_relu", math.nan, "must lie between 0 and 1, not be nan"),
    ],
)
def test_refuses(kind, slope, words):
    with pytest.raises(ValueError, match=words):
        FloatActivation(kind, slope)
