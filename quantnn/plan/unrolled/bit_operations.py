"""Operations on single bits of values: short tables, and sums whose operands are put together of bits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from quantnn.adders.packing import CONSTANT, Bit
from quantnn.arithmetic import Integers
from quantnn.plan.unrolled.delays import Delays, Profile
from quantnn.plan.unrolled.operations import Operation, function_luts

__all__ = ["BitSum", "BitTable"]


@dataclass(frozen=True)
class BitTable(Operation):
    """One of the contents, which bits of other values choose.

    Parameters
    ----------
    bits : tuple of Bit
        The address, its lowest bit first: numbers of operations and places in their formats.
    contents : tuple of int
        Per address.
    """

    bits: tuple[Bit, ...]
    contents: tuple[int, ...]

    @property
    def sources(self) -> tuple[int, ...]:
        return _sources(self.bits)

    def renumbered(self, numbers: Mapping[int, int]) -> Self:
        return replace(self, bits=_renumbered(self.bits, numbers))

    def __call__(self, *operands: Integers) -> Integers:
        address = _row(self.bits, dict(zip(self.sources, operands, strict=True)))
        return np.array(self.contents, dtype=np.int64)[address]

    def luts(self) -> int:
        return self.range.width * function_luts(len(self.bits))

    def arrival(self, delays: Delays, sources: list[Operation], profiles: list[Profile], readers: int) -> Profile:
        known = dict(zip(self.sources, profiles, strict=True))
        times = [known[source].bit(place, delays.carry) for source, place in self.bits if source != CONSTANT]
        return delays.function(times, 1 + max(0, len(self.bits) - 3) // 2, readers)


@dataclass(frozen=True)
class BitSum(Operation):
    """The sum of two rows of bits, or one row, modulo the format.

    Parameters
    ----------
    rows : tuple of one or two tuples of Bit
        The lowest place first.
    """

    rows: tuple[tuple[Bit, ...], ...]

    @property
    def sources(self) -> tuple[int, ...]:
        return _sources(bit for row in self.rows for bit in row)

    def renumbered(self, numbers: Mapping[int, int]) -> Self:
        return replace(self, rows=tuple(_renumbered(row, numbers) for row in self.rows))

    @property
    def passed(self) -> int:
        """Low places at which at most one row has a bit."""
        if len(self.rows) == 1:
            return self.range.width
        taken = [{place for place, bit in enumerate(row) if bit != (CONSTANT, 0)} for row in self.rows]
        return min(taken[0] & taken[1], default=self.range.width)

    @property
    def fresh(self) -> int:
        return self.range.width - self.passed

    def __call__(self, *operands: Integers) -> Integers:
        known = dict(zip(self.sources, operands, strict=True))
        total = sum((_row(row, known) for row in self.rows), np.zeros(1, dtype=np.int64))
        low = -(1 << (self.range.width - 1)) if self.range.signed else 0
        return (total - low & (1 << self.range.width) - 1) + low

    def luts(self) -> int:
        return self.fresh

    def arrival(self, delays: Delays, sources: list[Operation], profiles: list[Profile], readers: int) -> Profile:
        known = dict(zip(self.sources, profiles, strict=True))
        times = [
            (known[source].bit(at, delays.carry), place)
            for row in self.rows
            for place, (source, at) in enumerate(row)
            if source != CONSTANT
        ]
        flat = max(time for time, _ in times)
        if len(self.rows) == 1:
            return Profile(flat)
        chain = max(time - max(place, self.passed) * delays.carry for time, place in times)
        through = delays.adder + delays.loaded(readers)
        return Profile(flat + through, chain + through)


def _sources(bits: Iterable[Bit]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(source for source, _ in bits if source != CONSTANT))


def _renumbered(bits: tuple[Bit, ...], numbers: Mapping[int, int]) -> tuple[Bit, ...]:
    return tuple((source if source == CONSTANT else numbers[source], place) for source, place in bits)


def _row(bits: tuple[Bit, ...], values: Mapping[int, Integers]) -> Integers:
    total = np.zeros(1, dtype=np.int64)
    for place, (source, at) in enumerate(bits):
        total = total + ((at if source == CONSTANT else values[source] >> at & 1) << place)
    return total
