import numpy as np
import pytest
from oracle import accumulators, drained

from quantnn.arithmetic import IntegerRange
from quantnn.model.input_scaling import InputScaling
from quantnn.quantization.input import quantize_input
from quantnn.quantization.precision import Precision

BYTE = IntegerRange(0, 255)


def integers(layer, samples):
    rows = [accumulators(layer, sample) for sample in samples.tolist()]
    return np.array([[drained(layer, channel, acc) for channel, acc in enumerate(row)] for row in rows])


def check(scaling, input, features, samples, precision, allowed_clipping=0.0):
    """What the integers stand for is the scaled input, to half of the last place of each, where nothing saturates."""
    layer, slope, offset = quantize_input(scaling, input, features, samples, precision)
    everything = np.random.default_rng(1).integers(input.lo, input.hi + 1, (300, features))
    everything[:2] = [[input.lo], [input.hi]]
    seen = everything if samples is None else samples
    found = integers(layer, seen)
    inside = (found > layer.output.lo) & (found < layer.output.hi)
    error = np.abs(found * slope + offset - scaling(seen))
    assert (error <= np.abs(slope) / 2 * (1 + 1e-9))[inside].all()
    assert (~inside).mean() <= allowed_clipping
    return layer, slope, found


def test_a_uniform_scaling_needs_no_layer():
    layer, slope, offset = quantize_input(InputScaling(1 / 255, 0.1, 0.5), BYTE, 3, None, Precision())
    assert layer is None
    np.testing.assert_allclose(slope, [2 / 255] * 3, rtol=1e-12)
    np.testing.assert_allclose(offset, [-0.2] * 3, rtol=1e-12)


@pytest.mark.parametrize("bits", [4, 8, 12])
@pytest.mark.parametrize("calibrated", [False, True])
def test_a_standard_scaler(bits, calibrated):
    random = np.random.default_rng(bits)
    mean, std = random.uniform(50, 200, 6), random.uniform(5, 60, 6)
    samples = np.clip(np.round(random.normal(mean, std, (200, 6))), 0, 255).astype(np.int64) if calibrated else None
    scaling = InputScaling(mean=mean, std=std)
    _, _, found = check(scaling, BYTE, 6, samples, Precision(activation_bits=bits), allowed_clipping=0.02)
    assert np.abs(found).max() >= 2 ** (bits - 1) // 2, "the format is used"


def test_a_negative_slope():
    scaling = InputScaling(scale=[-1.0, 0.5, -0.25], mean=[-100.0, 20.0, 0.0], std=[10.0, 5.0, 2.0])
    layer, slope, _ = check(scaling, BYTE, 3, None, Precision(), allowed_clipping=0.02)
    assert np.sign(slope).tolist() == [-1, 1, -1]
    assert all(m > 0 for m in layer.requantizer.multipliers)


def test_signed_inputs():
    scaling = InputScaling(mean=[0.0, -40.0, 30.0], std=[30.0, 20.0, 40.0])
    check(scaling, IntegerRange(-128, 127), 3, None, Precision(), allowed_clipping=0.02)


def test_a_feature_whose_mean_lies_far_outside_the_input():
    """The origin stays within the input's format; the offset is handed to the next layer."""
    scaling = InputScaling(mean=[1e6, 10.0], std=[3.0, 3.0])
    layer, _, _ = check(scaling, BYTE, 2, None, Precision(), allowed_clipping=0.02)
    assert layer.bias.tolist() == [-255, -10]


def test_without_samples_nothing_saturates():
    """Over the whole input box, by the interval of each feature's accumulator."""
    random = np.random.default_rng(7)
    for _ in range(20):
        scaling = InputScaling(mean=random.uniform(-50, 300, 4), std=random.uniform(1, 80, 4))
        layer, _, _ = quantize_input(scaling, BYTE, 4, None, Precision())
        for channel in range(4):
            for x in (0, 255):
                acc = x + int(layer.bias[channel])
                m, s = layer.requantizer.multipliers[channel], layer.requantizer.shifts[channel]
                assert -128 <= (2 * acc * m + 2**s) // 2 ** (s + 1) <= 127


def test_constant_features():
    samples = np.full((5, 2), 7)
    check(InputScaling(mean=[7.0, 7.0], std=[1.0, 2.0]), BYTE, 2, samples, Precision(), allowed_clipping=0)
