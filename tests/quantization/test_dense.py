from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from quantnn.arithmetic import MAX_MULTIPLIER_BITS, Box, IntegerRange
from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.reference import accumulate, evaluate
from quantnn.quantization.dense import quantize_dense, slope_multiplier
from quantnn.quantization.post_training import quantize
from quantnn.quantization.precision import Precision
from quantnn.quantization.scale_limits import LOGIT_SPREAD, ScaleLimits
from quantnn.quantization.weights import QuantizedTensor

CURVES = {"sigmoid": lambda x: 1 / (1 + np.exp(-x)), "tanh": np.tanh}
BYTE = IntegerRange(0, 255)


def tensor_of(features, samples=None, format=BYTE, slope=1 / 255):
    """Raw inputs of a format that stand for integer · slope."""
    return QuantizedTensor(Box.uniform(format, features), np.full(features, slope), np.zeros(features), samples)


def random_dense(seed, inputs, outputs, activation="linear", spread=1.0):
    random = np.random.default_rng(seed)
    columns = np.geomspace(1, spread, outputs)
    return FloatDense(
        random.normal(size=(inputs, outputs)) * columns, random.normal(size=outputs) * columns, activation
    )


# ---- clips ----


@pytest.mark.parametrize("bits", [3, 6, 8, 12])
@pytest.mark.parametrize("name", ["clip:0:6", "clip:-1:1", "clip:-2:5", "clip:0.5:3", "clip:-inf:2", "clip:-1:inf"])
@pytest.mark.parametrize("last", ["", "none"])
def test_a_clip_is_the_nearest_integer_of_what_it_leaves(name, bits, last):
    """Of one neuron with weight 1 over all inputs from −10 to 10: the accumulators are exact, so the error is that of
    one rounding, half a step of the output."""
    bits = max(bits, 6 if "inf" in name else 0)  # fewer may saturate where they lose less by it
    layer = FloatDense([[1.0]], [0.0], name)
    raw = np.arange(-1280, 1281)[:, np.newaxis]
    tensor = tensor_of(1, raw[::16], IntegerRange(-2048, 2047), 2.0**-7)
    dense = quantize_dense(layer, tensor, Precision(8, bits), decision=last)
    found = dense.finish(accumulate(dense, raw)) * dense.scale
    exact = layer(raw * 2.0**-7)
    assert np.abs(found - exact).max() <= dense.scale / 2
    if np.log2(dense.scale) <= -1:  # every end above is an integer or a half
        assert found.min() == exact.min() and found.max() == exact.max()


def test_a_last_clip_serves_outputs_of_different_sizes():
    layer = FloatDense([[1.0, 1 / 64, -3.0]], [0.0, 0.0, 1.0], "clip:-0.5:1")
    raw = np.arange(-256, 256)[:, np.newaxis]
    dense = quantize_dense(layer, tensor_of(1, raw, IntegerRange(-256, 255), 2.0**-6), Precision(), decision="none")
    np.testing.assert_array_equal(dense.finish(accumulate(dense, raw)) * dense.scale, layer(raw * 2.0**-6))


def test_ends_that_are_nothing():
    layer = FloatDense([[1.0]], [0.0], "clip:100:100.001")
    with pytest.raises(ValueError, match=r"ends of clip:100.0:100.001 are nothing beside the values"):
        quantize_dense(layer, tensor_of(1), Precision())


# ---- tables ----


def swept(name, bits):
    """A single neuron over all 16-bit inputs, standing for −10 to 10: x, integers, and the step of an output."""
    format = IntegerRange(-32768, 32767)
    layer = FloatDense([[1.0]], [0.0], name)
    tensor = tensor_of(1, format=format, slope=10 / 32768)
    dense = quantize_dense(layer, tensor, Precision(16, bits))
    raw = np.arange(format.lo, format.hi + 1)[:, np.newaxis]
    return raw.ravel() * 10 / 32768, dense.finish(accumulate(dense, raw)).ravel(), dense


