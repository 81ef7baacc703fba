"""JSON from strangers: read within limits, written whole or not at all."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quantnn.files.whole_file import write_whole

__all__ = ["MOST_BYTES", "TOO_DEEP", "check_values", "decode", "json_values", "save_json"]

MOST_BYTES = 16 << 20
_MOST_DEPTH = 32
_MOST_VALUES = 500_000
_MOST_INTEGER = 1 << 63
TOO_DEEP = f"it must be nested at most {_MOST_DEPTH} deep"


def json_values(content: bytes) -> Any:
    """The values of a JSON file.

    Raises
    ------
    ValueError
        One line: it is no JSON, names a key twice, or goes beyond a limit of size, depth, count or range.
    """
    text = decode(content)
    try:
        values = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_number
        )
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON: {error}") from None
    check_values(values)
    return values


def save_json(values: dict[str, Any], path: Path) -> None:
    """Write a JSON file, whole or not at all.

    Raises
    ------
    OSError
        There is no room, or no right.
    """
    write_whole(path, json.dumps(values, indent=2) + "\n")


def decode(content: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    Raises
    ------
    ValueError
        It is too long, or in another encoding.
    """
    if len(content) > MOST_BYTES:
        raise ValueError(f"it must have at most {MOST_BYTES >> 20} MiB, not {len(content):,} bytes")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("it must be in UTF-8, not in UTF-16: save it with that encoding")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte, line = content[error.start], content.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"it must be in UTF-8, but has the byte 0x{byte:02x} in line {line}, as Latin-1 has: save it as UTF-8"
        ) from None


def check_values(values: object) -> None:
    """Raise ValueError where values are nested too deep or too many, integers too great, or numbers not finite."""
    for count, (value, depth) in enumerate(_walk(values, 0), start=1):
        if depth > _MOST_DEPTH:
            raise ValueError(TOO_DEEP)
        if count > _MOST_VALUES:
            raise ValueError(f"it must have at most {_MOST_VALUES:,} values")
        if isinstance(value, int) and not -_MOST_INTEGER <= value < _MOST_INTEGER:
            raise ValueError("its integers must have at most 64 bits")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"its numbers must be finite, not {value}")


def _walk(value: object, depth: int) -> Iterator[tuple[object, int]]:
    waiting = [(value, depth)]
    while waiting:
        value, depth = waiting.pop()
        yield value, depth
        if isinstance(value, dict):
            waiting += [(inner, depth + 1) for inner in value.values()]
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise ValueError(f"it names {key!r} twice")
        values[key] = value
    return values


def _constant(name: str) -> None:
    raise ValueError(f"its numbers must be finite, not {name}")


def _integer(digits: str) -> int:
    if len(digits) > len(str(_MOST_INTEGER)) + 1:
        raise ValueError("its integers must have at most 64 bits")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"its numbers must be finite, not {digits[:20]}")
    return value
