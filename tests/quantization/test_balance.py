from dataclasses import replace

import numpy as np
import pytest

from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.reference import evaluate
from quantnn.quantization.balance import balanced
from quantnn.quantization.post_training import evened, quantize
from quantnn.quantization.precision import Precision

RANDOM = np.random.default_rng(5)
RAW = RANDOM.integers(0, 256, (500, 8))
FIRST, SECOND, LAST = (RANDOM.normal(size=shape) for shape in ((8, 24), (24, 16), (16, 4)))
SIZES = np.exp2(np.arange(24) % 5 * 4.0)


def network(activation="relu", sizes=1.0, bias=0.3, **changes):
    """Neurons of a first layer that are ``sizes`` times what they would be, and weights that take it back."""
    layers = (
        FloatDense(FIRST * sizes, np.full(24, bias) * sizes, activation),
        FloatDense(SECOND / np.reshape(sizes, (-1, 1)), np.zeros(16), activation),
        FloatDense(LAST, np.zeros(4)),
    )
    return FloatNetwork(layers, InputScaling(1 / 255), **changes)


def decibels(model, integer):
    exact = model.logits(RAW)
    errors = exact - evaluate(integer, RAW).logits * integer.layers[-1].scale
    return 10 * np.log10(np.square(exact).sum() / np.square(errors).sum())


@pytest.mark.parametrize("activation", ["relu", "leaky_relu:0.25", "linear"])
def test_the_function_stays_and_sizes_come_together(activation):
    model = network(activation, SIZES)
    even = balanced(model, RAW)
    np.testing.assert_allclose(even.logits(RAW), model.logits(RAW), rtol=1e-12)
    before, after = (np.abs(each.activations(RAW)[0]).max(axis=0) for each in (model, even))
    before, after = before[before > 0], after[before > 0]
    assert before.max() / before.min() > 2**14 and after.max() / after.min() < 2**6


@pytest.mark.parametrize("activation", ["relu", "leaky_relu:0.25"])
def test_factors_are_powers_of_two(activation):
    model = network(activation, SIZES * 3)
    factors = model.layers[0].weights / balanced(model, RAW).layers[0].weights
    assert (np.frexp(factors)[0] == 0.5).all() and (factors == factors[0]).all()


def test_integers_lose_no_more_than_if_sizes_had_been_even():
    plain, uneven = network(), network(sizes=SIZES)
    good = decibels(plain, quantize(plain, RAW))
    assert good > 25 and decibels(uneven, quantize(uneven, RAW)) > good - 3


def test_a_constant_moves_on():
    """The sums lie in 5000 ± 30: relu does nothing, so the next bias can hold the 5000."""
    model = network(bias=5000.0)
    even = balanced(model, RAW)
    np.testing.assert_allclose(even.logits(RAW), model.logits(RAW), rtol=1e-9)
    assert np.abs(even.layers[0].bias).max() < 30 and (even.activations(RAW)[0] >= 0).all()
    ends = RANDOM.integers(0, 2, (500, 8)) * 255
    np.testing.assert_allclose(even.logits(ends), model.logits(ends), rtol=1e-9)
    deviation = model.logits(RAW).std()
    integer = quantize(model, RAW)
    errors = model.logits(RAW) - evaluate(integer, RAW).logits * integer.layers[-1].scale
    assert errors.std() < deviation / 10


def test_a_silent_neuron_does_not_rule_the_next_weights():
    model = network()
    first, second, last = model.layers
    bias, weights = first.bias.copy(), second.weights.copy()
    bias[3], weights[3] = -100.0, 1e6
    model = replace(model, layers=(replace(first, bias=bias), replace(second, weights=weights), last))
    assert (model.activations(RAW)[0][:, 3] == 0).all()
    assert decibels(model, quantize(model, RAW)) > 20


@pytest.mark.parametrize(
    "model",
    [
        network(),
        network("tanh", SIZES),
        network("sigmoid", SIZES, bias=5000.0),
        network(sizes=np.where(np.arange(24) % 2, 2.0, 0.5)),
        FloatNetwork((FloatDense(FIRST, np.full(24, 1e6)),)),
        network(sizes=1.0, bias=-1e4),
    ],
    ids=["even", "tanh", "sigmoid", "nearly even", "a single layer", "silent"],
)
def test_nothing_to_do(model):
    assert balanced(model, RAW) is model


def test_only_what_clearly_loses_less_is_quantized():
    plain, uneven = network(), network(sizes=SIZES)
    assert evened(plain, RAW, Precision()) is plain and evened(uneven, None, Precision()) is uneven
    even = evened(uneven, RAW, Precision())
    assert (even.layers[0].weights != uneven.layers[0].weights).any()


def test_without_samples_nothing_is_balanced():
    model = network(sizes=SIZES)
    alone = quantize(model)
    assert [layer.requantizer.shifts for layer in alone.layers] == [
        layer.requantizer.shifts for layer in quantize(replace(model, calibration=None)).layers
    ]
    assert decibels(model, alone) < decibels(model, quantize(model, RAW))


@pytest.mark.parametrize("bias", [0.0, 0.3])
def test_a_dead_value_hides_no_gain(bias):
    """Its variance is 0, or what rounding leaves of that: it must not outweigh what the others lose."""
    model = network(sizes=SIZES, decision="none")
    last = model.layers[-1]
    live = np.array([1.0, 1.0, 1.0, 0.0])
    dead = replace(model, layers=(*model.layers[:-1], FloatDense(last.weights * live, last.bias + bias * (1 - live))))
    assert evened(model, RAW, Precision()) is not model
    assert evened(dead, RAW, Precision()) is not dead