@pytest.mark.parametrize("bits", [4, 6, 8, 10])
@pytest.mark.parametrize("name", CURVES)
def test_a_curve_errs_by_one_output_at_most(name, bits):
    x, found, dense = swept(name, bits)
    greatest = 2**bits - 1 if name == "sigmoid" else 2 ** (bits - 1) - 1
    assert dense.scale == 1 / greatest
    assert np.abs(found - CURVES[name](x) * greatest).max() <= 1


@pytest.mark.parametrize("bits", [4, 6, 8, 10])
@pytest.mark.parametrize("name", CURVES)
def test_a_curve_rises_to_its_ends(name, bits):
    _, found, dense = swept(name, bits)
    assert (np.diff(found) >= 0).all()
    assert (int(found[0]), int(found[-1])) == (dense.output.lo, dense.output.hi)


@pytest.mark.parametrize("bits", [4, 8, 10])
def test_at_0_a_curve_is_at_its_middle(bits):
    for name, middle in (("sigmoid", 2 ** (bits - 1)), ("tanh", 0)):
        x, found, _ = swept(name, bits)
        assert int(found[x == 0][0]) == middle, "half of 2**bits − 1, and halves are rounded up"


@pytest.mark.parametrize("bits", [4, 8, 10])
def test_tables_mirror_themselves(bits):
    """tanh(−x) = −tanh(x), and sigmoid(−x) = 1 − sigmoid(x); only halves, which are rounded up, differ."""
    for name, total in (("sigmoid", 2**bits - 1), ("tanh", 0)):
        table = swept(name, bits)[2].table
        rising = np.arange(1, table.index.hi + 1)
        assert (table(rising) + table(-rising) == total).all()


@pytest.mark.parametrize("name", CURVES)
def test_large_weights_only_reach_the_ends(name):
    layer = FloatDense([[1e6, -1e6]], [0.0, 0.0], name)
    dense = quantize_dense(layer, tensor_of(1), Precision())
    found = dense.finish(accumulate(dense, np.array([[0], [255]])))
    middle = 128 if name == "sigmoid" else 0
    assert found.tolist() == [[middle] * 2, [dense.output.hi, dense.output.lo]]


def test_weights_beyond_any_shift_are_refused():
    layer = FloatDense([[1e12]], [0.0], "tanh")
    with pytest.raises(ValueError, match="too large for tanh: every output would be at an end"):
        quantize_dense(layer, tensor_of(1), Precision())


# ---- slopes ----

SLOPES = [0.5, 0.25, 0.3, 0.1, 0.2, 0.01, 0.007, 0.99, 1 / 3]


@pytest.mark.parametrize("slope", SLOPES)
def test_a_slope_is_precise_with_the_fewest_bits(slope):
    bits, negative = slope_multiplier(slope)
    assert 8 <= bits < MAX_MULTIPLIER_BITS
    exact = Fraction(slope)
    assert abs(Fraction(negative, 2**bits) - exact) <= exact / 256
    for fewer in range(8, bits):
        nearest = round(exact * 2**fewer)
        assert abs(Fraction(nearest, 2**fewer) - exact) > exact / 256


def test_relu_and_linear_need_no_bits():
    assert (slope_multiplier(0.0), slope_multiplier(1.0)) == ((0, 0), (0, 1))


@pytest.mark.parametrize("decision", ["", "argmax", "none"])
@pytest.mark.parametrize("slope", [0.3, 0.01])
def test_negative_accumulators_are_multiplied_by_the_slope(slope, decision):
    layer = random_dense(1, 5, 4, f"leaky_relu:{slope}")
    dense = quantize_dense(layer, tensor_of(5), Precision(), decision=decision)
    pairs = zip(dense.requantizer.multipliers, dense.requantizer.negative_multipliers, strict=True)
    for positive, negative in pairs:
        assert positive.bit_count() == 1 and positive >= 256
        assert Fraction(negative, positive) == pytest.approx(slope, rel=1 / 256)
    samples = np.random.default_rng(0).integers(0, 256, (300, 5))
    values, exact = dense.finish(accumulate(dense, samples)) * dense.scale, layer(samples / 255)
    assert np.abs(values - exact).max() < 0.03 * np.abs(exact).max()


