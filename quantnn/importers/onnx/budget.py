"""How much the constants of a file may take."""

from __future__ import annotations

from quantnn.errors import InputError
from quantnn.files.safe_npz import SIZE_LIMIT

__all__ = ["MOST_ELEMENTS", "MOST_FEATURES", "Budget"]

MOST_ELEMENTS = SIZE_LIMIT // 8
"""Of one constant: as many as an .npz may hold."""
MOST_FEATURES = 1 << 22
"""Of a tensor that depends on the input."""


class Budget:
    """Elements that may still be read or computed, so that a small file cannot ask for large work.

    Parameters
    ----------
    source : str
        The file, for messages.
    """

    def __init__(self, source: str) -> None:
        self._source, self._left = source, 2 * MOST_ELEMENTS

    def take(self, elements: int, what: str) -> None:
        """Count a constant.

        Raises
        ------
        InputError
            It is too large, or all of them together are.
        """
        self._left -= elements
        if elements > MOST_ELEMENTS:
            raise InputError(
                f"{self._source}: {what} takes {elements:,} elements, and one constant may have {MOST_ELEMENTS:,}:"
                " save a smaller model"
            )
        if self._left < 0:
            raise InputError(
                f"{self._source}: with {what} the file's constants, and what is computed of them, take more than"
                f" {2 * MOST_ELEMENTS:,} elements together: save a smaller model"
            )
