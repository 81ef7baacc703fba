"""Reading .npz and .npy files that nobody vouches for: sizes and types are checked before data is read."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy.typing as npt

from quantnn.errors import InputError
from quantnn.files.npy_header import HEADER_LIMIT, NpyHeader

__all__ = ["SIZE_LIMIT", "Array", "opened", "read_npy", "read_npz"]

SIZE_LIMIT = 1 << 30
"""Bytes that the arrays of one file may take together, counted as 64-bit numbers."""

Array = npt.NDArray[Any]

_MAX_NAME = 200
_ENCRYPTED = 0x1
_ZIP_ERRORS = (
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


def read_npz(path: str | Path, limit: int = SIZE_LIMIT) -> dict[str, Array]:
    """All arrays of an .npz by name, in the file's order; nothing in it is ever unpickled.

    Raises
    ------
    InputError
        The file is missing, unreadable, no zip, damaged or over ``limit`` bytes, or a member is no array.
    """
    path = Path(path)
    with opened(path) as file:
        try:
            archive = zipfile.ZipFile(file)
        except _ZIP_ERRORS:
            raise InputError(_what_else(file, path)) from None
        with archive:
            members = _members(archive, path, limit)
            headers = {name: _member_header(archive, info, name, path) for name, info in members.items()}
            _check_size(sum(header.bytes_as_numbers for header in headers.values()), limit, path)
            return {n: _member_array(archive, info, headers[n], n, path) for n, info in members.items()}


def read_npy(path: str | Path, limit: int = SIZE_LIMIT) -> Array:
    """The array of an .npy; it is never unpickled.

    Raises
    ------
    InputError
        The file is missing, unreadable, no .npy, truncated or larger than ``limit``, or holds no plain array.
    """
    path = Path(path)
    with opened(path) as file:
        header = NpyHeader.of_file(file, path)
        _check_size(header.bytes_as_numbers, limit, path)
        header.check_length(path)
        file.seek(header.data_offset)
        return header.array(file.read(header.data_bytes))


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file, to read from.

    Raises
    ------
    InputError
        There is none, or it may not be read.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder: give a file inside it")
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is a device or pipe: give a regular file")
        file = path.open("rb")
    except FileNotFoundError:
        raise InputError(f"{path} does not exist: check the path") from None
    except PermissionError:
        raise InputError(f"{path} may not be read: give yourself permission to read it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{str(path)!r} cannot be opened ({reason}): check the path") from None
    with file:
        yield file


def _what_else(file: BinaryIO, path: Path) -> str:
    file.seek(0)
    head = file.read(8)
    if not head:
        return f"{path} is an empty file: save the model again with np.savez"
    if head.startswith(b"PK"):
        return f"{path} is a truncated or damaged .npz: copy or save it again"
    if head.startswith(b"\x93NUMPY"):
        return f"{path} is a single .npy array, but an .npz is needed: save it with np.savez"
    if head.startswith(b"\x80"):
        return f"{path} looks like a Python pickle, which is never opened: save plain arrays with np.savez"
    return f"{path} is no .npz: save the model with np.savez"


def _members(archive: zipfile.ZipFile, path: Path, limit: int) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        shown = repr(info.filename[:_MAX_NAME])
        if name.endswith(".pkl"):
            raise InputError(f"{path} holds a pickle, {shown}, which is never opened: use np.savez")
        if name in ("", info.filename) or len(name) > _MAX_NAME or not name.isprintable():
            raise InputError(f"{path}: member {shown} is no array's name: write the file with np.savez")
        if name in members:
            raise InputError(f"{path}: array {name} is there twice: write the file again with np.savez")
        if info.flag_bits & _ENCRYPTED:
            raise InputError(f"{path}: array {name} is encrypted: write the file with np.savez")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(f"{path}: array {name} has unknown compression: use np.savez_compressed")
        members[name] = info
    if not members:
        raise InputError(f"{path} holds no arrays: save the model again with np.savez")
    _check_size(sum(info.file_size for info in members.values()), limit, path)
    return members


def _check_size(size: int, limit: int, path: Path) -> None:
    if size > limit:
        raise InputError(f"{path} unpacks to {size} bytes, more than {limit}: save fewer or smaller arrays")


def _member_header(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, path: Path) -> NpyHeader:
    header = NpyHeader.parse(_read(archive, info, HEADER_LIMIT, name, path), f"{path}: array {name}")
    declared = header.data_offset + header.data_bytes
    if info.file_size != declared:
        raise InputError(
            f"{path}: array {name} has {info.file_size} bytes, but its shape {header.shape} and type"
            f" {header.dtype} need {declared}: save it again"
        )
    return header


def _member_array(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, header: NpyHeader, name: str, path: Path
) -> Array:
    member = _read(archive, info, info.file_size + 1, name, path)
    if len(member) != info.file_size:
        raise InputError(f"{path}: array {name} ends early: copy or save the file again")
    return header.array(member[header.data_offset :])


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, count: int, name: str, path: Path) -> bytes:
    try:
        with archive.open(info) as stream:
            return stream.read(count)
    except _ZIP_ERRORS:
        raise InputError(f"{path}: array {name} is damaged: copy or save the file again") from None
