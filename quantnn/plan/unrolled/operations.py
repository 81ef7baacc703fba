"""What a pipeline of unrolled layers is made of: operations on integers, each with its exact range."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.plan.unrolled.delays import Delays, Profile

__all__ = ["Add", "Constant", "Input", "Lookup", "Operation", "Select", "Shift", "Term", "function_luts"]


@dataclass(frozen=True)
class Term:
    """A value that is an operation's, shifted left: low bits that are always 0 are not carried.

    Parameters
    ----------
    operation : int
        Its number.
    shift : int
    """

    operation: int
    shift: int = 0

    def shifted(self, shift: int) -> Term:
        """The value times 2^shift."""
        return Term(self.operation, self.shift + shift)

    def renumbered(self, numbers: Mapping[int, int]) -> Term:
        """The same of an operation that has another number."""
        return Term(numbers[self.operation], self.shift)


@dataclass(frozen=True)
class Operation(ABC):
    """Integers from the values of operations before it.

    Parameters
    ----------
    range : IntegerRange
        What it gives over all inputs; its format is the wire's.
    """

    range: IntegerRange

    @property
    def sources(self) -> tuple[int, ...]:
        """Numbers of the operations that it reads."""
        return ()

    @property
    def fresh(self) -> int:
        """Bits that come out of logic of its own; the others are wires from elsewhere."""
        return self.range.width

    def renumbered(self, numbers: Mapping[int, int]) -> Self:
        """The same of operations that have other numbers."""
        return self

    @abstractmethod
    def __call__(self, *operands: Integers) -> Integers:
        """Its values for those of its sources."""

    def luts(self) -> int:
        """4-input LUTs, an adder's bit being one."""
        return 0

    def arrival(self, delays: Delays, sources: list[Operation], profiles: list[Profile], readers: int) -> Profile:
        """When its bits are there, for when those of its sources are."""
        return profiles[0]


@dataclass(frozen=True)
class Input(Operation):
    """An element of the first layer's input."""

    element: int

    def __call__(self, *operands: Integers) -> Integers:
        raise TypeError("an input is given")


@dataclass(frozen=True)
class Constant(Operation):
    """A value that never changes."""

    @property
    def value(self) -> int:
        return self.range.lo

    @property
    def fresh(self) -> int:
        return 0

    def __call__(self, *operands: Integers) -> Integers:
        return np.full(1, self.value, dtype=np.int64)


@dataclass(frozen=True)
class Add(Operation):
    """``left + sign · (right << shift)`` or, with a negative shift, ``(left << -shift) + sign · right``.

    Parameters
    ----------
    joined : bool
        Whether the operands' bits do not overlap: then they only stand side by side.
    """

    left: int
    right: int
    shift: int
    sign: int
    joined: bool = False

    def renumbered(self, numbers: Mapping[int, int]) -> Self:
        return replace(self, left=numbers[self.left], right=numbers[self.right])

    @property
    def sources(self) -> tuple[int, ...]:
        return self.left, self.right

    @property
    def passed(self) -> int:
        """Low bits that are the unshifted operand's own."""
        if self.shift < 0:
            return -self.shift if self.sign > 0 else 0
        return self.shift

    @property
    def fresh(self) -> int:
        return 0 if self.joined else max(0, self.range.width - self.passed)

    def __call__(self, *operands: Integers) -> Integers:
        left, right = operands
        return (left << max(0, -self.shift)) + self.sign * (right << max(0, self.shift))

    def luts(self) -> int:
        return self.fresh

    def arrival(self, delays: Delays, sources: list[Operation], profiles: list[Profile], readers: int) -> Profile:
        left, right = profiles
        if self.joined:
            return Profile(max(p.bit(s.range.width, delays.carry) for p, s in zip(profiles, sources, strict=True)))
        low, high = (left, right) if self.shift >= 0 else (right, left)
        return delays.sum(low, high, abs(self.shift), readers)


