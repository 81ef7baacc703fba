"""How much work a file may cause."""

from __future__ import annotations

__all__ = ["Budget"]

_MOST = 1 << 25


class Budget:
    """Numbers that may be computed while one graph is followed."""

    def __init__(self) -> None:
        self._left = _MOST

    def spend(self, numbers: int) -> None:
        """Take some.

        Raises
        ------
        ValueError
            There are no more.
        """
        self._left -= numbers
        if self._left < 0:
            raise ValueError("following the graph up to here takes too long: save a smaller model")
