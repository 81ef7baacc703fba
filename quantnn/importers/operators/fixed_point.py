"""How kernels of TensorFlow Lite bring accumulators to another scale, with integers alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from quantnn.arithmetic import Box, IntegerRange, Integers
from quantnn.importers.operators.ramp import Ramp
from quantnn.importers.operators.rounding import Rounding
from quantnn.model.activation import Floats

__all__ = ["FixedPoint"]

_BITS = 31
_NARROW_BITS = 15
_SPLIT = 16
_MOST_ACCUMULATOR = 1 << 31
_MOST_WIDE = 1 << 46
_ONE = Fraction(1)


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """``y_j = (a_j · multiplier_j + 2**(shift_j − 1)) >> shift_j``.

    Formula: QuantizeMultiplier of TensorFlow Lite's kernels, and MultiplyByQuantizedMultiplier as it is built with a
    single rounding. Kernels for microcontrollers round twice, first to 31 bits and then half away from zero; behind
    accumulators of 64 bits they round once, but have multipliers of 15 bits.

    Parameters
    ----------
    units : float64 array of shape (channels,)
        What a step of each accumulator stands for.
    multipliers : tuple of int
        Greater than 0, at most 31 bits.
    shifts : tuple of int
        16 to 62.
    wide : bool
        Whether accumulators have 64 bits.
    """

    units: Floats
    multipliers: tuple[int, ...]
    shifts: tuple[int, ...]
    wide: bool = False

    @classmethod
    def of(cls, ratios: Sequence[float], units: Floats, *, wide: bool = False) -> FixedPoint:
        """The multipliers of these ratios, each a step of an accumulator in steps of the output.

        Raises
        ------
        ValueError
            A ratio is out of the kernels' reach.
        """
        pairs = [_quantized(ratio) for ratio in ratios]
        return cls(units, tuple(m for m, _ in pairs), tuple(shift for _, shift in pairs), wide)

    def __call__(self, values: Floats) -> Floats:
        """Steps of the output, of shape (n, channels), of what accumulators stand for."""
        accumulators = np.clip(np.rint(values / self.units), -_MOST_WIDE, _MOST_WIDE).astype(np.int64)
        multipliers, shifts = np.array(self.multipliers), np.array(self.shifts)
        # in two parts, as the product may take more than 64 bits
        low = (accumulators * (multipliers & ((1 << _SPLIT) - 1)) + (1 << (shifts - 1))) >> _SPLIT
        rounded = (accumulators * (multipliers >> _SPLIT) + low) >> (shifts - _SPLIT)
        return np.asarray(rounded, dtype=np.float64)

    def ramps(self, biases: Sequence[int], output: IntegerRange) -> list[Ramp]:
        """What each channel's output is of its accumulator without its bias."""
        return [
            Ramp(gain, gain * bias, _ONE, Rounding.HALF_UP, output)
            for gain, bias in zip(self._gains, biases, strict=True)
        ]

    def micro_ramps(self, biases: Sequence[int], output: IntegerRange, accumulators: Box) -> list[Ramp]:
        """The same of kernels for microcontrollers; none where a sum would leave their 32 bits."""
        ramps: list[Ramp] = []
        channels = zip(self._gains, biases, self.multipliers, self.shifts, accumulators, strict=True)
        for gain, bias, multiplier, shift, bounds in channels:
            reach = max(abs(bounds.lo + bias), abs(bounds.hi + bias)) << max(_BITS - shift, 0)
            if self.wide:
                bits = _BITS - _NARROW_BITS
                narrow = min((multiplier + (1 << (bits - 1))) >> bits, (1 << _NARROW_BITS) - 1)
                gain = Fraction(narrow, 1 << (shift - bits))
                ramps.append(Ramp(gain, gain * bias, _ONE, Rounding.HALF_UP, output))
            elif reach < _MOST_ACCUMULATOR:
                ramps.append(_Twice(gain, gain * bias, _ONE, Rounding.HALF_UP, output, multiplier, shift, bias))
            else:
                return []
        return ramps

    @property
    def _gains(self) -> list[Fraction]:
        return [Fraction(m, 1 << shift) for m, shift in zip(self.multipliers, self.shifts, strict=True)]


def _quantized(ratio: float) -> tuple[int, int]:
    part, exponent = math.frexp(ratio)
    multiplier = math.floor(part * (1 << _BITS) + 0.5)
    if multiplier == 1 << _BITS:
        multiplier, exponent = multiplier // 2, exponent + 1
    if not -_BITS <= exponent <= _BITS - _SPLIT or multiplier <= 0:
        raise ValueError(f"its scales are out of reach: a step of its sums is {ratio:g} steps of its output")
    return multiplier, _BITS - exponent


@dataclass(frozen=True)
class _Twice(Ramp):
    """A ramp that rounds twice."""

    multiplier: int
    shift: int
    bias: int

    def __call__(self, accumulator: int) -> int:
        return int(self.output.clamp(self._rounded(np.array([accumulator])))[0])

    def thresholds(self, levels: Integers) -> Integers:
        """By bisection around where a single rounding has them, and within the sums that kernels hold."""
        middle = super().thresholds(levels)
        reach = math.ceil(2 / self.gain) + 2
        most = _MOST_ACCUMULATOR
        low = np.clip(middle - reach, -most - self.bias, most - self.bias)
        high = np.clip(middle + reach, -most - self.bias, most - self.bias)
        while (low < high).any():
            half = (low + high) >> 1
            there = self._rounded(half) >= levels
            low, high = np.where(there, low, half + 1), np.where(there, half, high)
        return low

    def _rounded(self, accumulators: Integers) -> Integers:
        left, right = max(_BITS - self.shift, 0), max(self.shift - _BITS, 0)
        product = ((accumulators + self.bias) << left) * self.multiplier
        nudge = 1 << (_BITS - 1)
        high = np.where(product >= 0, (product + nudge) >> _BITS, -((nudge - 1 - product) >> _BITS))
        mask = (1 << right) - 1
        threshold = (mask >> 1) + (high < 0)
        return np.asarray((high >> right) + ((high & mask) > threshold), dtype=np.int64)
