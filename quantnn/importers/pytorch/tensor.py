"""Tensors of a file, of which nothing is read before it is needed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from quantnn.files.safe_npz import SIZE_LIMIT, Array
from quantnn.importers.pytorch.dtypes import DTYPES, Order

__all__ = ["Storage", "Tensor"]

_MOST = SIZE_LIMIT // 8
"""Numbers that a tensor may have that is read."""
_MOST_DIMENSIONS = 32
_ANY = 1 << 48
"""Numbers that a tensor may have at all."""


@dataclass(frozen=True, eq=False)
class Storage:
    """Numbers one after the other, which tensors are views of.

    Parameters
    ----------
    dtype : str
        A key of :data:`~quantnn.importers.pytorch.dtypes.DTYPES`, or another of PyTorch's, which cannot be read.
    size : int
        Bytes.
    read : function
        The bytes and their order, ``<`` or ``>``.
    """

    dtype: str
    size: int
    read: Callable[[], tuple[bytes | memoryview, Order]]


@dataclass(frozen=True, eq=False)
class Tensor:
    """A view of a storage.

    Parameters
    ----------
    storage : Storage
    dtype : str
        Of its numbers; the storage's, unless that one holds plain bytes.
    offset : int
        Of its first number within the storage, in numbers.
    shape, strides : tuple of int
        Strides in numbers.

    Raises
    ------
    ValueError
        A parameter is out of range, or the view leaves the storage.
    """

    storage: Storage
    dtype: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise ValueError(f"it has numbers of type {self.dtype[:40]}: save it as float32")
        numbers = (self.offset, *self.shape, *self.strides)
        if any(type(number) is not int or not 0 <= number <= _ANY for number in numbers):
            raise ValueError("its offset, shape and strides must be integers of a tensor's size: save it again")
        if len(self.shape) != len(self.strides) or len(self.shape) > _MOST_DIMENSIONS:
            raise ValueError(f"it has {len(self.shape)} dimensions and {len(self.strides)} strides: save it again")
        if math.prod(max(length, 1) for length in self.shape) > _ANY:
            raise ValueError("it has far more numbers than any memory: save it again")
        size = DTYPES[self.dtype].size
        if self.count and self._reach * size > self.storage.size:
            raise ValueError(
                f"it takes {self._reach} numbers of a storage of {self.storage.size // size}: copy or save it again"
            )

    @property
    def count(self) -> int:
        """Numbers that it has."""
        return math.prod(self.shape)

    def array(self) -> Array:
        """A copy of its numbers.

        Raises
        ------
        ValueError
            They are too many, or the storage ends early.
        """
        if self.count > _MOST:
            raise ValueError(f"it has {self.count:,} numbers, more than {_MOST:,}: save a smaller model")
        kind = DTYPES[self.dtype]
        if not self.count:
            return self.shadow()
        data, order = self.storage.read()
        stored = kind.raw(data, order)
        if self._reach > len(stored):
            raise ValueError(f"its storage ends after {len(stored)} numbers: copy or save the file again")
        steps = tuple(step * stored.itemsize for step in self.strides)
        view = np.lib.stride_tricks.as_strided(stored[self.offset :], self.shape, steps, writeable=False)
        return kind.numbers(np.array(view, dtype=stored.dtype.newbyteorder("=")))

    @property
    def _reach(self) -> int:
        """Numbers of the storage up to its last one, which must not be asked of a tensor without any."""
        return self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.strides, strict=True)) + 1

    def shadow(self) -> Array:
        """Zeros of its shape and type, which take no memory."""
        return np.broadcast_to(np.zeros((), DTYPES[self.dtype].numbers(DTYPES[self.dtype].raw(b"")).dtype), self.shape)
