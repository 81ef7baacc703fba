"""Reading .npz and .npy files that nobody vouches for: sizes and types are checked before data is read."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from quantnn.errors import InputError
from quantnn.files.npy_header import HEADER_LIMIT, NpyHeader
from quantnn.files.regular_file import opened
from quantnn.files.safe_zip import ENCRYPTED, ZIP_ERRORS, ShortReads, TooLongError

__all__ = ["SAMPLES_LIMIT", "SIZE_LIMIT", "Array", "read_npy", "read_npz"]

SIZE_LIMIT = 1 << 28
"""Bytes that the arrays of one file may take, counted as 64-bit numbers; what uses them makes two or three copies."""
SAMPLES_LIMIT = 1 << 29
"""Bytes that samples in memory may take, counted as 64-bit numbers."""

Array = npt.NDArray[Any]

_MAX_NAME = 200
_MAX_MEMBERS = 1000
_MAX_TEXT = 1 << 20
"""Bytes of an array of text."""
_CHUNK = 1 << 20


def read_npz(
    path: str | Path, limit: int = SIZE_LIMIT, wanted: Callable[[str], bool] = lambda _: True, samples: str = ""
) -> dict[str, Array]:
    """The arrays of an .npz by name, in the file's order; nothing in it is ever unpickled.

    Parameters
    ----------
    limit : int
        Bytes that all wanted arrays but ``samples`` may take together, counted as 64-bit numbers.
    wanted : function
        Whether an array of that name is needed. Of others nothing but the header is read: in their places stand
        zeros that take no memory, of the same shape and type.
    samples : str
        The array that may take :data:`SAMPLES_LIMIT`.

    Raises
    ------
    InputError
        The file is missing, unreadable, no zip or damaged, holds too much, or a member is no array.
    """
    path = Path(path)
    with opened(path) as file:
        try:
            archive = zipfile.ZipFile(ShortReads(file))
        except TooLongError:
            what = f"{path} holds far more than {_MAX_MEMBERS} arrays"
            raise InputError(f"{what}: save the layers' arrays only") from None
        except ZIP_ERRORS:
            raise InputError(_what_else(file, path)) from None
        with archive:
            members = _members(archive, path)
            needed = {name: info for name, info in members.items() if wanted(name)}
            _check_sizes({name: info.file_size for name, info in needed.items()}, limit, samples, path)
            headers = {name: _member_header(archive, info, name, path) for name, info in members.items()}
            _check_sizes({name: headers[name].bytes_as_numbers for name in needed}, limit, samples, path)
            arrays = {name: np.broadcast_to(np.zeros((), h.dtype), h.shape) for name, h in headers.items()}
            for name, info in needed.items():
                arrays[name] = _member_array(archive, info, headers[name], name, path)
            return arrays


def read_npy(path: str | Path, limit: int = SAMPLES_LIMIT) -> Array:
    """The array of an .npy; it is never unpickled.

    Raises
    ------
    InputError
        The file is missing, unreadable, no .npy, truncated or larger than ``limit``, or holds no plain array.
    """
    path = Path(path)
    with opened(path) as file:
        header = NpyHeader.of_file(file, path)
        _check_size(header.bytes_as_numbers, limit, str(path))
        header.check_length(path)
        file.seek(header.data_offset)
        return header.array(file.read(header.data_bytes))


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


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    count = len(archive.infolist())
    if count > _MAX_MEMBERS:
        raise InputError(f"{path} holds {count} arrays, more than {_MAX_MEMBERS}: save the layers' arrays only")
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        shown = repr(info.filename[:_MAX_NAME])
        if name.endswith(".pkl"):
            raise InputError(f"{path} holds a pickle, {shown}, which is never opened: use np.savez")
        if name in ("", info.filename) or len(name) > _MAX_NAME or not name.isprintable():
            raise InputError(f"{path}: member {shown} is no array's name: write the file with np.savez")
        if name in members:
            raise InputError(f"{path}: array {name} is there twice: write the file again with np.savez")
        if info.flag_bits & ENCRYPTED:
            raise InputError(f"{path}: array {name} is encrypted: write the file with np.savez")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(f"{path}: array {name} has unknown compression: use np.savez_compressed")
        members[name] = info
    if not members:
        raise InputError(f"{path} holds no arrays: save the model again with np.savez")
    return members


def _check_size(size: int, limit: int, what: str) -> None:
    if size > limit:
        raise InputError(f"{what} unpacks to {size} bytes, more than {limit}: save fewer or smaller arrays")


def _check_sizes(sizes: dict[str, int], limit: int, samples: str, path: Path) -> None:
    sizes = dict(sizes)
    _check_size(sizes.pop(samples, 0), SAMPLES_LIMIT, f"{path}: array {samples}")
    if sizes:
        largest = max(sizes, key=lambda name: sizes[name])
        _check_size(sizes[largest], limit, f"{path}: array {largest}")
    _check_size(sum(sizes.values()), limit, str(path))


def _member_header(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, path: Path) -> NpyHeader:
    header = NpyHeader.parse(_read(archive, info, HEADER_LIMIT, name, path), f"{path}: array {name}")
    declared = header.data_offset + header.data_bytes
    if info.file_size != declared:
        raise InputError(
            f"{path}: array {name} has {info.file_size} bytes, but its shape {header.shape} and type"
            f" {header.dtype} need {declared}: save it again"
        )
    if header.dtype.kind in "US" and header.data_bytes > _MAX_TEXT:
        raise InputError(f"{path}: array {name} is text of {header.data_bytes} bytes: save names of activations only")
    return header


def _member_array(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, header: NpyHeader, name: str, path: Path
) -> Array:
    data = np.empty(header.data_bytes, dtype=np.uint8)
    try:
        with archive.open(info) as stream:
            stream.read(header.data_offset)
            for start in range(0, len(data), _CHUNK):
                piece = stream.read(min(_CHUNK, len(data) - start))
                data[start : start + len(piece)] = np.frombuffer(piece, dtype=np.uint8)
                if len(piece) < min(_CHUNK, len(data) - start):
                    raise InputError(f"{path}: array {name} ends early: copy or save the file again")
            stream.read(1)  # the end, where its checksum is compared
    except ZIP_ERRORS:
        raise InputError(f"{path}: array {name} is damaged: copy or save the file again") from None
    data.flags.writeable = False
    return header.array(data.data)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, count: int, name: str, path: Path) -> bytes:
    try:
        with archive.open(info) as stream:
            return stream.read(count)
    except ZIP_ERRORS:
        raise InputError(f"{path}: array {name} is damaged: copy or save the file again") from None
