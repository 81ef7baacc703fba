"""What a quantizer behind a linear operator computes of its accumulator, and the requantizer that comes nearest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import MAX_MULTIPLIER_BITS, MAX_SHIFT, Box, IntegerRange, Integers, Requantizer, half
from quantnn.importers.operators.rounding import Rounding

__all__ = ["Fit", "Ramp", "difference", "fit"]

_MOST = (1 << MAX_MULTIPLIER_BITS) - 1
_REACH = 1 << 60
_SURE = 2.0**-48
_MANY = 1 << 11


@dataclass(frozen=True)
class Ramp:
    """``t = min(max(round(f(gain · a + offset)), lo), hi)`` of an accumulator a, where f multiplies what is negative
    by ``slope``: monotone, and steps at thresholds.

    Parameters
    ----------
    gain : Fraction
        Greater than 0.
    offset : Fraction
    slope : Fraction
        0 < slope <= 1.
    rounding : Rounding
    output : IntegerRange
        lo and hi.
    """

    gain: Fraction
    offset: Fraction
    slope: Fraction
    rounding: Rounding
    output: IntegerRange

    def __call__(self, accumulator: int) -> int:
        value = self.gain * accumulator + self.offset
        rounded = self.rounding.exact(value * self.slope if value < 0 else value)
        return min(max(rounded, self.output.lo), self.output.hi)

    def thresholds(self, levels: Integers) -> Integers:
        """The least accumulator that gives each level or more, where all of these lie within ±2**60."""
        twice, reached = self.rounding.steps(levels)
        found = np.empty(len(levels), dtype=np.int64)
        for side in (twice > 0, twice <= 0):
            scale = 1 if twice[side].any() and (twice[side] > 0).all() else self.slope
            found[side] = _least(twice[side], reached[side], self.gain * scale, self.offset * scale)
        return found


def _least(twice: Integers, reached: npt.NDArray[np.bool_], gain: Fraction, offset: Fraction) -> Integers:
    """The least a with gain · a + offset at twice / 2, or beyond it: in floats, and exactly where these cannot tell."""
    each, start = float(1 / (2 * gain)), float(-offset / gain)
    places = twice * each + start
    found: Integers = np.ceil(places).astype(np.int64)
    error = (np.abs(twice * each) + abs(start)) * _SURE
    for row in np.flatnonzero(np.abs(places - np.rint(places)) <= error).tolist():
        exact = (Fraction(int(twice[row]), 2) - offset) / gain
        below = exact.numerator // exact.denominator
        found[row] = below if reached[row] and exact.denominator == 1 else below + 1
    return found


@dataclass(frozen=True)
class _Channel:
    """One channel's requantizer, and the accumulator's bias."""

    bias: int
    multiplier: int
    negative: int
    shift: int
    rounding: int

    def __call__(self, accumulators: Integers, output: IntegerRange) -> Integers:
        biased = accumulators + self.bias
        product = biased * np.where(biased < 0, self.negative, self.multiplier)
        rounded: Integers = (product + self.rounding) >> self.shift
        return output.clamp(rounded)


@dataclass(frozen=True, eq=False)
class Fit:
    """A layer's biases and requantizer.

    Parameters
    ----------
    bias : int64 array of shape (channels,)
    requantizer : Requantizer
    difference : int
        The largest, in steps of the output, over every accumulator there can be; 0 is exact.
    """

    bias: Integers
    requantizer: Requantizer
    difference: int


def fit(ramps: Sequence[Ramp], accumulators: Box) -> Fit:
    """The requantizers that come nearest to these ramps, one per channel, which have one output range.

    Where some parameters give every threshold exactly, they are found if a multiplier next to ``gain · 2**shift`` does;
    the difference is then 0. A relu is an output that begins at 0.

    Parameters
    ----------
    accumulators : Box
        Each channel's range, without a bias.

    Raises
    ------
    ValueError
        A channel's gain or offset is out of the reach of multipliers and shifts.
    """
    output = ramps[0].output
    chosen = []
    difference = 0
    for number, (ramp, bounds) in enumerate(zip(ramps, accumulators, strict=True)):
        try:
            channel, distance = _nearest(ramp, bounds)
        except OverflowError:
            raise ValueError(f"the scales of channel {number} are out of reach") from None
        chosen.append(channel)
        difference = max(difference, distance)
    return Fit(
        np.array([each.bias for each in chosen], dtype=np.int64),
        Requantizer(
            tuple(each.multiplier for each in chosen),
            tuple(each.negative for each in chosen),
            tuple(each.shift for each in chosen),
            tuple(each.rounding for each in chosen),
            output,
        ),
        difference,
    )


def difference(ramps: Sequence[Ramp], bias: Integers, requantizer: Requantizer, accumulators: Box) -> int:
    """How far biases and requantizers are from ramps of the same outputs: the largest difference over every
    accumulator."""
    channels = zip(
        bias.tolist(),
        requantizer.multipliers,
        requantizer.negative_multipliers,
        requantizer.shifts,
        requantizer.roundings,
        strict=True,
    )
    return max(
        _Task.of(ramp, bounds).difference(_Channel(*channel))
        for ramp, bounds, channel in zip(ramps, accumulators, channels, strict=True)
    )


@dataclass(frozen=True, eq=False)
class _Task:
    """A ramp over a range of accumulators: its levels, each of which is reached within, and their thresholds."""

    ramp: Ramp
    bounds: IntegerRange
    least: int
    greatest: int
    levels: Integers
    thresholds: Integers

    @classmethod
    def of(cls, ramp: Ramp, bounds: IntegerRange) -> _Task:
        least, greatest = ramp(bounds.lo), ramp(bounds.hi)
        levels = np.arange(least + 1, greatest + 1, dtype=np.int64)
        return cls(ramp, bounds, least, greatest, levels, ramp.thresholds(levels))

    @property
    def start(self) -> int:
        """The nearest accumulator bias to the ramp's offset, or as much of it as changes anything: what drives every
        accumulator far beyond an end would only make them wide."""
        gain, output = self.ramp.gain, self.ramp.output
        room = math.ceil(max(abs(output.lo), abs(output.hi), 1) / (gain * self.ramp.slope)) + 2
        least, most = -self.bounds.hi - room, -self.bounds.lo + room
        return min(max(round(self.ramp.offset / gain), least), most)

    def difference(self, channel: _Channel) -> int:
        """The largest difference over the whole range. Between thresholds the ramp is constant and the channel
        monotone, so it is reached beside one or at an end."""
        points, right = self._known
        return int(np.abs(channel(points, self.ramp.output) - right).max())

    @cached_property
    def _known(self) -> tuple[Integers, Integers]:
        """Accumulators beside thresholds and at the ends, and what the ramp makes of them."""
        points = np.concatenate([self.thresholds, self.thresholds - 1, [self.bounds.lo, self.bounds.hi]])
        return points, np.asarray(self.least + np.searchsorted(self.thresholds, points, side="right"))

    def sums(self, multiplier: int, shift: int) -> tuple[int, int]:
        """The least and the greatest ``bias · multiplier + rounding`` with which every threshold is right; the second
        is below the first where there is none."""
        low, high, output = -(_REACH << 1), _REACH << 1, self.ramp.output
        if len(self.levels):
            edges = (self.levels << shift) - self.thresholds * multiplier
            low, high = int(edges.max()), int(edges.min()) + multiplier - 1
        if self.least > output.lo:
            low = max(low, (self.least << shift) - self.bounds.lo * multiplier)
        if self.greatest < output.hi:
            high = min(high, ((self.greatest + 1) << shift) - 1 - self.bounds.hi * multiplier)
        return low, high


def _nearest(ramp: Ramp, bounds: IntegerRange) -> tuple[_Channel, int]:
    """The channel and its difference."""
    task = _Task.of(ramp, bounds)
    most = _most_shift(task)
    if ramp.slope == 1:
        for shift in _shifts(task, most):
            scaled = int(ramp.gain * (1 << shift))
            for multiplier in (scaled, scaled + 1):
                if 1 <= multiplier <= _MOST and (channel := _exact(task, multiplier, shift)):
                    return channel, 0
    best: tuple[int, _Channel] | None = None
    for shift in range(most, max(-1, most - (1 if ramp.slope == 1 else 4)), -1):
        for channel in _candidates(task, shift):
            distance = task.difference(channel)
            if best is None or distance < best[0]:
                best = distance, channel
            if distance <= (1 if len(task.levels) > _MANY else 0):
                return channel, distance
    assert best is not None
    return best[1], best[0]


def _shifts(task: _Task, most: int) -> list[int]:
    """Shifts with which a multiplier may be exact: of many levels, only where it is the gain, or as near as may be."""
    if len(task.levels) <= _MANY:
        return list(range(most + 1))
    denominator = task.ramp.gain.denominator
    whole = denominator.bit_length() - 1
    return [whole, most] if denominator == 1 << whole and whole < most else [most]


def _most_shift(task: _Task) -> int:
    """The greatest shift whose multiplier has 16 bits, and with which no product leaves 61 bits."""
    gain, reach = task.ramp.gain, max(-task.bounds.lo, task.bounds.hi, 1)
    level = max(abs(task.least), abs(task.greatest)) + 1
    shift = MAX_SHIFT
    while shift and (
        gain * (1 << shift) > _MOST
        or (abs(task.ramp.offset) + gain * reach) * (1 << shift) > _REACH
        or level << shift > _REACH
    ):
        shift -= 1
    if (abs(task.ramp.offset) + gain * reach) * (1 << shift) > _REACH or abs(task.ramp.offset / gain) > _REACH:
        raise OverflowError
    return shift


def _exact(task: _Task, multiplier: int, shift: int) -> _Channel | None:
    low, high = task.sums(multiplier, shift)
    start = task.start
    for rounding in dict.fromkeys((half(shift), 0)):
        bias = min(max(start, -((rounding - low) // multiplier)), (high - rounding) // multiplier)
        if low <= bias * multiplier + rounding <= high:
            return _Channel(bias, multiplier, _negative(task, multiplier), shift, rounding)
    return None


def _negative(task: _Task, multiplier: int) -> int:
    return 0 if task.ramp.output.lo == 0 else multiplier


def _candidates(task: _Task, shift: int) -> list[_Channel]:
    """Channels that come near: those whose kink and slopes are the ramp's, rounded one way and the other."""
    ramp = task.ramp
    scaled = ramp.gain * (1 << shift)
    biases = [task.start, task.start - 1, task.start + 1]
    found = []
    for multiplier in {min(round(scaled), _MOST), min(int(scaled) + 1, _MOST)}:
        if ramp.slope == 1:
            low, high = task.sums(multiplier, shift)
            middle = round(Fraction((low + high) // 2 - half(shift), max(multiplier, 1)))
            bounded = low > -_REACH and high < _REACH
            near = [middle, middle + 1, middle - 1] if bounded else []
            negative = _negative(task, multiplier)
            found += [_Channel(bias, multiplier, negative, shift, half(shift)) for bias in near + biases]
            continue
        steep = int(ramp.slope * multiplier)
        found += [
            _Channel(bias, multiplier, negative, shift, rounding)
            for negative in (steep, steep + 1)
            for bias in biases
            for rounding in dict.fromkeys((half(shift), 0))
        ]
    return found