@dataclass(frozen=True)
class Shift(Operation):
    """``source >> shift`` (left where negative), saturated where there are limits.

    Parameters
    ----------
    least, most : int or None
        Limits, None where the value cannot pass them.
    spare : int
        Bits of the shifted value beyond the result's, its sign included.
    """

    source: int
    shift: int
    least: int | None = None
    most: int | None = None
    spare: int = 0

    def renumbered(self, numbers: Mapping[int, int]) -> Self:
        return replace(self, source=numbers[self.source])

    @property
    def sources(self) -> tuple[int, ...]:
        return (self.source,)

    @property
    def clips(self) -> bool:
        return self.least is not None or self.most is not None

    @property
    def plain(self) -> bool:
        """Whether saturation takes no comparison: a LUT per bit that sees sign and overflow."""
        lo, hi, width = self.least, self.most, self.range.width
        if lo is not None and lo not in (0, -1 << (width - 1)):
            return False
        return hi is None or hi + 1 == 1 << (width - self.range.signed)

    @property
    def fresh(self) -> int:
        return self.range.width if self.clips else 0

    @property
    def _levels(self) -> int:
        """Of LUTs: one sees a bit, the sign and two more; what is beyond takes another."""
        return 1 if self.plain and self.spare <= 3 else 2 if self.plain and self.spare <= 6 else 3

    def __call__(self, *operands: Integers) -> Integers:
        values = operands[0] >> self.shift if self.shift >= 0 else operands[0] << -self.shift
        if not self.clips:
            return values
        return np.asarray(np.clip(values, self.least, self.most), dtype=np.int64)

    def luts(self) -> int:
        if not self.clips:
            return 0
        compared = 0 if self.plain else self.range.width
        return self.range.width + compared + max(0, self.spare - 1) // 3

    def arrival(self, delays: Delays, sources: list[Operation], profiles: list[Profile], readers: int) -> Profile:
        wide = sources[0].range.width
        if not self.clips:
            first = profiles[0].first + self.shift * delays.carry
            return Profile(profiles[0].flat, first)
        return delays.function([profiles[0].bit(wide - 1, delays.carry)], self._levels, readers)


@dataclass(frozen=True)
class Select(Operation):
    """``negative << n`` where ``decider < 0``, ``positive << p`` elsewhere."""

    decider: int
    negative: Term
    positive: Term

    def renumbered(self, numbers: Mapping[int, int]) -> Self:
        ways = (each.renumbered(numbers) for each in (self.negative, self.positive))
        return type(self)(self.range, numbers[self.decider], *ways)

    @property
    def sources(self) -> tuple[int, ...]:
        return self.decider, self.negative.operation, self.positive.operation

    def __call__(self, *operands: Integers) -> Integers:
        decider, negative, positive = operands
        return np.where(decider < 0, negative << self.negative.shift, positive << self.positive.shift)

    def luts(self) -> int:
        return self.range.width

    def arrival(self, delays: Delays, sources: list[Operation], profiles: list[Profile], readers: int) -> Profile:
        times = [p.bit(s.range.width - 1, delays.carry) for p, s in zip(profiles, sources, strict=True)]
        return delays.function(times, 1, readers)


@dataclass(frozen=True)
class Lookup(Operation):
    """A table of the source's values.

    Parameters
    ----------
    first : int
        The source's value that the table begins with.
    values : tuple of int
    """

    source: int
    first: int
    values: tuple[int, ...]

    def renumbered(self, numbers: Mapping[int, int]) -> Self:
        return replace(self, source=numbers[self.source])

    @property
    def sources(self) -> tuple[int, ...]:
        return (self.source,)

    def __call__(self, *operands: Integers) -> Integers:
        return np.array(self.values, dtype=np.int64)[operands[0] - self.first]

    @property
    def index_bits(self) -> int:
        return IntegerRange(self.first, self.first + len(self.values) - 1).width

    def words(self) -> list[int]:
        """By the index' two's complement bits, each the output's bits; 0 where there is no index."""
        mask, word = (1 << self.index_bits) - 1, (1 << self.range.width) - 1
        words = [0] * (mask + 1)
        for place, value in enumerate(self.values, start=self.first):
            words[place & mask] = value & word
        return words

    def luts(self) -> int:
        return self.range.width * function_luts(self.index_bits)

    def arrival(self, delays: Delays, sources: list[Operation], profiles: list[Profile], readers: int) -> Profile:
        index = self.index_bits
        return delays.function([profiles[0].bit(index - 1, delays.carry)], 1 + max(0, index - 3) // 2, readers)


def function_luts(bits: int) -> int:
    """4-input LUTs of any function of so many bits, a result bit each."""
    return 1 if bits <= 4 else (1 << (bits - 4)) + (1 << max(0, bits - 6)) - 1