# ---- logits ----


@pytest.mark.parametrize("activation", ["linear", "relu", "leaky_relu:0.1"])
@pytest.mark.parametrize("seed", range(6))
def test_logits_are_accumulators_in_one_unit_without_loss(seed, activation):
    """Output · scale is the accumulator · 2**-f exactly, for an f of each channel's own."""
    layer = random_dense(seed, 6, 5, activation, spread=30)
    dense = quantize_dense(layer, tensor_of(6), Precision(), decision="argmax")
    requantizer = dense.requantizer
    assert requantizer.shifts == (0,) * 5 and requantizer.roundings == (0,) * 5
    samples = np.random.default_rng(seed).integers(0, 256, (200, 6))
    sums = accumulate(dense, samples)
    found = dense.finish(sums)
    for channel in range(5):
        positive = sums[:, channel] >= 0
        m, n = requantizer.multipliers[channel], requantizer.negative_multipliers[channel]
        assert m.bit_count() == 1
        assert found[:, channel].tolist() == np.where(positive, sums[:, channel] * m, sums[:, channel] * n).tolist()
        assert dense.weights[:, channel] * m * dense.scale == pytest.approx(
            layer.weights[:, channel] / 255, abs=m * dense.scale
        )


@pytest.mark.parametrize("spread", [1, 4, 1e3, 1e6])
def test_logits_differ_by_no_more_bits_than_the_limit(spread):
    layer = random_dense(3, 6, 5, spread=spread)
    for limit in (LOGIT_SPREAD, 2, 0):
        dense = quantize_dense(layer, tensor_of(6), Precision(), decision="argmax", limits=ScaleLimits(spread=limit))
        multipliers = dense.requantizer.multipliers
        assert min(multipliers) == 1 and max(multipliers) <= 2**limit


def test_logits_never_saturate_over_the_whole_input_box():
    for seed in range(10):
        layer = random_dense(seed, 6, 5, "leaky_relu:0.2" if seed % 2 else "linear", spread=20)
        dense = quantize_dense(layer, tensor_of(6), Precision(), decision="argmax")
        box = dense.accumulator_box(Box.uniform(BYTE, 6))
        for channel, acc in enumerate(box):
            m, n = dense.requantizer.multipliers[channel], dense.requantizer.negative_multipliers[channel]
            assert dense.output.lo <= min(acc.lo * n, acc.lo * m if acc.lo >= 0 else 0)
            assert max(acc.hi * m, 0) <= dense.output.hi or acc.hi < 0


@pytest.mark.parametrize("activation", ["linear", "relu", "leaky_relu:0.1"])
def test_values_have_a_scale_each(activation):
    """Of columns that differ by 2**40, each has weights as fine as it would have alone."""
    one = random_dense(4, 6, 1, activation)
    factors = np.array([1.0, 2.0**-40, 2.0**20])
    layer = FloatDense(one.weights * factors, one.bias * factors, activation)
    alone = quantize_dense(one, tensor_of(6), Precision(), decision="none")
    dense = quantize_dense(layer, tensor_of(6), Precision(), decision="none")
    assert dense.weights.tolist() == alone.weights.repeat(3, axis=1).tolist()
    assert dense.bias.tolist() == alone.bias.repeat(3).tolist()
    assert dense.scale.tolist() == (alone.scale * factors).tolist()
    assert len({*dense.requantizer.multipliers}) == 1 and dense.requantizer.shifts == (0, 0, 0)


