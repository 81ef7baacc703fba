"""Full adders one after the other, which is all that a bit-sliced network is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import ceil_div

__all__ = ["ONE", "ZERO", "Program", "Writer"]

ZERO, ONE = 0, 1
"""Planes of zeros and of ones."""

_CONSTANTS = (ZERO, ONE)


@dataclass(frozen=True, eq=False)
class Program:
    """What to do with planes: words that hold one bit of 64 samples each.

    Parameters
    ----------
    adders : int32 array of shape (n, 5)
        Rows where a full adder reads three planes, and where it writes sum and carry. All reading comes first.
    rows : int
        Rows that it takes: zeros, ones, the inputs in their order and room up to a multiple of 64, what is written.
    inputs : int
    outputs : tuple of int32 array
        Rows of each answer's bits, the lowest first.
    signed : bool
        Whether answers are two's complement.
    """

    adders: npt.NDArray[np.int32]
    rows: int
    inputs: int
    outputs: tuple[npt.NDArray[np.int32], ...]
    signed: bool


@dataclass
class Writer:
    """Writes a program: planes are numbers, and each is written once.

    Parameters
    ----------
    inputs : int
            Their planes are 2, 3, …
    """

    inputs: int
    _adders: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    _inverted: dict[int, int] = field(default_factory=dict)
    _next: int = 0

    def __post_init__(self) -> None:
        self._next = 2 + self.inputs

    def full(self, a: int, b: int, c: int) -> tuple[int, int]:
        """Sum and carry of three planes."""
        least, middle, most = sorted((a, b, c))
        if middle in _CONSTANTS:
            if least == middle:
                return most, least
            return self.invert(most), most
        total, carry = self._next, self._next + 1
        self._next += 2
        self._adders.append((least, middle, most, total, carry))
        return total, carry

    def invert(self, a: int) -> int:
        """Where the plane is 0."""
        if a in _CONSTANTS:
            return ONE - a
        if a not in self._inverted:
            self._inverted[a] = self._next
            self._inverted[self._next] = a
            self._adders.append((ZERO, ONE, a, self._next, self._next + 1))
            self._next += 2
        return self._inverted[a]

    def both(self, a: int, b: int) -> int:
        """Where both planes are 1."""
        return self.full(a, b, ZERO)[1]

    def either(self, a: int, b: int) -> int:
        """Where one of the planes is 1, or both."""
        return self.full(a, b, ONE)[1]

    def choose(self, condition: int, yes: int, no: int) -> int:
        """The plane ``yes`` where the condition is 1, else ``no``."""
        if yes == no:
            return yes
        differ = self.full(yes, no, ZERO)[0]
        return self.full(no, self.both(condition, differ), ZERO)[0]

    def finished(self, outputs: Iterable[Iterable[int]], signed: bool) -> Program:
        """The program that leaves these planes: adders that nobody needs are left out, rows are used again."""
        wanted = [list(planes) for planes in outputs]
        needed = {plane for planes in wanted for plane in planes}
        last: dict[int, int] = {}
        kept = []
        for adder in reversed(self._adders):
            *sources, total, carry = adder
            if total in needed or carry in needed:
                kept.append(adder)
                needed.update(sources)
        kept.reverse()
        for number, adder in enumerate(kept):
            for plane in adder:
                last[plane] = number
        for planes in wanted:
            for plane in planes:
                last[plane] = len(kept)
        return _placed(kept, last, wanted, self.inputs, signed)


def _placed(
    adders: list[tuple[int, int, int, int, int]],
    last: dict[int, int],
    outputs: list[list[int]],
    inputs: int,
    signed: bool,
) -> Program:
    """A row for every plane, given when each is needed for the last time."""
    fixed = 2 + inputs
    rows = {plane: plane for plane in range(fixed)}
    free: list[int] = []
    count = 2 + 64 * ceil_div(inputs, 64)
    placed = np.empty((len(adders), 5), dtype=np.int32)
    for number, adder in enumerate(adders):
        *sources, total, carry = adder
        read = [rows[plane] for plane in sources]
        for plane in set(sources):
            if plane >= fixed and last[plane] == number:
                free.append(rows[plane])
        for plane in (total, carry):
            if free:
                rows[plane] = free.pop()
            else:
                rows[plane] = count
                count += 1
        placed[number] = (*read, rows[total], rows[carry])
        free += [rows[plane] for plane in (total, carry) if last[plane] == number]
    answers = tuple(np.array([rows[plane] for plane in planes], dtype=np.int32) for planes in outputs)
    return Program(placed, count, inputs, answers, signed)
