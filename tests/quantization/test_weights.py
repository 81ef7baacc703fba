import numpy as np
import pytest

from quantnn.arithmetic import Box, IntegerRange
from quantnn.model.network import FloatDense
from quantnn.quantization.precision import Precision
from quantnn.quantization.weights import QuantizedTensor, coarser, integer_weights, with_bias

BYTE = IntegerRange(0, 255)
PRECISIONS = [Precision(bits) for bits in (2, 4, 8, 16)]


def tensor_of(features, samples=None, slope=1 / 255, offset=0.0):
    return QuantizedTensor(Box.uniform(BYTE, features), np.full(features, slope), np.full(features, offset), samples)


def layer_of(seed, inputs=6, outputs=5, scales=1.0, bias=1.0):
    random = np.random.default_rng(seed)
    return FloatDense(random.normal(size=(inputs, outputs)) * scales, random.normal(size=outputs) * bias)


@pytest.mark.parametrize("precision", PRECISIONS, ids=str)
@pytest.mark.parametrize("seed", range(5))
def test_weights_are_the_nearest_integers_and_use_their_format(seed, precision):
    layer, tensor = layer_of(seed, scales=np.geomspace(1, 1e-3, 5), bias=0.0), tensor_of(6)
    weights, fraction = integer_weights(layer, tensor, precision)
    exact, limit = layer.weights / 255 * 2.0**fraction, precision.weights.hi
    assert np.abs(weights).max() <= limit
    assert np.abs(np.clip(exact, -limit, limit) - weights).max() <= 0.5
    greatest = np.abs(exact).max(axis=0)
    assert (greatest > limit / 2).all(), "one bit less would be enough"
    assert (greatest < 2 * limit + 1).all(), "one bit more than clips nothing, and no more"


def loss(layer, fraction, precision, power):
    """Square error of the weights at these scales, each counted with its input's mean square."""
    limit = precision.weights.hi
    exact = layer.weights / 255
    rounded = np.clip(np.round(exact * 2.0**fraction), -limit, limit) / 2.0**fraction
    return (np.square(rounded - exact) * power[:, np.newaxis]).sum(axis=0)


@pytest.mark.parametrize("seed", range(8))
def test_of_two_scales_the_better_one_is_taken(seed):
    precision, layer = Precision(4), layer_of(seed, bias=0.0)
    samples = np.random.default_rng(seed).integers(0, 256, (100, 6))
    power = np.square(samples).mean(axis=0)
    _, fraction = integer_weights(layer, tensor_of(6, samples), precision)
    unclipped = np.floor(np.log2(7 / np.abs(layer.weights / 255).max(axis=0))).astype(int)
    assert set((fraction - unclipped).tolist()) <= {0, 1}
    other = np.where(fraction == unclipped, unclipped + 1, unclipped)
    assert (loss(layer, fraction, precision, power) <= loss(layer, other, precision, power) * (1 + 1e-4)).all()


@pytest.mark.parametrize("fewer", [1, 3, np.array([0, 1, 2, 3, 4])], ids=str)
def test_fewer_bits_on_request(fewer):
    layer, tensor = layer_of(1, bias=0.0), tensor_of(6)
    _, finest = integer_weights(layer, tensor, Precision())
    weights, fraction = integer_weights(layer, tensor, Precision(), fewer)
    assert (finest - fraction == fewer).all()
    assert np.abs(layer.weights / 255 * 2.0**fraction - weights).max() <= 0.5


def test_a_dead_channel_has_the_coarsest_scale_of_the_others():
    layer = FloatDense([[1.0, 0.0, 0.25], [-0.5, 0.0, 0.125]], [0.0, 0.0, 0.0])
    weights, fraction = integer_weights(layer, tensor_of(2), Precision())
    assert weights[:, 1].tolist() == [0, 0]
    assert fraction[1] <= min(fraction[0], fraction[2])


def test_nothing_but_zeros():
    weights, _ = integer_weights(FloatDense(np.zeros((3, 2)), np.zeros(2)), tensor_of(3), Precision())
    assert not weights.any()


def test_a_channel_is_at_most_16_bits_finer_than_the_coarsest():
    layer = FloatDense(np.array([[1.0, 2.0**-10, 2.0**-30]]), np.zeros(3))
    _, fraction = integer_weights(layer, tensor_of(1, slope=1.0), Precision())
    coarsest = fraction[0]
    assert fraction[1] == coarsest + 10, "its own"
    assert coarsest + 16 <= fraction[2] <= coarsest + 17, "the limit, or the next where that errs less"


@pytest.mark.parametrize("bias", [1.0, 1e3, 1e6])
def test_a_bias_beyond_its_share_makes_weights_coarser(bias):
    """A bias may be eight times the largest product; the weights' scale makes room for more."""
    layer = FloatDense([[1.0], [0.5]], [bias])
    dense = with_bias(layer, tensor_of(2), *integer_weights(layer, tensor_of(2), Precision()), Precision())
    assert abs(int(dense.bias[0])) <= 2 * 8 * 127 * 255
    step = bias / int(dense.bias[0])
    assert int(dense.bias[0]) * step == pytest.approx(bias)
    assert np.abs(dense.weights[:, 0] * step * 255 - layer.weights[:, 0]).max() <= 0.51 * step * 255


def test_a_bias_that_no_register_holds_is_refused():
    layer = FloatDense([[1.0, 1e-3]], [0.0, 1e12])
    fraction = np.array([10, 10])
    with pytest.raises(ValueError, match="bias is too large beside its weights"):
        with_bias(layer, tensor_of(1), np.zeros((1, 2), dtype=np.int64), fraction, Precision())


@pytest.mark.parametrize("limit", [3, 8, np.array([2, 9, 4, 30, 5])], ids=str)
def test_coarser_weights_are_rounded_once_from_the_floats(limit):
    layer, tensor = layer_of(2), tensor_of(6)
    _, fraction = integer_weights(layer, tensor, Precision())
    weights, capped = coarser(layer, tensor, Precision(), fraction, limit)
    assert capped.tolist() == np.minimum(fraction, limit).tolist()
    assert np.abs(layer.weights / 255 * 2.0**capped - weights)[:, capped < fraction].max(initial=0) <= 0.5


@pytest.mark.parametrize("seed", range(6))
def test_the_bias_takes_the_mean_error_of_the_weights(seed):
    """Over the calibration samples the mean accumulator is the float one, to half a unit."""
    layer, precision = layer_of(seed), Precision(3)
    samples = np.random.default_rng(seed).integers(0, 256, (64, 6))
    tensor = tensor_of(6, samples, offset=0.25)
    weights, fraction = integer_weights(layer, tensor, precision)
    dense = with_bias(layer, tensor, weights, fraction, precision)
    exact = ((samples / 255 + 0.25) @ layer.weights + layer.bias) * 2.0**fraction
    found = samples @ dense.weights + dense.bias
    assert np.abs(found.mean(axis=0) - exact.mean(axis=0)).max() <= 0.5 + 1e-6


def test_without_samples_the_bias_is_the_nearest_integer():
    layer, tensor = layer_of(3), tensor_of(6, offset=-0.5)
    weights, fraction = integer_weights(layer, tensor, Precision())
    dense = with_bias(layer, tensor, weights, fraction, Precision())
    exact = (layer.bias - 0.5 * layer.weights.sum(axis=0)) * 2.0**fraction
    assert np.abs(dense.bias - exact).max() <= 0.5 + 1e-6
