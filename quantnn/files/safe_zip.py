"""Reading zip archives that nobody vouches for: sizes are checked before data is read."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from quantnn.errors import InputError
from quantnn.files.regular_file import opened

__all__ = ["ENCRYPTED", "ZIP_ERRORS", "SafeZip", "ShortReads", "TooLongError", "zip_names"]

ENCRYPTED = 0x1
"""The flag of an encrypted member."""
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
)
"""What zipfile raises of damaged archives."""

_MAX_LIST = 1 << 20
"""Bytes of an archive's list of members; a member takes 46 and its name."""
_MAX_MEMBERS = 10_000
_PIECE = 1 << 20
"""Bytes that are read at once."""


class SafeZip:
    """An archive to read plain members of. Made by :meth:`opened`.

    Members
    -------
    names : tuple of str
        Its members, in the archive's order.
    """

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive, self._path = archive, path
        self.names = tuple(archive.namelist())

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[SafeZip]:
        """An archive, to read from.

        Raises
        ------
        InputError
            It is missing, no zip, damaged, or lists far too many members, or one twice.
        """
        with opened(path) as file:
            try:
                archive = zipfile.ZipFile(ShortReads(file))
            except (TooLongError, *ZIP_ERRORS):
                raise InputError(f"{path} is a damaged or truncated archive: copy or save it again") from None
            with archive:
                yield cls._checked(archive, path)

    def inner(self, name: str, limit: int) -> SafeZip:
        """A member of at most ``limit`` bytes that is an archive itself.

        Raises
        ------
        InputError
            It is none, or damaged.
        """
        try:
            return self._checked(zipfile.ZipFile(ShortReads(io.BytesIO(self.read(name, limit)))), self._path)
        except (TooLongError, *ZIP_ERRORS):
            raise InputError(f"{self._path}: member {name} is no archive, or a damaged one: save it again") from None

    @classmethod
    def _checked(cls, archive: zipfile.ZipFile, path: Path) -> SafeZip:
        found = cls(archive, path)
        if len(found.names) > _MAX_MEMBERS or len(set(found.names)) < len(found.names):
            raise InputError(f"{path} lists {len(found.names)} members, too many or one twice: save it again")
        return found

    def size(self, name: str) -> int:
        """Bytes of a member, unpacked, as the archive states them."""
        return self._archive.getinfo(name).file_size

    def read(self, name: str, limit: int) -> bytes:
        """A member of at most ``limit`` bytes.

        Raises
        ------
        InputError
            It is missing, damaged, encrypted or larger.
        """
        if name not in self.names:
            raise InputError(f"{self._path} has no member {name}: save it again")
        info = self._archive.getinfo(name)
        if info.flag_bits & ENCRYPTED:
            raise InputError(f"{self._path}: member {name} is encrypted: save it again without a password")
        try:
            with self._archive.open(info) as stream:
                pieces, left = [], limit + 1
                while left and (piece := stream.read(min(_PIECE, left))):
                    pieces.append(piece)
                    left -= len(piece)
                content = b"".join(pieces)
        except (TooLongError, *ZIP_ERRORS):
            raise InputError(f"{self._path}: member {name} is damaged: copy or save the file again") from None
        if len(content) > limit:
            raise InputError(f"{self._path}: member {name} unpacks to more than {limit:,} bytes: save a smaller model")
        return content


def zip_names(path: Path) -> tuple[str, ...] | None:
    """The members of an archive; None where a file is none, or a damaged one."""
    try:
        with SafeZip.opened(path) as archive:
            return archive.names
    except InputError:
        return None


class TooLongError(Exception):
    """Something asks for more bytes at once than it may."""


class ShortReads(io.BufferedIOBase):
    """A file of which no more than a few bytes are read at once: a zip's list of members is one such piece."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def read(self, size: int | None = -1) -> bytes:
        data = self._file.read(_MAX_LIST + 1 if size is None or size < 0 else min(size, _MAX_LIST + 1))
        if len(data) > _MAX_LIST:
            raise TooLongError
        return data
