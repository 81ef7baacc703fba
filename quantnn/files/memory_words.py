"""Contents of memories, as Verilog's ``$readmemb`` reads them: a word of binary digits per line."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from quantnn.errors import InputError

__all__ = ["read_words", "written_words"]

_REMEDY = "export the model again"


def read_words(content: bytes | None, name: str) -> npt.NDArray[np.uint8]:
    """A memory file as an array of shape (words, width), lowest bit first.

    Raises
    ------
    InputError
        There is none, or it does not hold binary digits, a word per line, all of one width.
    """
    if content is None:
        raise InputError(f"{name} is missing: {_REMEDY}")
    length = content.find(b"\n") + 1
    if length > 1 and len(content) % length == 0:
        digits = np.frombuffer(content, dtype=np.uint8).reshape(-1, length)
        bits = digits[:, -2::-1] - ord("0")
        if bits.max() <= 1 and (digits[:, -1] == ord("\n")).all():
            return bits
    raise InputError(f"{name} must hold binary digits, a word per line, all of one width: {_REMEDY}")


def written_words(words: Iterable[int], width: int, depth: int) -> bytes:
    """A memory file of ``depth`` words of ``width`` bits: these, and 0 beyond them."""
    given = [*words]
    return "".join(f"{word:0{width}b}\n" for word in [*given, *[0] * (depth - len(given))]).encode()