@pytest.mark.parametrize("bias", [0.0, -0.7])
def test_outputs_that_tie_at_no_input_tie_in_integers(bias):
    """The correction of biases would tell them apart; the one that differs stays apart."""
    random = np.random.default_rng(5)
    weights = random.normal(size=(6, 4)) * [1, 8, 30, 1]
    layer = FloatDense(weights, np.array([bias, bias, bias, bias - 5.0]))
    tensor = replace(tensor_of(6), samples=random.integers(0, 256, (200, 6)))
    dense = quantize_dense(layer, tensor, Precision(3), decision="argmax")
    logits = dense.finish(accumulate(dense, np.zeros((1, 6), np.int64)))[0]
    assert logits[0] == logits[1] == logits[2] > logits[3]
    assert {*(logits * dense.scale - layer.bias).round(6)} != {0.0}


@pytest.mark.parametrize(("bias", "expected"), [(0.0, 0), (0.01, 1), (-0.01, 0)])
def test_a_threshold_at_no_input(bias, expected):
    random = np.random.default_rng(6)
    tensor = replace(tensor_of(6), samples=random.integers(0, 256, (200, 6)))
    layer = FloatDense(np.abs(random.normal(size=(6, 1))) / 100, np.array([bias]))
    dense = quantize_dense(layer, tensor, Precision(8), decision="threshold")
    assert (dense.finish(accumulate(dense, np.zeros((1, 6), np.int64)))[0, 0] > 0) == expected


# ---- limits of the shifts ----


@pytest.mark.parametrize("activation", ["linear", "relu", "leaky_relu:0.1", "sigmoid", "tanh"])
@pytest.mark.parametrize("greatest", [20, 10, 6])
def test_no_channel_is_shifted_by_more_than_there_is(activation, greatest):
    layer = random_dense(5, 6, 5, activation, spread=1e-4)
    limits = ScaleLimits(shifts=(0, greatest))
    dense = quantize_dense(layer, tensor_of(6), Precision(), limits=limits)
    slope_bits = slope_multiplier(0.1)[0] if "leaky" in activation else 0
    assert max(dense.requantizer.shifts) <= greatest + slope_bits


# ---- whole networks ----


def network_of(widths, activation, weights):
    layers = []
    for number, shape in enumerate(pairwise(widths)):
        last = number == len(widths) - 2
        layers.append(FloatDense(weights(shape), weights(shape)[0], "linear" if last else activation))
    return FloatNetwork(tuple(layers), InputScaling(1 / 255))


def sqnr(network, integer, samples):
    exact = network.logits(samples)
    noise = np.square(exact - evaluate(integer, samples).logits * integer.layers[-1].scale).sum()
    return 10 * np.log10(np.square(exact).sum() / noise)


SAMPLES = np.random.default_rng(1).integers(0, 256, (400, 16))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "leaky_relu:0.1"])
def test_twenty_layers(activation):
    random = np.random.default_rng(2)
    network = network_of([16] * 21, activation, lambda shape: random.normal(size=shape) / np.sqrt(shape[0]))
    integer = quantize(network, SAMPLES)
    assert len(integer.layers) == 20
    assert sqnr(network, integer, SAMPLES) > 20


@pytest.mark.parametrize("calibration", [SAMPLES, None], ids=["calibrated", "not calibrated"])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "leaky_relu:0.01"])
def test_weights_up_to_17(activation, calibration):
    random = np.random.default_rng(3)
    network = network_of([16, 16, 4], activation, lambda shape: random.uniform(-17, 17, shape))
    assert sqnr(network, quantize(network, calibration), SAMPLES) > 20


@pytest.mark.parametrize("activation", ["relu", "linear", "leaky_relu:0.1"])
@pytest.mark.parametrize("seed", range(5))
def test_without_calibration_nothing_clips(seed, activation):
    random = np.random.default_rng(seed)
    network = network_of([5, 7, 6, 3], activation, lambda shape: random.normal(size=shape))
    integer = quantize(network)
    wider = IntegerRange(-(2**40), 2**40)
    for layer, box in zip(integer.layers, integer.accumulator_boxes, strict=True):
        free = replace(layer.requantizer, output=wider).interval(box)
        assert max(ends.hi for ends in free) <= layer.output.hi
        assert activation == "relu" or min(ends.lo for ends in free) >= layer.output.lo
