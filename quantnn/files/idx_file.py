"""IDX files, as MNIST comes in: http://yann.lecun.com/exdb/mnist/, plain or compressed with gzip."""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np

from quantnn.errors import InputError
from quantnn.files.regular_file import opened
from quantnn.files.safe_npz import SAMPLES_LIMIT, Array

__all__ = ["GZIP", "is_idx", "read_idx"]

GZIP = b"\x1f\x8b"
"""How a file begins that gzip compressed."""

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MAX_DIMENSIONS = 8
_PIECE = 1 << 14
_WITH_HEADER = 16 + zlib.MAX_WBITS
"""What zlib calls gzip."""
_MOST_MEMBERS = 100_000
"""Of a file by gzip, which may be several behind one another."""


def is_idx(head: bytes) -> bool:
    """Whether a file that begins so is an IDX; what gzip compressed may be one."""
    return head.startswith(GZIP) or _is_plain(head)


def _is_plain(head: bytes) -> bool:
    return len(head) >= 4 and head[:2] == b"\0\0" and head[2] in _TYPES and 1 <= head[3] <= _MAX_DIMENSIONS


def read_idx(path: Path) -> Array:
    """The array of an IDX file, read-only, in the type that it has there.

    Raises
    ------
    InputError
        The file is missing, none, damaged, longer or shorter than it says, empty, or takes more than
        :data:`~quantnn.files.safe_npz.SAMPLES_LIMIT` bytes as 64-bit numbers.
    """
    with opened(path) as file:
        packed = file.read(len(GZIP)) == GZIP
        file.seek(0)
        try:
            if not packed:
                return _read(file, path)
            return _read(_Unpacked(file), path)
        except (EOFError, zlib.error):
            raise InputError(f"{path} is truncated or damaged: copy it again") from None


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Unpacked:
    """What gzip compressed. Python's own reader takes a microsecond for each sign of a name in the file, and ten for
    each of the files that may stand behind one another."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._packed = file, b""
        self._member, self._count = zlib.decompressobj(_WITH_HEADER), 1

    def read(self, size: int, /) -> bytes:
        found = bytearray()
        while len(found) < size:
            self._packed = self._packed or self._file.read(_PIECE)
            if not self._packed:
                if not self._member.eof:
                    raise EOFError
                break
            if self._member.eof:
                self._packed = self._packed.lstrip(b"\0")  # some fill blocks with zeros
                if not self._packed:
                    continue
                self._member, self._count = zlib.decompressobj(_WITH_HEADER), self._count + 1
                if self._count > _MOST_MEMBERS:
                    raise EOFError
            found += self._member.decompress(self._packed, size - len(found))
            self._packed = self._member.unconsumed_tail or self._member.unused_data
        return bytes(found)


@dataclass(frozen=True)
class _Header:
    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]

    @classmethod
    def read(cls, file: _Source, path: Path) -> _Header:
        magic = file.read(4)
        if not _is_plain(magic):
            raise InputError(f"{path} is no IDX file inside: unpack it, and give what is in it")
        sizes = file.read(4 * magic[3])
        if len(sizes) < 4 * magic[3]:
            raise InputError(f"{path} is truncated: copy it again")
        shape = struct.unpack(f">{magic[3]}I", sizes)
        if 0 in shape:
            raise InputError(f"{path} is empty (shape {shape}): give a file with samples in it")
        return cls(np.dtype(_TYPES[magic[2]]), shape)


def _read(file: _Source | BinaryIO, path: Path) -> Array:
    header = _Header.read(file, path)
    count = math.prod(header.shape)
    if 8 * count > SAMPLES_LIMIT:
        raise InputError(
            f"{path} unpacks to {8 * count} bytes, more than {SAMPLES_LIMIT}: save the samples as .npy, which is read"
            " in blocks"
        )
    size = count * header.dtype.itemsize
    data = file.read(size + 1)
    if len(data) != size:
        found = "more" if len(data) > size else f"only {len(data)}"
        raise InputError(f"{path} declares {size} bytes of data, but has {found}: copy it again")
    return np.frombuffer(data, dtype=header.dtype).reshape(header.shape)
