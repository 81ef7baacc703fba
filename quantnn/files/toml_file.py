"""TOML from strangers: read within limits."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from quantnn.errors import InputError
from quantnn.files.values import TOO_DEEP, check_values, decode

__all__ = ["load_toml", "toml_values"]

_MOST_BYTES = 1 << 18
_MOST_PARTS = 32
_WORDS = re.compile(
    r"""
    \"{3} [\s\S]*? (?: \"{3} | \Z ) | '{3} [\s\S]*? (?: '{3} | \Z )
    | \" (?: \\. | [^"\\\n] )*+ \"? | ' [^'\n]*+ '? | \# [^\n]*+
    """,
    re.VERBOSE,
)
"""Strings and comments, in which a dot is nothing special."""


def load_toml(file: Path) -> dict[str, Any]:
    """The values of a TOML file.

    Raises
    ------
    InputError
        It cannot be read, is no TOML, or goes beyond a limit of size, depth, count or range.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{file} must be a readable file, but: {error.strerror}") from None
    try:
        return toml_values(content)
    except ValueError as error:
        raise InputError(f"{file}: {error}") from None


def toml_values(content: bytes) -> dict[str, Any]:
    """The values of a TOML text.

    Raises
    ------
    ValueError
        One line.
    """
    if len(content) > _MOST_BYTES:
        raise ValueError(f"it must have at most {_MOST_BYTES >> 10} KiB")
    text = decode(content)
    # tomllib takes the square of a dotted key's length
    for part in _WORDS.sub("_", text).replace("=", "\n").splitlines():
        if part.count(".") > _MOST_PARTS:
            raise ValueError(f"its keys must have at most {_MOST_PARTS} parts with dots between")
    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"it must be valid TOML, but: {error}") from None
    except ValueError:
        raise ValueError("its integers must have at most 64 bits") from None
    check_values(values)
    return values
