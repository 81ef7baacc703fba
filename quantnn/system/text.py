"""Text that comes from files and users, made fit to be shown."""

from __future__ import annotations

__all__ = ["printable", "shortened"]


def printable(text: str) -> str:
    """The text on one line, with an escape for every character that has no shape of its own.

    Those are control bytes, which would reach the terminal, line ends, marks that turn the direction of writing, and
    bytes of a file's name that are no text.
    """
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and its end where it has more than ``most`` characters, at least 3."""
    if len(text) <= most:
        return text
    end = (most - 1) // 3
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"
