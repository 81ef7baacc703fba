"""What stands for a sign that the terminal's encoding does not have, as on a Windows console or under LC_ALL=C."""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata

__all__ = ["substitute_signs"]

_NAME = "quantnn-substitutes"
_SIGNS = str.maketrans({
    "…": "...", "→": "->", "←": "<-", "×": "x", "·": "-", "−": "-", "–": "-", "—": "-", "±": "+-", "µ": "u", "Σ": "sum",
    "‖": "|", "≤": "<=", "≥": ">=", "≈": "~", "✓": "+", "✗": "x", "●": "*", "○": "o", "━": "=", "─": "-", "│": "|",
    "√": "sqrt ", "π": "pi", "╸": "=", "╺": "-", "█": "#", "•": "*", "“": '"', "”": '"', "‘": "'", "’": "'",
})  # fmt: skip


def substitute_signs() -> None:
    """Let standard output and standard error take any text."""
    codecs.register_error(_NAME, _substitute)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_NAME)


def _substitute(error: UnicodeError) -> tuple[str, int]:
    """ASCII for the signs that cannot be encoded: what looks alike, letters without their marks, or question marks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_SIGNS)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return bare.encode("ascii", "replace").decode("ascii"), error.end
