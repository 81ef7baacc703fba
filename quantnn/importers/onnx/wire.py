"""The fields of a protobuf message, looked at without a schema: what a file is and how much it would take to parse."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["BYTES", "VARINT", "MalformedError", "fields"]

VARINT, _FIXED64, BYTES, _FIXED32 = 0, 1, 2, 5
"""Wire types."""
_FIXED = {_FIXED64: 8, _FIXED32: 4}


class MalformedError(ValueError):
    """It is no protobuf message, or only the beginning of one."""


def fields(data: memoryview, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Every field of the message in ``data[start:end]``: its number and wire type, and where its value begins and ends.

    The value of the last one may end behind ``end``, if the message is truncated.

    Raises
    ------
    MalformedError
        What follows is no field.
    """
    while start < end:
        key, start = _varint(data, start, end)
        number, kind = key >> 3, key & 7
        if not 0 < number < 1 << 29:
            raise MalformedError(f"field number {number}")
        if kind == VARINT:
            _, stop = _varint(data, start, end)
        elif kind == BYTES:
            length, start = _varint(data, start, end)
            stop = start + length
        elif kind in _FIXED:
            stop = start + _FIXED[kind]
        else:
            raise MalformedError(f"wire type {kind}")
        yield number, kind, start, stop
        start = stop


def _varint(data: memoryview, start: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if start >= end:
            raise MalformedError("it ends within a number")
        byte = data[start]
        start += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, start
    raise MalformedError("a number of more than 64 bits")
