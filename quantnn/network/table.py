"""An activation function as a table of integers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from quantnn.arithmetic import Box, IntegerRange, Integers

__all__ = ["Table"]


@dataclass(frozen=True)
class Table:
    """One integer per index. The numbers are part of the network, so nobody computes them a second time.

    Parameters
    ----------
    index : IntegerRange
        The indices, which a requantizer saturates to.
    values : tuple of int
        The output of each index, from ``index.lo`` on.
    output : IntegerRange
        The format of an output, within ±2**62; every value lies in it.

    Raises
    ------
    ValueError
        There are more or fewer values than indices, or one lies outside ``output``.
    """

    index: IntegerRange
    values: tuple[int, ...]
    output: IntegerRange

    def __post_init__(self) -> None:
        count = self.index.hi - self.index.lo + 1
        if len(self.values) != count:
            indices = f"{self.index.lo}..{self.index.hi}"
            raise ValueError(f"A table over {indices} must have {count} values, not {len(self.values)}")
        for value in self.values:
            if value not in self.output:
                raise ValueError(f"A table's values must lie in {self.output.lo}..{self.output.hi}, not be {value}")

    @cached_property
    def _array(self) -> Integers:
        return np.array(self.values, dtype=np.int64)

    def __call__(self, indices: Integers) -> Integers:
        """The outputs of indices, of the same shape."""
        return self._array[indices - self.index.lo]

    def interval(self, indices: Box) -> Box:
        """The exact range of each element's output over its range of indices."""
        slices = np.stack([indices.lo, indices.hi + 1], axis=1).ravel() - self.index.lo
        values = np.append(self._array, self._array[-1])  # a place for the last slice to end at
        return Box(np.minimum.reduceat(values, slices)[::2], np.maximum.reduceat(values, slices)[::2])

    def words(self) -> list[int]:
        """Contents of a ROM that is addressed by the index' two's complement bits; 0 where there is no index."""
        mask, word = (1 << self.index.width) - 1, (1 << self.output.width) - 1
        words = [0] * (mask + 1)
        for offset, value in enumerate(self.values):
            words[(self.index.lo + offset) & mask] = value & word
        return words
