from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from oracle import outputs

from quantnn.errors import InputError
from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.layers import Dense, Rescale
from quantnn.network.reference import evaluate
from quantnn.quantization.post_training import quantize
from quantnn.quantization.precision import Precision


def float_network(seed, widths=(6, 5, 4), activation="relu", **kwargs):
    random = np.random.default_rng(seed)
    layers = []
    for number, (inputs, count) in enumerate(pairwise(widths)):
        last = number == len(widths) - 2
        weights, bias = random.normal(0, 1 / np.sqrt(inputs), (inputs, count)), random.normal(0, 0.3, count)
        layers.append(FloatDense(weights, bias, "linear" if last else activation))
    kwargs.setdefault("scaling", InputScaling(1 / 255))
    return FloatNetwork(tuple(layers), **kwargs)


def raw_samples(network, count, seed=0):
    """The ends of the input format, and noise."""
    lo, hi = network.input.lo, network.input.hi
    samples = np.random.default_rng(seed).integers(lo, hi + 1, (count, network.in_features))
    samples[:2] = [[lo], [hi]]
    return samples


def integer_outputs(network, samples):
    answers = [outputs(network, sample) for sample in samples.tolist()]
    return [np.array(layer) for layer in zip(*answers, strict=True)]


def accumulator_steps(layer):
    """The float value of an accumulator of 1, per channel: the output's scale, times m / 2**s."""
    m, s = np.array(layer.requantizer.multipliers), np.array(layer.requantizer.shifts)
    return layer.scale * m / 2.0**s


def error_bounds(network, integer, samples, slope):
    """The greatest possible error of each layer's outputs, from the rounding of weights, biases and outputs alone.

    For layers without an input requantizer; nothing may saturate but a relu at 0.
    """
    bounds, error = [], np.zeros(samples.shape)
    activations = [network.scaling(samples), *network.activations(samples)]
    values, below = samples * slope, activations[0] - samples * slope
    assert np.allclose(below, below.flat[0]), "a uniform scaling has one offset"
    offset = below.flat[0]
    for number, (dense, layer) in enumerate(zip(network.layers, integer.layers, strict=True)):
        step = accumulator_steps(layer)
        weights = layer.weights * step / (slope if number == 0 else integer.layers[number - 1].scale)
        bias = dense.bias + (offset * dense.weights.sum(axis=0) if number == 0 else 0)
        error = np.abs(values) @ np.abs(weights - dense.weights) + error @ np.abs(weights)
        error = error + np.abs(layer.bias * step - bias)
        if number < len(network.layers) - 1:
            error = error + layer.scale / 2
        bounds.append(error * (1 + 1e-9) + 1e-12)
        values = activations[number + 1]
    return bounds


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("activation", ["relu", "linear"])
@pytest.mark.parametrize("precision", [Precision(8, 8), Precision(4, 4), Precision(12, 16)], ids=str)
def test_without_calibration_the_error_is_rounding_only(seed, activation, precision):
    network = float_network(seed, activation=activation, scaling=InputScaling(1 / 255, 0.1, 0.5))
    integer, samples = quantize(network, precision=precision), raw_samples(network, 60)
    slope = float(network.scaling.slope)
    bounds = error_bounds(network, integer, samples, slope)
    found = integer_outputs(integer, samples)
    for layer, values, exact, bound in zip(
        integer.layers, found, network.activations(samples), bounds, strict=True
    ):
        assert (np.abs(values * layer.scale - exact) <= bound).all()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("bits", [4, 8, 12])
