"""Samples as they were saved, of which only some need be in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from quantnn.files.safe_npz import Array

__all__ = ["ArrayRows", "Rows", "Transposed"]


class Rows(Protocol):
    """Samples as they were saved."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __len__(self) -> int: ...

    def read(self, start: int, end: int) -> Array:
        """Samples ``start`` to before ``end``."""
        ...


@dataclass(frozen=True, eq=False)
class ArrayRows:
    """Samples in memory, of the type that they were saved in."""

    array: Array

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    def __len__(self) -> int:
        return len(self.array)

    def read(self, start: int, end: int) -> Array:
        return self.array[start:end]


@dataclass(frozen=True, eq=False)
class Transposed:
    """Samples with their axes in another order.

    Parameters
    ----------
    rows : Rows
    axes : tuple of int
        Of ``rows``, in the order wanted; the first stays the samples'.
    """

    rows: Rows
    axes: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.rows.shape[axis] for axis in self.axes)

    def __len__(self) -> int:
        return len(self.rows)

    def read(self, start: int, end: int) -> Array:
        return self.rows.read(start, end).transpose(self.axes)
