"""Each rounding against its definition in words, on every eighth."""

import math
from fractions import Fraction

import numpy as np
import pytest

from quantnn.importers.operators.rounding import Rounding

EIGHTHS = [Fraction(n, 8) for n in range(-40, 41)]


def nearest(value, tie):
    below, above = math.floor(value), math.ceil(value)
    if value - below != above - value or below == above:
        return below if value - below < above - value else above
    return tie(below, above)


DEFINITIONS = {
    Rounding.HALF_EVEN: lambda v: nearest(v, lambda a, b: a if a % 2 == 0 else b),
    Rounding.HALF_UP: lambda v: nearest(v, max),
    Rounding.HALF_AWAY: lambda v: nearest(v, lambda a, b: max(a, b, key=abs)),
    Rounding.HALF_TO_ZERO: lambda v: nearest(v, lambda a, b: min(a, b, key=abs)),
    Rounding.FLOOR: math.floor,
    Rounding.CEIL: math.ceil,
    Rounding.TO_ZERO: math.trunc,
    Rounding.AWAY: lambda v: max((math.floor(v), math.ceil(v)), key=abs),
}


@pytest.mark.parametrize("rounding", Rounding)
def test_fractions_and_floats(rounding):
    expected = [DEFINITIONS[rounding](value) for value in EIGHTHS]
    assert [rounding.exact(value) for value in EIGHTHS] == expected
    assert rounding(np.array([float(value) for value in EIGHTHS])).astype(int).tolist() == expected


@pytest.mark.parametrize("rounding", Rounding)
def test_the_steps_to_levels(rounding):
    levels = np.arange(-3, 4)
    tiny = Fraction(1, 1000)
    for level, twice, reached in zip(levels, *rounding.steps(levels), strict=True):
        at = Fraction(int(twice), 2)
        assert rounding.exact(at + tiny) >= level > rounding.exact(at - tiny)
        assert (rounding.exact(at) >= level) == reached


def test_just_below_a_half_is_not_rounded_up():
    """0.5 − 2⁻⁵⁴: adding a half in floats would make it 1."""
    below = np.array([np.nextafter(0.5, 0)])
    assert Rounding.HALF_UP(below).tolist() == [0.0]
    assert Rounding.HALF_AWAY(below).tolist() == [0.0]
