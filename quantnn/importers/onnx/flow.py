"""A tensor that depends on the network's input."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from quantnn.arithmetic import Integers

__all__ = ["Elements", "Flow"]

Elements = Literal["float", "integer", "scores", "class"]


@dataclass(frozen=True, eq=False)
class Flow:
    """Features of one sample, chosen and arranged in the file's shape.

    What only moves values around changes ``index``; whether anything moved is known when they are next computed with.

    Parameters
    ----------
    base : int
        How many operators that compute stand before it: flows of another base lie on another branch.
    features : int
        That the last of these operators makes.
    index : int64 array of the tensor's shape
        Which of these features stands where.
    elements : str
        ``float``; ``integer`` before a cast; ``scores``, of which only the greatest counts; ``class`` behind an ArgMax.
    moved : tuple of int
        The steps of the chain since ``base`` that changed the order.
    grid : (float, int), optional
        Scale and zero point with which a quantizer made these integers: the chain's values are what they stand for.
    """

    base: int
    features: int
    index: Integers
    elements: Elements = "float"
    moved: tuple[int, ...] = field(default=())
    grid: tuple[float, int] | None = None

    @classmethod
    def whole(cls, base: int, shape: tuple[int, ...], elements: Elements = "float") -> Flow:
        """All features, in order."""
        count = int(np.prod(shape, dtype=np.int64))
        return cls(base, count, np.arange(count, dtype=np.int64).reshape(shape), elements)

    def as_scores(self) -> Flow:
        """The same, of which only the greatest counts from here on."""
        return replace(self, elements="scores")

    @property
    def shape(self) -> tuple[int, ...]:
        return self.index.shape

    @property
    def ordered(self) -> bool:
        """Whether it is the features, all of them, in order."""
        flat = self.index.ravel()
        return len(flat) == self.features and bool((flat == np.arange(self.features)).all())

    @property
    def words(self) -> str:
        """Its shape, without an axis for one sample."""
        shape = self.shape[1:] if len(self.shape) > 1 and self.shape[0] == 1 else self.shape
        return "×".join(map(str, shape)) or "1"
