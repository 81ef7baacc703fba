"""Block RAM by shape: what one emitted memory costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import Integers, ceil_div

__all__ = ["MemoryPlan", "next_power_of_two", "pack_words"]


def next_power_of_two(value: int) -> int:
    """The least power of two that is not below ``value`` (at least 1)."""
    return 1 << (value - 1).bit_length()


@dataclass(frozen=True)
class MemoryPlan:
    """One memory with a synchronous read port, built of block RAM.

    Parameters
    ----------
    name : str
        Its place in the core's module hierarchy, dots between the instances.
    words : int
        Words that are used, at least 1.
    width : int
        Bits of a word, at least 1.

    Members
    -------
    depth : int
        ``words`` rounded up to a power of two, at least 2: synthesis tools infer other depths badly.
    """

    name: str
    words: int
    width: int

    def __post_init__(self) -> None:
        if self.words < 1 or self.width < 1:
            raise ValueError(f"A memory must have words and bits, not {self.words} words of {self.width} bits")

    @property
    def depth(self) -> int:
        return max(2, next_power_of_two(self.words))

    def blocks(self, shapes: tuple[tuple[int, int], ...]) -> int:
        """Block RAMs, given the (depth, width) shapes that one block can take.

        The words are spread over equal blocks side by side; a memory deeper than the deepest shape is stacked.
        """
        return min(ceil_div(self.depth, depth) * ceil_div(self.width, width) for depth, width in shapes)


def pack_words(values: Integers, bits: int) -> list[int]:
    """Rows of ``values``, shape (words, places), as integers: place i in bits [i·bits, (i+1)·bits)."""
    places = ((values[:, :, np.newaxis] >> np.arange(bits)) & 1).astype(np.uint8)
    packed = np.packbits(places.reshape(len(values), -1), axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]
