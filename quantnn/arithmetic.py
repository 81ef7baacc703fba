"""The arithmetic rule of quantnn: integer ranges and requantization.

This module is the software half of the rule that docs/arithmetic.md states; ``quantnn.hdl.core.requantizer``
is the hardware half, and both read the same :class:`Requantizer`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import index
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["MAX_MULTIPLIER_BITS", "MAX_SHIFT", "Box", "IntegerRange", "Integers", "Requantizer", "ceil_div"]

MAX_MULTIPLIER_BITS = 16
MAX_SHIFT = 47
_REACH = 1 << 62
"""What no integer of a computation in int64 may exceed in size: the sum of two then still fits."""

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class IntegerRange:
    """A closed interval of integers, and the smallest two's complement or unsigned format that holds it.

    Parameters
    ----------
    lo, hi : int
        Least and greatest value, ``lo <= hi``.

    Members
    -------
    signed : bool
        Whether the format needs a sign, that is ``lo < 0``.
    width : int
        Bits of the format, at least 1.
    """

    lo: int
    hi: int

    def __post_init__(self) -> None:
        for name in ("lo", "hi"):
            object.__setattr__(self, name, int(index(getattr(self, name))))
        if self.lo > self.hi:
            raise ValueError(f"An integer range must not be empty, but its ends are {self.lo} and {self.hi}")

    @classmethod
    def of_format(cls, width: int, signed: bool) -> IntegerRange:
        """The full range of a format of ``width`` bits (at least 1)."""
        if width < 1:
            raise ValueError(f"A format must have at least 1 bit, not {width}")
        return cls(-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else cls(0, (1 << width) - 1)

    @classmethod
    def of_array(cls, values: npt.NDArray[np.integer]) -> IntegerRange:
        """The range that the values of a non-empty array span."""
        return cls(int(values.min()), int(values.max()))

    @property
    def signed(self) -> bool:
        return self.lo < 0

    @property
    def width(self) -> int:
        if self.signed:
            return max((-self.lo - 1).bit_length(), max(self.hi, 0).bit_length()) + 1
        return max(self.hi.bit_length(), 1)

    def __contains__(self, value: int) -> bool:
        return self.lo <= value <= self.hi

    def union(self, other: IntegerRange) -> IntegerRange:
        """The smallest range that holds both."""
        return IntegerRange(min(self.lo, other.lo), max(self.hi, other.hi))

    def clamp(self, values: Integers) -> Integers:
        """Saturate: the nearest value of the range, element by element."""
        return np.clip(values, self.lo, self.hi)


@dataclass(frozen=True, eq=False)
class Box:
    """One range per element of a tensor, or per channel of it where a layer is the same everywhere.

    Parameters
    ----------
    lo, hi : int64 arrays of shape (elements,)
        Least and greatest values, ``lo <= hi``, of at most 2**62 in size. Kept as read-only copies.

    Members
    -------
    union : IntegerRange
        The smallest range that holds all.
    magnitudes : int64 array of shape (elements,)
        The size of each element's largest value.

    Raises
    ------
    ValueError
        The shapes differ, there are no elements, or a range is empty.
    OverflowError
        An end is too large.
    """

    lo: Integers
    hi: Integers

    def __post_init__(self) -> None:
        for name in ("lo", "hi"):
            ends = np.array(getattr(self, name))
            if ends.ndim != 1 or not ends.size or ends.dtype.kind not in "iuO":
                raise ValueError(f"A box must have integers for its elements, not {ends.dtype} of shape {ends.shape}")
            if int(ends.min()) < -_REACH or int(ends.max()) > _REACH:
                raise OverflowError(f"A box must lie within ±2**62, not in {ends.min()}..{ends.max()}")
            ends = ends.astype(np.int64)
            ends.flags.writeable = False
            object.__setattr__(self, name, ends)
        if len(self.lo) != len(self.hi) or (self.lo > self.hi).any():
            raise ValueError("A box must have one greatest value for each least one, none of them smaller")

    @classmethod
    def of(cls, ranges: Iterable[IntegerRange]) -> Box:
        """The box of these ranges, at least one."""
        ends = [(each.lo, each.hi) for each in ranges]
        return cls(np.array([lo for lo, _ in ends], dtype=object), np.array([hi for _, hi in ends], dtype=object))

    @classmethod
    def uniform(cls, values: IntegerRange, elements: int) -> Box:
        """The same range for every element."""
        return cls.of([values]).repeated(elements)

    def repeated(self, times: int) -> Box:
        """Every range ``times`` times."""
        return Box(np.repeat(self.lo, times), np.repeat(self.hi, times))

    @property
    def union(self) -> IntegerRange:
        return IntegerRange(int(self.lo.min()), int(self.hi.max()))

    @property
    def magnitudes(self) -> Integers:
        return np.maximum(-self.lo, self.hi)

    def __len__(self) -> int:
        return len(self.lo)

    def __getitem__(self, element: int) -> IntegerRange:
        return IntegerRange(int(self.lo[element]), int(self.hi[element]))

    def __iter__(self) -> Iterator[IntegerRange]:
        return map(IntegerRange, self.lo.tolist(), self.hi.tolist())

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Box) and np.array_equal(self.lo, other.lo) and np.array_equal(self.hi, other.hi)
        )


@dataclass(frozen=True)
class Requantizer:
    """Accumulators to outputs: ``y = saturate((acc·m + r) >> s)``, with an arithmetic shift.

    The multiplier is ``m`` for ``acc >= 0`` and ``negative_multiplier`` for ``acc < 0``: 0 gives relu, the same
    value identity, a smaller one leaky relu. Every parameter is a tuple over the output channels.

    Parameters
    ----------
    multipliers : tuple of int
        m, 0 to 2**16 - 1. An exact left shift by k is m = 2**k with s = 0.
    negative_multipliers : tuple of int
        m for negative accumulators, in the same range.
    shifts : tuple of int
        s, 0 to 47.
    roundings : tuple of int
        r, either 2**(s-1) (ties toward +infinity; 0 when s is 0) or 0 (truncation).
    output : IntegerRange
        What the result is saturated to, within ±2**62.

    Raises
    ------
    ValueError
        A parameter is out of range, or the tuples differ in length.
    """

    multipliers: tuple[int, ...]
    negative_multipliers: tuple[int, ...]
    shifts: tuple[int, ...]
    roundings: tuple[int, ...]
    output: IntegerRange

    def __post_init__(self) -> None:
        lengths = {len(p) for p in (self.multipliers, self.negative_multipliers, self.shifts, self.roundings)}
        if len(lengths) != 1 or 0 in lengths:
            raise ValueError(f"Requantizer parameters must have one value per channel, not {sorted(lengths)} values")
        for m in (*self.multipliers, *self.negative_multipliers):
            if not 0 <= m < 1 << MAX_MULTIPLIER_BITS:
                raise ValueError(f"A multiplier must lie in 0..{(1 << MAX_MULTIPLIER_BITS) - 1}, not be {m}")
        for s, r in zip(self.shifts, self.roundings, strict=True):
            if not 0 <= s <= MAX_SHIFT:
                raise ValueError(f"A shift must lie in 0..{MAX_SHIFT}, not be {s}")
            if r not in (0, half(s)):
                raise ValueError(f"A rounding for shift {s} must be 0 or {half(s)}, not {r}")
        if self.output.lo < -_REACH or self.output.hi > _REACH:
            raise ValueError(f"Outputs must lie within ±2**62, not take {self.output.width} bits")

    @classmethod
    def make(
        cls,
        channels: int,
        output: IntegerRange,
        *,
        multiplier: int | tuple[int, ...] = 1,
        negative_multiplier: int | tuple[int, ...] | None = None,
        shift: int | tuple[int, ...] = 0,
        truncate: bool = False,
    ) -> Requantizer:
        """Spread per-layer parameters over ``channels``; ``negative_multiplier`` defaults to ``multiplier``."""

        def spread(value: int | tuple[int, ...]) -> tuple[int, ...]:
            return (value,) * channels if isinstance(value, int) else tuple(value)

        shifts = spread(shift)
        return cls(
            spread(multiplier),
            spread(multiplier if negative_multiplier is None else negative_multiplier),
            shifts,
            tuple(0 if truncate else half(s) for s in shifts),
            output,
        )

    @property
    def channels(self) -> int:
        return len(self.shifts)

    @cached_property
    def _arrays(self) -> tuple[Integers, Integers, Integers, Integers]:
        columns = (self.multipliers, self.negative_multipliers, self.shifts, self.roundings)
        m, n, s, r = (np.array(column, dtype=np.int64) for column in columns)
        return m, n, s, r

    def __call__(self, accumulators: Integers) -> Integers:
        """Requantize accumulators of shape (..., channels), int64; the result has the same shape.

        Raises
        ------
        OverflowError
            An accumulator is so large that ``acc·m + r`` might leave 63 bits.
        """
        m, negative_m, s, r = self._arrays
        limits = (_REACH - r) // np.maximum(1, np.maximum(m, negative_m))
        if accumulators.size and max(-int(accumulators.min()), int(accumulators.max())) > int(limits.min()):
            rows = accumulators.reshape(-1, self.channels)
            if (rows.max(axis=0) > limits).any() or (rows.min(axis=0) < -limits).any():
                raise OverflowError("Accumulators must be smaller to be requantized exactly: acc·m + r leaves 63 bits")
        product = accumulators * np.where(accumulators < 0, negative_m, m)
        return self.output.clamp((product + r) >> s)

    def product_range(self, accumulators: Box) -> IntegerRange:
        """The range that ``acc·m`` and ``acc·m + r`` span over all channels, given each accumulator's range."""
        lo, hi = self._affine(accumulators)
        return IntegerRange(int((lo - self._arrays[3].astype(lo.dtype)).min()), int(hi.max()))

    def interval(self, accumulators: Box) -> Box:
        """The exact range of each channel's output, given each channel's accumulator range.

        Exact because the function is monotone in the accumulator.
        """
        ends = self._affine(accumulators)
        shifts = self._arrays[2].astype(ends[0].dtype)
        lo, hi = (np.clip(values >> shifts, self.output.lo, self.output.hi) for values in ends)
        return Box(lo, hi)

    def _affine(self, accumulators: Box) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """``acc·m + r`` at the ends of each channel's range; Python's integers where an int64 might wrap."""
        m, n, _, r = self._arrays
        largest = int(accumulators.magnitudes.max()) * int(max(m.max(), n.max())) + int(r.max())
        kind = np.int64 if largest <= _REACH else object
        m, n, r = (column.astype(kind) for column in (m, n, r))
        lo, hi = (
            ends.astype(kind) * np.where(ends < 0, n, m) + r for ends in (accumulators.lo, accumulators.hi)
        )
        return lo, hi


def half(shift: int) -> int:
    """The rounding constant of a shift: half of the last place that remains, 0 for no shift."""
    return (1 << shift) >> 1


def ceil_div(dividend: int, divisor: int) -> int:
    """The least integer that is not below dividend / divisor."""
    return -(-dividend // divisor)
