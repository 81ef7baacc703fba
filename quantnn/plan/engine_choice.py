"""Which layers are to be unrolled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from quantnn.errors import InputError

__all__ = ["EngineChoice"]

_NAMES = ("folded", "unrolled", "auto")
_ONE = _NAMES[:2]


@dataclass(frozen=True)
class EngineChoice:
    """An engine for all layers, or one for each.

    Parameters
    ----------
    names : tuple of str
        One of "folded", "unrolled" and "auto", or one of the first two for each layer.

    Raises
    ------
    InputError
        They are others.
    """

    names: tuple[str, ...] = ("folded",)

    def __post_init__(self) -> None:
        known = _NAMES if len(self.names) == 1 else _ONE
        wrong = next((name for name in self.names if name not in known), None)
        if wrong is not None or not self.names:
            raise InputError(
                f"--engine must be folded, unrolled or auto, or folded or unrolled for each layer with commas between,"
                f" not {','.join(self.names)[:60]!r}"
            )

    @classmethod
    def parse(cls, text: str) -> EngineChoice:
        """The choice that a text like "folded,unrolled" makes."""
        return cls(tuple(name.strip() for name in text.split(",")))

    def masks(self, layers: int) -> Iterator[tuple[bool, ...]]:
        """For each of so many layers whether it is unrolled, as it is to be tried.

        Where it is free: all; those behind a layer, or those up to one; each one alone; and none.

        Raises
        ------
        InputError
            There are engines for more or fewer layers.
        """
        if len(self.names) not in (1, layers):
            raise InputError(f"--engine must have one name, or {layers}, one for each layer, not {len(self.names)}")
        if self.names != ("auto",):
            names = self.names * layers if len(self.names) == 1 else self.names
            yield tuple(name == "unrolled" for name in names)
            return
        runs = [(0, layers), *((first, layers) for first in range(1, layers)), *((0, end) for end in range(1, layers))]
        runs += [(place, place + 1) for place in range(1, layers - 1)]
        for first, end in runs:
            yield tuple(first <= place < end for place in range(layers))
        yield (False,) * layers

    @staticmethod
    def runs(mask: tuple[bool, ...]) -> Iterator[tuple[int, int, bool]]:
        """(first, end, whether unrolled) of each engine: folded layers have one each."""
        place = 0
        for unrolled, group in groupby(mask):
            length = len(list(group))
            if unrolled:
                yield place, place + length, True
            else:
                yield from ((number, number + 1, False) for number in range(place, place + length))
            place += length
