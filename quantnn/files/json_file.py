"""JSON from strangers: read within limits, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from quantnn.errors import InputError
from quantnn.files.plain_file import read_plain
from quantnn.files.values import MOST_INTEGER_DIGITS, TOO_DEEP, check_values, decode
from quantnn.files.whole_file import write_whole

__all__ = ["json_values", "load_json", "save_json"]

_MOST_BYTES = 16 << 20


def load_json(path: Path) -> Any:
    """The values of a JSON file in an exported folder.

    Raises
    ------
    InputError
        It is missing, no plain file, no JSON, or goes beyond a limit of size, depth, count or range.
    """
    try:
        return json_values(read_plain(path, _MOST_BYTES))
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}): export the model again") from None


def json_values(content: bytes) -> Any:
    """The values of a JSON text.

    Raises
    ------
    ValueError
        One line: it is no JSON, names a key twice, or goes beyond a limit of depth, count or range.
    """
    try:
        values = json.loads(decode(content), object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer)
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


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise ValueError(f"it names {key!r:.40} twice")
        values[key] = value
    return values


def _constant(name: str) -> None:
    raise ValueError(f"its numbers must be finite, not {name}")


def _integer(digits: str) -> int:
    if len(digits) > MOST_INTEGER_DIGITS:
        raise ValueError("its integers must have at most 64 bits")
    return int(digits)
