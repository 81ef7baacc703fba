"""Text that comes from files and users, made fit to be shown."""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from pathlib import Path

__all__ = ["name_of", "printable", "shortened", "typed"]


def name_of(path: Path) -> str:
    """A file's name as a text that every file can hold, whatever the system's encoding is."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def printable(text: str) -> str:
    """The text on one line, with an escape for every character that has no shape of its own.

    Those are control bytes, which would reach the terminal, line ends, marks that turn the direction of writing, and
    bytes of a file's name that are no text. Those that are text, but not in the system's encoding, are read as UTF-8.
    """
    with suppress(UnicodeEncodeError):
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and its end where it has more than ``most`` characters, at least 3."""
    if len(text) <= most:
        return text
    end = (most - 1) // 3
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


def typed(path: Path) -> str:
    """A path as one types it behind a command: in quotes where a shell would split it."""
    return shlex.quote(str(path))
