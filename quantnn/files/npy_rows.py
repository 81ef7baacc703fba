"""An .npy file that is read and written a block of rows at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.lib import format as npy

from quantnn.errors import InputError
from quantnn.files.npy_header import NpyHeader
from quantnn.files.regular_file import opened
from quantnn.files.safe_npz import Array, read_npy

__all__ = ["NpyRows", "RowWriter"]


@dataclass(frozen=True)
class NpyRows:
    """The array of an .npy, of which only the rows that are asked for are in memory.

    Parameters
    ----------
    path : Path
    header : NpyHeader
        At least one dimension.
    """

    path: Path
    header: NpyHeader

    @classmethod
    def of(cls, path: str | Path) -> NpyRows:
        """Check the header, and that the file is as long as that says.

        Raises
        ------
        InputError
            The file is missing, unreadable, no .npy or truncated, holds no plain array, or just one number.
        """
        path = Path(path)
        with opened(path) as file:
            header = NpyHeader.of_file(file, path)
        header.check_length(path)
        if not header.shape:
            raise InputError(f"{path} holds a single number, but an array is needed: save it with np.save")
        return cls(path, header)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.header.shape

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return self.header.size

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.header.dtype

    def __len__(self) -> int:
        return self.shape[0]

    @cached_property
    def _whole(self) -> Array:
        return read_npy(self.path)

    def read(self, start: int, end: int) -> Array:
        """Rows ``start`` to before ``end``, of shape (end − start, …).

        An array whose first index runs fastest has its rows everywhere: it is read as a whole.

        Raises
        ------
        InputError
            The file changed meanwhile, or such an array is too large.
        """
        if self.header.fortran_order and self.ndim > 1:
            return self._whole[start:end]
        end = min(end, len(self))
        row = self.header.data_bytes // len(self)
        with opened(self.path) as file:
            file.seek(self.header.data_offset + start * row)
            data = file.read(max(0, end - start) * row)
        if len(data) != max(0, end - start) * row:
            raise InputError(f"{self.path} became shorter while it was read: try again")
        return np.frombuffer(data, dtype=self.dtype).reshape(-1, *self.shape[1:])


class RowWriter:
    """Writes an .npy block by block: the same bytes that ``np.save`` writes of the whole array.

    Parameters
    ----------
    path : Path
    dtype : str
    shape : tuple of int
        Of the whole array.
    """

    def __init__(self, path: Path, dtype: str, shape: tuple[int, ...]) -> None:
        self._dtype = np.dtype(dtype)
        self._file = path.open("wb")
        header = {"descr": npy.dtype_to_descr(self._dtype), "fortran_order": False, "shape": shape}
        npy.write_array_header_1_0(self._file, header)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._file.close()

    def write(self, rows: Array) -> None:
        """The next rows."""
        self._file.write(np.ascontiguousarray(rows, dtype=self._dtype).tobytes())