def test_weights_are_the_nearest_integers_of_a_scale_that_uses_the_format(seed, bits):
    network = float_network(seed)
    integer, limit = quantize(network, precision=Precision(weight_bits=bits)), 2 ** (bits - 1) - 1
    below = 1 / 255
    for dense, layer in zip(network.layers, integer.layers, strict=True):
        step = accumulator_steps(layer) / below
        missed = np.abs(layer.weights * step - dense.weights)
        clipped = np.abs(layer.weights) == limit
        assert (missed[~clipped] <= (step / 2 * np.ones_like(missed))[~clipped] * (1 + 1e-9)).all()
        assert (np.abs(layer.weights).max(axis=0) > limit // 4).all()
        below = layer.scale


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_without_calibration_nothing_saturates_over_the_whole_input_box(seed, activation):
    network = float_network(seed, (5, 7, 6, 3), activation, input_signed=bool(seed % 2))
    integer = quantize(network)
    for layer, box in zip(integer.layers, integer.accumulator_boxes, strict=True):
        for channel, acc in enumerate(box):
            m, s = layer.requantizer.multipliers[channel], layer.requantizer.shifts[channel]
            ends = [(2 * end * m + 2**s) // 2 ** (s + 1) for end in (acc.lo, acc.hi)]
            assert ends[1] <= layer.output.hi
            assert ends[0] >= layer.output.lo or layer.activation == "relu"


@pytest.mark.parametrize("seed", range(4))
def test_calibration_finds_finer_scales(seed):
    """Samples from a corner of the input box: their own scales are finer than the proven bounds', and err less."""
    network = float_network(seed, (8, 12, 10, 4))
    samples = np.random.default_rng(seed).integers(0, 40, (200, 8))
    exact = network.logits(samples)
    errors = []
    for calibration in (None, samples):
        integer = quantize(network, calibration)
        errors.append(np.square(integer_outputs(integer, samples)[-1] * integer.layers[-1].scale - exact).mean())
    assert errors[1] < errors[0]


def test_more_bits_err_less():
    network = float_network(3, (8, 12, 4))
    samples = raw_samples(network, 200)
    exact, errors = network.logits(samples), []
    for bits in (3, 5, 8, 11, 14):
        integer = quantize(network, samples, Precision(bits, bits))
        errors.append(np.abs(integer_outputs(integer, samples)[-1] * integer.layers[-1].scale - exact).max())
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < np.abs(exact).max() * 2**-10


def test_the_networks_own_calibration_is_used():
    samples = np.random.default_rng(0).integers(0, 30, (50, 6))
    network = float_network(1)
    with_own, given = quantize(replace(network, calibration=samples)), quantize(network, samples)
    for a, b in zip(with_own.layers, given.layers, strict=True):
        assert a.requantizer == b.requantizer and np.array_equal(a.weights, b.weights)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_per_feature_scaling_gets_a_layer_of_its_own(sign):
    random = np.random.default_rng(5)
    mean, std = random.uniform(60, 180, 6), random.uniform(5, 50, 6)
    scaling = InputScaling(sign * np.ones(6), sign * mean, std)
    samples = np.clip(np.round(random.normal(mean, std, (300, 6))), 0, 255).astype(np.int64)
    network = float_network(5, scaling=scaling)
    integer = quantize(network, samples)
    assert [type(layer) for layer in integer.layers] == [Rescale, Dense, Dense]
    exact = network.logits(samples)
    error = integer_outputs(integer, samples)[-1] * integer.layers[-1].scale - exact
    assert np.square(error).mean() < np.square(exact).mean() / 1000, "30 dB"


def test_values_in_units_far_apart():
    """Pressure in pascal, temperature in kelvin and a flow in cubic metres: every output comes out at 40 dB or more."""
    random = np.random.default_rng(7)
    first = FloatDense(random.normal(size=(4, 24)), random.normal(size=24) / 4, "relu")
    units, means = np.array([2e3, 5.0, 2e-4]), np.array([1e5, 295.0, 4e-4])
    last = FloatDense(random.normal(size=(24, 3)) / 5 * units, means)
    network = FloatNetwork((first, last), InputScaling(1 / 255), decision="none")
    samples = random.integers(0, 256, (400, 4))
    integer = quantize(network, samples[:200])
    exact = np.maximum(samples / 255 @ first.weights + first.bias, 0) @ last.weights + last.bias
    found = integer_outputs(integer, samples)[-1] * integer.layers[-1].scale
    assert (10 * np.log10(np.square(exact).sum(axis=0) / np.square(exact - found).sum(axis=0)) > 40).all()
    centred = np.square(exact - exact.mean(axis=0)).sum(axis=0)
    assert (10 * np.log10(centred / np.square(exact - found).sum(axis=0)) > 25).all(), "not only the means"


def test_a_dead_neuron_keeps_its_bias():
    weights = np.array([[0.5, 0.0], [-0.25, 0.0]])
    layers = (FloatDense(weights, [0.1, 0.75], "relu"), FloatDense([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]))
    network = FloatNetwork(layers, InputScaling(1 / 255))
    integer = quantize(network)
    found = integer_outputs(integer, raw_samples(network, 5))[-1] * integer.layers[-1].scale
    assert np.abs(found[:, 1] - 0.75).max() < 0.02


@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_a_layer_of_zeros(activation):
    layers = (FloatDense(np.zeros((3, 2)), np.zeros(2), activation), FloatDense(np.zeros((2, 2)), np.zeros(2)))
    network = FloatNetwork(layers)
    integer = quantize(network)
    assert all((layer == 0).all() for layer in integer_outputs(integer, raw_samples(network, 5)))


@pytest.mark.parametrize("exponent", [-300, -60, -20, 20, 60, 300])
def test_the_scale_of_a_layer_does_not_matter(exponent):
    """Weights and bias times a power of two: the same integers, another scale."""
    network = float_network(2, (6, 3))
    factor = 2.0**exponent
    [dense] = network.layers
    other = replace(network, layers=(FloatDense(dense.weights * factor, dense.bias * factor),))
    a, b = quantize(network).layers[0], quantize(other).layers[0]
    assert np.array_equal(a.weights, b.weights) and np.array_equal(a.bias, b.bias)
    assert b.scale == a.scale * factor


@pytest.mark.parametrize("spread", [1e3, 1e6, 1e12, 1e30, 1e200])
def test_channels_of_very_different_scale_work_or_are_refused_in_one_line(spread):
    network = float_network(4)
    layers = tuple(
        FloatDense(layer.weights * np.geomspace(1, 1 / spread, layer.out_features), layer.bias, layer.activation)
        for layer in network.layers
    )
    network = replace(network, layers=layers)
    samples = raw_samples(network, 40)
    try:
        integer = quantize(network, samples)
    except InputError as error:
        assert "\n" not in str(error)
        return
    exact = network.logits(samples)
    found = integer_outputs(integer, samples)[-1] * integer.layers[-1].scale
    assert np.abs(found - exact).max() < np.abs(exact).max() * 0.05


def test_a_bias_that_dwarfs_the_weights_is_refused_or_kept():
    for bias in (1e3, 1e6, 1e12, 1e300):
        network = FloatNetwork((FloatDense(np.ones((2, 2)), [bias, 0.0]),), InputScaling(1 / 255))
        try:
            integer = quantize(network)
        except InputError as error:
            assert "\n" not in str(error)
            continue
        found = integer_outputs(integer, raw_samples(network, 3))[-1] * integer.layers[-1].scale
        assert np.abs(found[:, 0] - bias).max() <= 2 + bias * 2**-6


@pytest.mark.parametrize(("bits", "signed"), [(1, False), (8, False), (8, True), (16, False), (16, True)])
def test_input_formats(bits, signed):
    network = float_network(6, input_bits=bits, input_signed=signed, scaling=InputScaling(2.0**-bits))
    integer = quantize(network)
    assert (integer.input.width, integer.input.signed) == (bits, signed)
    samples = raw_samples(network, 40)
    bounds = error_bounds(network, integer, samples, float(network.scaling.slope))
    found = integer_outputs(integer, samples)[-1] * integer.layers[-1].scale
    assert (np.abs(found - network.logits(samples)) <= bounds[-1]).all()


@pytest.mark.parametrize("slope", [0.9975, 0.999, 0.99999])
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("activation_bits", [8, 12])
def test_slopes_near_one_equal_exact_fractions(slope, seed, activation_bits):
    """Sums of one-bit inputs have few bits, so that nothing of them is shifted out again."""
    network = float_network(
        seed, (3, 2, 2), f"leaky_relu:{slope}", input_bits=1, decision="none", scaling=InputScaling()
    )
    samples = raw_samples(network, 8)
    integers = quantize(network, samples, Precision(activation_bits=activation_bits))
    for found, expected in zip(evaluate(integers, samples).layers, integer_outputs(integers, samples), strict=True):
        assert np.array_equal(found, expected)


HUGE = [0.0, 1.0, -1.0, 5e-324, 1e-310, 1e-40, 1e38, 1e150, 1e200, -1e300, 1.7e308, 2.0**62, 2.0**63]


@pytest.mark.parametrize("seed", range(120))
def test_floats_of_any_size_are_quantized_exactly_or_refused(seed):
    random = np.random.default_rng(seed)

    def numbers(shape):
        usual = random.random(shape) < random.choice([0.0, 0.9])
        return np.where(usual, random.normal(size=shape), random.choice(HUGE, shape))

    activations = random.choice(["relu", "leaky_relu:0.1", "leaky_relu:1e-300", "linear", "tanh"], 2)
    layers = tuple(
        FloatDense(numbers((a, b)), numbers(b), str(name))
        for a, b, name in ((3, 2, activations[0]), (2, 2, activations[1]))
    )
    try:
        scaling = InputScaling(numbers(3), numbers(3), np.abs(numbers(3)) + 1e-300)
    except ValueError:
        scaling = InputScaling(1 / 255)
    network = FloatNetwork(layers, scaling=scaling, decision="none")
    samples = raw_samples(network, 6, seed)
    try:
        integers = quantize(network, samples if seed % 2 else None)
    except InputError as error:
        assert "cannot be quantized: " in str(error) and "\n" not in str(error)
        return
    for found, expected in zip(evaluate(integers, samples).layers, integer_outputs(integers, samples), strict=True):
        assert np.array_equal(found, expected)
