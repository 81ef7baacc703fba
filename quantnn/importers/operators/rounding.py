"""How quantizers of model files round."""

from __future__ import annotations

import math
from enum import Enum
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import Integers
from quantnn.model.activation import Floats

__all__ = ["Rounding"]

_HALF = Fraction(1, 2)


class Rounding(Enum):
    """From reals to integers; every one is monotone, and changes only at multiples of a half."""

    HALF_EVEN = "half to even"
    HALF_UP = "half up"
    HALF_AWAY = "half away from zero"
    HALF_TO_ZERO = "half towards zero"
    FLOOR = "down"
    CEIL = "up"
    TO_ZERO = "towards zero"
    AWAY = "away from zero"

    def exact(self, value: Fraction) -> int:
        """A number, rounded."""
        match self:
            case Rounding.HALF_EVEN:
                return round(value)
            case Rounding.FLOOR:
                return math.floor(value)
            case Rounding.CEIL:
                return math.ceil(value)
            case Rounding.HALF_UP:
                return math.floor(value + _HALF)
        size = abs(value)
        match self:
            case Rounding.HALF_AWAY:
                rounded = math.floor(size + _HALF)
            case Rounding.HALF_TO_ZERO:
                rounded = math.ceil(size - _HALF)
            case Rounding.TO_ZERO:
                rounded = math.floor(size)
            case _:
                rounded = math.ceil(size)
        return rounded if value >= 0 else -rounded

    def __call__(self, values: Floats) -> Floats:
        """Floats, rounded, as floats."""
        match self:
            case Rounding.HALF_EVEN:
                return np.asarray(np.rint(values))
            case Rounding.FLOOR:
                return np.asarray(np.floor(values))
            case Rounding.CEIL:
                return np.asarray(np.ceil(values))
            case Rounding.TO_ZERO:
                return np.asarray(np.trunc(values))
        whole, size = np.floor(values), np.abs(values)
        match self:
            case Rounding.HALF_UP:
                return np.asarray(whole + (values - whole >= 0.5))
            case Rounding.HALF_AWAY:
                rounded = np.floor(size) + (size - np.floor(size) >= 0.5)
            case Rounding.HALF_TO_ZERO:
                rounded = np.floor(size) + (size - np.floor(size) > 0.5)
            case _:
                rounded = np.ceil(size)
        return np.asarray(np.copysign(rounded, values))

    def steps(self, levels: Integers) -> tuple[Integers, npt.NDArray[np.bool_]]:
        """Where the result becomes each of these levels or more: twice that value, and whether it is reached at the
        value already or only beyond it."""
        positive = levels > 0
        match self:
            case Rounding.FLOOR:
                return 2 * levels, np.ones(len(levels), dtype=bool)
            case Rounding.CEIL:
                return 2 * levels - 2, np.zeros(len(levels), dtype=bool)
            case Rounding.TO_ZERO:
                return np.where(positive, 2 * levels, 2 * levels - 2), positive
            case Rounding.AWAY:
                return np.where(positive, 2 * levels - 2, 2 * levels), ~positive
            case Rounding.HALF_EVEN:
                reached = levels % 2 == 0
            case Rounding.HALF_AWAY:
                reached = positive
            case Rounding.HALF_TO_ZERO:
                reached = ~positive
            case _:
                reached = np.ones(len(levels), dtype=bool)
        return 2 * levels - 1, reached
