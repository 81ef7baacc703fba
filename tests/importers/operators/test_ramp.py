"""Every fitted requantizer against its ramp, by Fractions over all accumulators."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantnn.arithmetic import Box, IntegerRange
from quantnn.importers.operators.ramp import Ramp, fit
from quantnn.importers.operators.rounding import Rounding

ONE = Fraction(1)


def largest(ramp, range, found):
    """The largest difference by evaluating both everywhere."""
    points = np.arange(range.lo, range.hi + 1)
    ours = found.requantizer((points + found.bias[0])[:, np.newaxis])[:, 0]
    return max(abs(int(y) - ramp(int(a))) for a, y in zip(points, ours, strict=True))


def check(ramp, range):
    found = fit([ramp], Box.of([range]))
    assert found.difference == largest(ramp, range, found)
    return found.difference


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize("exponent", range(-5, 3))
def test_powers_of_two_are_exact(rounding, exponent):
    """Half up, down and the like are what a requantizer does; half to even has ties that only a finer m resolves."""
    gain = Fraction(2) ** exponent
    for offset in range(-3, 4):
        ramp = Ramp(gain, offset * gain, ONE, rounding, IntegerRange(-8, 7))
        difference = check(ramp, IntegerRange(-100, 100))
        assert difference == 0 or rounding not in (Rounding.HALF_UP, Rounding.FLOOR)
        assert difference <= 1


floats = st.floats(2.0**-9, 3.0, width=32).map(Fraction)


@given(
    gain=floats,
    offset=st.floats(-20, 20, width=32).map(Fraction),
    slope=st.one_of(st.just(ONE), st.floats(2.0**-8, 1.0, width=32).map(Fraction)),
    rounding=st.sampled_from(Rounding),
    low=st.integers(-9, 3),
    width=st.integers(1, 40),
    start=st.integers(-300, 200),
    length=st.integers(0, 500),
)
@settings(max_examples=400, deadline=None)
def test_the_stated_difference_is_reached_and_not_exceeded(gain, offset, slope, rounding, low, width, start, length):
    ramp = Ramp(gain, offset, slope, rounding, IntegerRange(low, low + width))
    assert check(ramp, IntegerRange(start, start + length)) <= (2 + gain / 2 if slope == 1 else 3 + gain)


def test_a_leaky_channel_that_is_always_negative_reaches_its_end():
    """−35 · 3/16 is −6.56, and rounded −7: the bias must leave the accumulator as far below 0 as the slope asks."""
    ramp = Ramp(ONE, Fraction(0), Fraction(3, 16), Rounding.HALF_EVEN, IntegerRange(-7, -2))
    assert check(ramp, IntegerRange(-35, -35)) == 0


@given(gain=floats, offset=st.floats(-20, 20, width=32).map(Fraction), rounding=st.sampled_from(Rounding))
@settings(max_examples=200, deadline=None)
def test_thresholds(gain, offset, rounding):
    ramp = Ramp(gain, offset, Fraction(1, 3), rounding, IntegerRange(-50, 50))
    levels = np.arange(-49, 51)
    for level, at in zip(levels.tolist(), ramp.thresholds(levels).tolist(), strict=True):
        assert ramp(at) >= level > ramp(at - 1)


@given(gain=floats, offset=st.integers(-5, 5).map(Fraction))
@settings(max_examples=100, deadline=None)
def test_few_levels_are_exact(gain, offset):
    """A quantizer of two bits has three thresholds, and a 16-bit multiplier meets them over a small range."""
    ramp = Ramp(gain, offset * gain, ONE, Rounding.HALF_UP, IntegerRange(0, 3))
    found = fit([ramp], Box.of([IntegerRange(-40, 40)]))
    assert found.difference == largest(ramp, IntegerRange(-40, 40), found) == 0


def test_a_tie_that_goes_down_costs_a_step():
    """a / 2 to even: 1 → 0, 3 → 2, 5 → 2. No multiplier has thresholds at 2, 3 and 6."""
    ramp = Ramp(Fraction(1, 2), Fraction(0), ONE, Rounding.HALF_EVEN, IntegerRange(0, 3))
    assert check(ramp, IntegerRange(-40, 40)) == 1


def test_channels_have_their_own():
    ramps = [Ramp(Fraction(1, n), Fraction(0), ONE, Rounding.HALF_UP, IntegerRange(-8, 7)) for n in (1, 2, 4)]
    found = fit(ramps, Box.uniform(IntegerRange(-64, 63), 3))
    assert found.difference == 0
    assert found.requantizer.multipliers == (1, 1, 1) and found.requantizer.shifts == (0, 1, 2)


def test_scales_out_of_reach():
    ramp = Ramp(Fraction(10) ** 30, Fraction(0), ONE, Rounding.FLOOR, IntegerRange(0, 1))
    with pytest.raises(ValueError, match="channel 0 are out of reach"):
        fit([ramp], Box.of([IntegerRange(0, 9)]))


def test_a_channel_that_never_changes_has_no_wide_accumulator():
    ramp = Ramp(Fraction(10), Fraction(-(10**13)), ONE, Rounding.HALF_EVEN, IntegerRange(0, 255))
    found = fit([ramp], Box.of([IntegerRange(-500, 500)]))
    assert found.difference == 0 and abs(int(found.bias[0])) < 1000
