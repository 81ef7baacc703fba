"""Memories: in block RAM by shape, or in logic where they are small."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from quantnn.arithmetic import Integers, ceil_div

__all__ = ["LOGIC_PER_BLOCK", "ROM_BITS", "MemoryPlan", "Shapes", "next_power_of_two", "pack_words", "split_depths"]

Shapes = tuple[tuple[int, int], ...]
"""The (depth, width) shapes that one block RAM can take."""

_MAX_PARTS = 3
ROM_BITS = 12
"""Bits of a ROM that a logic element holds: a 4-input LUT per 16 bits, and a third as many that select among them."""

LOGIC_PER_BLOCK = 600
"""Logic elements that may be spent to save a block RAM, where block RAM is short."""


def next_power_of_two(value: int) -> int:
    """The least power of two that is not below ``value`` (at least 1)."""
    return 1 << (value - 1).bit_length()


@dataclass(frozen=True)
class MemoryPlan:
    """One memory with a synchronous read port.

    Parameters
    ----------
    name : str
        Its place in the core's module hierarchy, dots between the instances.
    words : int
        Words that are used, at least 1.
    width : int
        Bits of a word, at least 1.
    depths : tuple of int
        Depths of its parts, one behind the other: falling powers of two that hold ``words`` together. By default one
        part; synthesis tools infer depths that are no power of two badly.
    writable : bool
        Whether it is a RAM; else its contents never change.
    in_logic : bool
        Whether it is built of logic instead of block RAM.
    """

    name: str
    words: int
    width: int
    depths: tuple[int, ...] = ()
    writable: bool = False
    in_logic: bool = False

    def __post_init__(self) -> None:
        if self.words < 1 or self.width < 1:
            raise ValueError(f"A memory must have words and bits, not {self.words} words of {self.width} bits")
        if not self.depths:
            object.__setattr__(self, "depths", (_part(self.words),))
        falling = all(a > b for a, b in zip(self.depths, self.depths[1:], strict=False))
        if not falling or any(d.bit_count() != 1 for d in self.depths) or self.depth < self.words:
            raise ValueError(f"{self.words} words must fit falling powers of two, not the depths {self.depths}")

    @property
    def depth(self) -> int:
        """Words that there is room for."""
        return sum(self.depths)

    def blocks(self, shapes: Shapes) -> int:
        """Block RAMs: each part takes the shape that needs fewest, words side by side, stacked where it is deeper."""
        if self.in_logic:
            return 0
        return sum(_part_blocks(depth, self.width, shapes) for depth in self.depths)

    @property
    def logic_elements(self) -> int:
        """Analytic estimate for a memory in logic, 0 for one in block RAM.

        A ROM takes a 4-input LUT per 16 bits and a tree that selects among them, a RAM a flip-flop per bit and a tree
        that selects among the words.
        """
        if not self.in_logic:
            return 0
        if self.writable:
            return self.width * self.depth * 5 // 3
        return self.width * ceil_div(self.depth, ROM_BITS)

    def in_logic_if_small(self, shapes: Shapes) -> MemoryPlan:
        """In logic where a block RAM is worth more than the logic that it saves."""
        logic = replace(self, in_logic=True, depths=(_part(self.words),))
        return logic if logic.logic_elements <= LOGIC_PER_BLOCK * self.blocks(shapes) else self


def split_depths(words: int, width: int, shapes: Shapes) -> tuple[int, ...]:
    """The depths, at most three, that take the fewest block RAMs; of equals, the fewest parts."""
    choices: list[tuple[int, ...]] = [(_part(words),)]
    rest = words
    parts: list[int] = []
    while len(parts) + 1 < _MAX_PARTS and rest > 2:
        parts.append(1 << ((rest - 1).bit_length() - 1))
        rest -= parts[-1]
        if _part(rest) < parts[-1]:
            choices.append((*parts, _part(rest)))
    return min(choices, key=lambda depths: sum(_part_blocks(depth, width, shapes) for depth in depths))


def _part(words: int) -> int:
    return max(2, next_power_of_two(words))


def _part_blocks(depth: int, width: int, shapes: Shapes) -> int:
    return min(ceil_div(depth, deep) * ceil_div(width, wide) for deep, wide in shapes)


def pack_words(values: Integers, bits: int) -> list[int]:
    """Rows of ``values``, shape (words, places), as integers: place i in bits [i·bits, (i+1)·bits)."""
    places = np.empty((*values.shape, bits), dtype=np.uint8)
    for bit in range(bits):
        places[..., bit] = (values >> bit) & 1
    packed = np.packbits(places.reshape(len(values), -1), axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]
