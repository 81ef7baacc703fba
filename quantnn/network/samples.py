"""Samples that are read when they are needed, a block at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from quantnn.arithmetic import Integers

__all__ = ["BLOCK", "Head", "Joined", "Samples", "StoredSamples", "blocks", "spread", "spread_rows", "taken"]

BLOCK = 2048
"""Samples of a block: few enough to stay in a processor's cache while a layer works on them."""


class Samples(Protocol):
    """An int64 array of shape (n, in_features), or something whose slices are such arrays."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __len__(self) -> int: ...

    def __getitem__(self, rows: slice, /) -> Integers: ...


class StoredSamples(ABC):
    """Samples that are somewhere else than in memory.

    Members
    -------
    shape : (int, int)
        Samples and elements of each.
    """

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]: ...

    @abstractmethod
    def read(self, start: int, end: int) -> Integers:
        """The samples from ``start`` to before ``end``, int64."""

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice, /) -> Integers:
        start, end, step = rows.indices(len(self))
        return self.read(start, max(start, end))[::step]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Integers:
        return np.asarray(self[:], dtype=dtype)


@dataclass(frozen=True, eq=False)
class Joined(StoredSamples):
    """Samples of several sources, one behind the other."""

    parts: tuple[Samples, ...]

    @property
    def shape(self) -> tuple[int, int]:
        return sum(map(len, self.parts)), int(self.parts[0].shape[1])

    def read(self, start: int, end: int) -> Integers:
        pieces, first = [], 0
        for part in self.parts:
            pieces.append(part[max(0, start - first) : max(0, end - first)])
            first += len(part)
        return np.concatenate(pieces)


@dataclass(frozen=True, eq=False)
class Head(StoredSamples):
    """The first samples of a source, at most ``count``."""

    samples: Samples
    count: int

    @property
    def shape(self) -> tuple[int, int]:
        return min(self.count, len(self.samples)), int(self.samples.shape[1])

    def read(self, start: int, end: int) -> Integers:
        return self.samples[start : min(end, self.count)]


def blocks(count: int) -> Iterator[slice]:
    """The rows of ``count`` samples, :data:`BLOCK` at a time."""
    return (slice(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK))


def spread(samples: Samples, most: int) -> Integers:
    """All samples, or ``most`` of them, evenly spread, as an array of shape (n, in_features)."""
    return taken(samples, spread_rows(len(samples), most))


def spread_rows(count: int, most: int) -> Integers:
    """Their numbers."""
    return np.linspace(0, count - 1, min(count, most)).astype(np.int64)


def taken(samples: Samples, rows: Integers) -> Integers:
    """The samples of these numbers, as an array of shape (n, in_features)."""
    if isinstance(samples, np.ndarray):
        return np.asarray(samples[rows])
    if len(rows) == len(samples):
        return samples[:]
    return np.concatenate([samples[row : row + 1] for row in rows.tolist()])
