"""The oracle is the kernels' arithmetic, written down step by step on Python's integers."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantnn.arithmetic import Box, IntegerRange
from quantnn.importers.operators.fixed_point import FixedPoint
from quantnn.importers.operators.ramp import difference, fit

BYTE = IntegerRange(-128, 127)


def multiplier(ratio):
    """QuantizeMultiplier."""
    part, exponent = math.frexp(ratio)
    fixed = math.floor(part * 2**31 + 0.5)
    return (fixed // 2, exponent + 1) if fixed == 2**31 else (fixed, exponent)


def once(x, ratio):
    fixed, exponent = multiplier(ratio)
    return math.floor(Fraction(x * fixed, 2 ** (31 - exponent)) + Fraction(1, 2))


def twice(x, ratio):
    """SaturatingRoundingDoublingHighMul, then RoundingDivideByPOT."""
    fixed, exponent = multiplier(ratio)
    product = (x << max(exponent, 0)) * fixed
    nudged = product + (2**30 if product >= 0 else 1 - 2**30)
    high = nudged // 2**31 if nudged >= 0 else -(-nudged // 2**31)
    right = max(-exponent, 0)
    mask = (1 << right) - 1
    return (high >> right) + ((high & mask) > (mask >> 1) + (high < 0))


RATIOS = st.floats(2.0**-20, 0.99) | st.sampled_from([0.5, 0.25, 2.0**-7, 1.5, 3.0, 1 - 2.0**-33])


@given(ratio=RATIOS, x=st.integers(-(2**20), 2**20))
@settings(max_examples=300, deadline=None)
def test_one_rounding(ratio, x):
    fixed = FixedPoint.of([ratio], np.array([0.25]))
    assert fixed(np.array([[x * 0.25]]))[0, 0] == once(x, ratio)


@given(ratio=RATIOS, bias=st.integers(-3000, 3000), low=st.integers(-5000, 0), high=st.integers(1, 5000))
@settings(max_examples=60, deadline=None)
def test_ramps_and_differences_over_every_accumulator(ratio, bias, low, high):
    bounds = IntegerRange(low, high)
    box = Box(np.array([low]), np.array([high]))
    fixed = FixedPoint.of([ratio], np.array([1.0]))
    found = fit(fixed.ramps([bias], BYTE), box)
    accumulators = np.arange(bounds.lo, bounds.hi + 1)
    ours = found.requantizer((accumulators + found.bias)[:, np.newaxis])[:, 0]
    for function, distance in (
        (once, found.difference),
        (twice, difference(fixed.micro_ramps([bias], BYTE, box), found.bias, found.requantizer, box)),
    ):
        theirs = np.array([min(max(function(int(a) + bias, ratio), -128), 127) for a in accumulators])
        assert np.abs(ours - theirs).max() == distance


def test_multipliers_that_move_thresholds_far_away():
    """An accumulator of 32 bits in steps of 2**24: products stay within 64 bits."""
    low, high, ratio = -(2**31) + 1, 2**31 - 1, 2.0**-24 * 0.7
    box = Box(np.array([low]), np.array([high]))
    fixed = FixedPoint.of([ratio], np.array([1.0]))
    (ramp,) = fixed.micro_ramps([0], BYTE, box)
    levels = np.arange(-80, 81)
    for level, threshold in zip(levels.tolist(), ramp.thresholds(levels).tolist(), strict=True):
        assert twice(threshold, ratio) >= level > twice(threshold - 1, ratio)


def test_some_ratios_round_twice_differently():
    """−3 · (1/2 − 2⁻²⁴): to 31 bits and then half away from zero it is another integer than in one step."""
    differing = [
        (ratio, x)
        for ratio in (0.1, 0.3, 2.0**-9 + 2.0**-25, 0.5 - 2.0**-24)
        for x in range(-3000, 3000)
        if once(x, ratio) != twice(x, ratio)
    ]
    assert differing


@given(ratio=st.floats(2.0**-12, 0.9), x=st.integers(-(2**45), 2**45))
@settings(max_examples=200, deadline=None)
def test_accumulators_of_64_bits(ratio, x):
    assert FixedPoint.of([ratio], np.array([1.0]), wide=True)(np.array([[float(x)]]))[0, 0] == once(x, ratio)


@given(ratio=st.floats(2.0**-12, 0.9), bias=st.integers(-3000, 3000))
@settings(max_examples=60, deadline=None)
def test_microcontrollers_have_a_multiplier_of_15_bits_for_these(ratio, bias):
    """The second of the kernels' two MultiplyByQuantizedMultiplier."""
    box = Box(np.array([-3000]), np.array([3000]))
    fixed = FixedPoint.of([ratio], np.array([1.0]), wide=True)
    found = fit(fixed.ramps([bias], BYTE), box)
    accumulators = np.arange(-3000, 3001)
    ours = found.requantizer((accumulators + found.bias)[:, np.newaxis])[:, 0]
    full, exponent = multiplier(ratio)
    reduced = (full + (1 << 15)) >> 16 if full < 0x7FFF0000 else 0x7FFF
    theirs = ((accumulators + bias) * reduced + (1 << (14 - exponent))) >> (15 - exponent)
    distance = difference(fixed.micro_ramps([bias], BYTE, box), found.bias, found.requantizer, box)
    assert np.abs(ours - np.clip(theirs, -128, 127)).max() == distance


@pytest.mark.parametrize("ratio", [0.0, 2.0**-40, 2.0**40])
def test_ratios_that_are_out_of_reach(ratio):
    with pytest.raises(ValueError, match="its scales are out of reach"):
        FixedPoint.of([ratio], np.array([1.0]))


def test_accumulators_beyond_the_kernels_own_bits():
    box = Box(np.array([-(2**31)]), np.array([2**31]))
    assert FixedPoint.of([0.1], np.array([1.0])).micro_ramps([0], BYTE, box) == []
