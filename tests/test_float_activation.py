import numpy as np
import pytest

from quantnn.float_activation import ACTIVATIONS, FloatActivation

X = np.array([-2.0, -0.0, 0.5, 3.0])


@pytest.mark.parametrize(
    ("name", "expected"),
    [("linear", X), ("relu", [0, 0, 0.5, 3.0]), ("softmax", X), (" ReLU ", [0, 0, 0.5, 3.0])],
)
def test_function(name, expected):
    np.testing.assert_array_equal(FloatActivation.named(name).function(X), expected)


def test_only_softmax_is_bound_to_the_end():
    assert [name for name, activation in ACTIVATIONS.items() if activation.last_only] == ["softmax"]
    softmax = ACTIVATIONS["softmax"]
    assert (softmax.becomes, ACTIVATIONS["relu"].becomes) == ("linear", "relu")
    assert softmax.note


def test_what_is_dropped_becomes_something_known():
    for activation in ACTIVATIONS.values():
        assert not ACTIVATIONS[activation.becomes].last_only
        assert activation.note if activation.last_only else not activation.note


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rellu", "activation 'rellu' is unknown: did you mean relu? known are linear, relu, softmax"),
        ("gelu", "activation 'gelu' is unknown: did you mean relu? known are linear, relu, softmax"),
        ("swish", "activation 'swish' is unknown: known are linear, relu, softmax"),
        ("a\x1b\ud800", r"activation 'a\x1b\ud800' is unknown: known are linear, relu, softmax"),
    ],
)
def test_unknown(name, message):
    with pytest.raises(ValueError) as caught:
        FloatActivation.named(name)
    assert str(caught.value) == message
