"""What an .npy file or member says of its array before any of the data is read."""

from __future__ import annotations

import io
import math
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from quantnn.errors import InputError

__all__ = ["HEADER_LIMIT", "NpyHeader"]

HEADER_LIMIT = 10_012
"""Bytes that hold every header numpy itself agrees to read: 10,000 of text, magic and length before them."""

_MAX_DIMENSIONS = 32
_MOST_BYTES = 1 << 48
_KINDS_REFUSED = {
    "O": ("holds Python objects", "pickled arrays are refused, save it with a plain numeric dtype"),
    "c": ("holds complex numbers", "save it as real numbers"),
    "V": ("is structured or raw bytes", "save it with a plain numeric dtype, such as float32"),
    "M": ("holds dates", "save it with a plain numeric dtype"),
    "m": ("holds time differences", "save it with a plain numeric dtype"),
}
_PARSER_ERRORS = (
    ValueError,
    TypeError,
    LookupError,
    OverflowError,
    MemoryError,
    RecursionError,
    SyntaxError,
    tokenize.TokenError,
)


@dataclass(frozen=True)
class NpyHeader:
    """Shape and dtype of an array of numbers or text, and where its data stands. Never a pickled one.

    Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html (versions 1.0 and 2.0).

    Parameters
    ----------
    shape : tuple of int
        At most 32 dimensions, none of them 0.
    fortran_order : bool
        Whether the first index runs fastest.
    dtype : numpy.dtype
        Boolean, integer, float or text.
    data_offset : int
        Bytes of the header.
    """

    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype[Any]
    data_offset: int

    @classmethod
    def parse(cls, head: bytes, where: str) -> NpyHeader:
        """Parse the first bytes of an .npy; ``where`` names the file and array for messages.

        Raises
        ------
        InputError
            It is no .npy, it is damaged, or it declares an array that is refused: Python objects, complex
            numbers, structures, dates, nothing at all.
        """
        stream = io.BytesIO(head[:HEADER_LIMIT])
        try:
            version = npy.read_magic(stream)
            if version not in ((1, 0), (2, 0)):
                raise InputError(f"{where} is in .npy format {version[0]}.{version[1]}: save it with np.save")
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # headers from Python 2 and old dtype names read well enough
                shape, fortran_order, dtype = read(stream)
        except _PARSER_ERRORS:
            raise InputError(f"{where} has no readable .npy header: save it again with numpy") from None
        if dtype.kind in _KINDS_REFUSED:
            what, remedy = _KINDS_REFUSED[dtype.kind]
            raise InputError(f"{where} {what}: {remedy}")
        if len(shape) > _MAX_DIMENSIONS or any(length < 0 for length in shape):
            raise InputError(f"{where} declares an impossible shape: save it again")
        if math.prod(shape) * dtype.itemsize > _MOST_BYTES:
            raise InputError(f"{where} declares far more than any memory holds: save it again")
        if 0 in shape or dtype.itemsize == 0:
            raise InputError(f"{where} is empty (shape {shape}): save an array with values in it")
        return cls(tuple(int(n) for n in shape), bool(fortran_order), dtype, stream.tell())

    @classmethod
    def of_file(cls, file: BinaryIO, path: Path) -> NpyHeader:
        """The header of an opened .npy; raises as :meth:`parse` does."""
        head = file.read(HEADER_LIMIT)
        if head[:2] == b"PK":
            raise InputError(f"{path} is an .npz, but one array is needed: save it with np.save as .npy")
        return cls.parse(head, str(path))

    def check_length(self, path: Path) -> None:
        """Check that an .npy of this header is as long as that says.

        Raises
        ------
        InputError
            It is longer or shorter.
        """
        declared, found = self.data_offset + self.data_bytes, path.stat().st_size
        if found != declared:
            raise InputError(f"{path} has {found} bytes but declares {declared}: copy or save it again")

    @property
    def size(self) -> int:
        """Elements."""
        return math.prod(self.shape)

    @property
    def data_bytes(self) -> int:
        """Bytes of the data."""
        return self.size * self.dtype.itemsize

    @property
    def bytes_as_numbers(self) -> int:
        """Bytes of the array as 64-bit numbers, which is what it takes once it is used."""
        return self.size * max(self.dtype.itemsize, 8)

    def array(self, data: bytes | memoryview) -> npt.NDArray[Any]:
        """The read-only array that ``data``, of exactly ``data_bytes``, holds."""
        flat = np.frombuffer(data, dtype=self.dtype)
        return flat.reshape(self.shape, order="F" if self.fortran_order else "C")
