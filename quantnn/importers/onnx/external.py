"""Weights that lie in a file of their own beside the model."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from onnx import TensorProto

from quantnn.errors import InputError
from quantnn.files.regular_file import opened
from quantnn.system.text import printable, shortened

__all__ = ["external_data"]


def external_data(tensor: TensorProto, size: int, model: Path, what: str) -> bytes:
    """The ``size`` bytes of a tensor, which lie in the model's folder or in one inside it.

    Raises
    ------
    InputError
        They lie elsewhere, or behind a link, or are others than the shape needs.
    """
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    shown = shortened(printable(location), 60)
    parts = PurePosixPath(location).parts
    outside = PurePosixPath(location).is_absolute() or PureWindowsPath(location).anchor or "\\" in location
    if not parts or outside or ".." in parts or not location.isprintable():
        raise InputError(f"{model}: {what} lies in {shown!r}: external data must lie in the model's own folder")
    path = model.parent
    for part in parts:
        path = path / part
        if path.is_symlink():
            raise InputError(f"{model}: {what} lies in {shown!r}, which is a link: put the file itself there")
    offset, length = (_number(entries.get(key, ""), key, model, what) for key in ("offset", "length"))
    if length is not None and length != size:
        raise InputError(f"{model}: {what} has {length} bytes in {shown}, but its shape and type need {size}")
    with opened(path) as file:
        file.seek(offset or 0)
        data = file.read(size)
    if len(data) < size:
        raise InputError(f"{model}: {what} ends early in {shown}: copy both files again")
    return data


def _number(text: str, key: str, model: Path, what: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise InputError(f"{model}: {what} has {key} {shortened(printable(text), 40)!r}: save the model again")
    return int(text)
