import numpy as np
import pytest

from quantnn.quantization.scale_limits import LOGIT_SPREAD, UNLIMITED, ScaleLimits


def test_by_default_only_the_arithmetic_limits():
    """A multiplier of 16 bits can shift left by 15; a right shift is at most 47."""
    assert UNLIMITED.shifts == (-15, 47)
    assert (UNLIMITED.spread, UNLIMITED.channels, UNLIMITED.outputs) == (LOGIT_SPREAD, 0, 0)


@pytest.mark.parametrize(
    ("shifts", "slope_bits", "left"),
    [
        ((-15, 47), 0, (-15, 47)),
        ((-15, 47), 8, (-7, 39)),
        ((-15, 47), 15, (0, 32)),
        ((2, 20), 8, (2, 20)),
        ((-10, 20), 8, (-7, 20)),
        ((2, 45), 8, (2, 39)),
    ],
)
def test_a_slope_takes_bits_of_the_multiplier_and_of_the_shift(shifts, slope_bits, left):
    """With multipliers of 2**8 there are 7 bits left to shift left by, and a shift of s becomes one of s + 8."""
    assert ScaleLimits(shifts).with_slope(slope_bits) == left


def test_coarser_scales_keep_the_other_limits():
    limits = ScaleLimits((1, 9), 4).coarser_by(np.array([0, 2]), 3)
    assert (limits.shifts, limits.spread, limits.outputs) == ((1, 9), 4, 3)
    assert limits.channels.tolist() == [0, 2]
