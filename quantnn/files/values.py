"""Values of a text file from strangers, whatever its syntax: encoding, depth, number and range."""

from __future__ import annotations

import math
import re

__all__ = ["MOST_INTEGER_DIGITS", "TOO_DEEP", "check_values", "decode"]

_MOST_DEPTH = 32
_MOST_VALUES = 1_000_000
_LONGEST = 10_000
_MOST_INTEGER = 1 << 63
MOST_INTEGER_DIGITS = len(str(-_MOST_INTEGER))
TOO_DEEP = f"it must be nested at most {_MOST_DEPTH} deep"
_HALF = re.compile("[\ud800-\udfff]")
"""Of a pair that stands for one character: alone it is none, and cannot be written."""


def decode(content: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    Raises
    ------
    ValueError
        It is in another encoding.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("it must be in UTF-8, not in UTF-16: save it with that encoding")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte, line = content[error.start], content.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"it must be in UTF-8, but line {line} has the byte 0x{byte:02x}, as in Latin-1: save it with that encoding"
        ) from None
    if "\0" in text:
        raise ValueError("it must be text in UTF-8, without zero bytes")
    return text


def check_values(values: object) -> None:
    """Check what a parser made of a file.

    Raises
    ------
    ValueError
        One line: values are nested too deep or too many, an integer or a text too long, a number not finite, or a
        value of a type that none of our files has.
    """
    waiting: list[tuple[object, int]] = [(values, 0)]
    count = 0
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if depth >= _MOST_DEPTH and isinstance(value, dict | list):
            raise ValueError(TOO_DEEP)
        if count > _MOST_VALUES:
            raise ValueError(f"it must have at most {_MOST_VALUES:,} values")
        match value:
            case dict():
                waiting += [(key, depth) for key in value]
                waiting += [(inner, depth + 1) for inner in value.values()]
            case list():
                waiting += [(inner, depth + 1) for inner in value]
            case str():
                _check_text(value)
            case int():
                if not -_MOST_INTEGER <= value < _MOST_INTEGER:
                    raise ValueError("its integers must have at most 64 bits")
            case float():
                if not math.isfinite(value):
                    raise ValueError(f"its numbers must be finite, not {value}")
            case None:
                pass
            case _:
                raise ValueError(f"its values must be texts, numbers and booleans, not {value}, a date or a time")


def _check_text(text: str) -> None:
    if len(text) > _LONGEST:
        raise ValueError(f"its texts must have at most {_LONGEST:,} characters, not {len(text):,}")
    if _HALF.search(text):
        raise ValueError("its texts must be whole characters, not halves of one (U+D800 to U+DFFF)")
