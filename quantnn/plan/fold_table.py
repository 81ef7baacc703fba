"""What many folds of one engine take, as columns: the numbers of an engine's plan, a row for each fold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import Integers
from quantnn.network.layers import Layer
from quantnn.plan.memory import LOGIC_PER_BLOCK, ROM_BITS, Shapes
from quantnn.plan.parameters import ParameterFormat

__all__ = ["Drains", "Flags", "FoldLimits", "FoldTable", "MemoryColumns", "bit_lengths", "ceil_divs", "powers_of_two"]

Flags = npt.NDArray[np.bool_]


def ceil_divs(dividends: Integers | int, divisors: Integers | int) -> Integers:
    """``ceil_div`` of columns."""
    quotients: Integers = -(-np.asarray(dividends, dtype=np.int64) // divisors)
    return quotients


def bit_lengths(values: Integers) -> Integers:
    """``int.bit_length`` of integers from 0 to 2**53."""
    return np.frexp(values.astype(np.float64))[1].astype(np.int64)


def powers_of_two(values: Integers) -> Integers:
    """The least powers of two that are not below the values, nor below 2: depths of memories."""
    return np.left_shift(np.int64(1), np.maximum(bit_lengths(values - 1), 1))


def _blocks(depths: Integers, widths: Integers, shapes: Shapes) -> Integers:
    counts = [ceil_divs(depths, deep) * ceil_divs(widths, wide) for deep, wide in shapes]
    least: Integers = np.stack(counts).min(axis=0)
    return least


@dataclass(frozen=True, eq=False)
class MemoryColumns:
    """A memory, a row for each fold.

    Parameters
    ----------
    blocks, logic : Integers
        What it takes in block RAM, and what in logic.
    in_logic : Flags
        Where it is built of logic.
    small : Flags
        Where it would be, were it small enough.
    joint : Integers
        Logic that selects among the parts of one in block RAM.
    """

    blocks: Integers
    logic: Integers
    in_logic: Flags
    small: Flags
    joint: Integers

    @classmethod
    def make(
        cls, words: Integers, widths: Integers, shapes: Shapes, small: Flags, *, writable: bool = False
    ) -> MemoryColumns:
        """Memories of one part each, as :class:`~quantnn.plan.memory.MemoryPlan` says."""
        depths = powers_of_two(words)
        blocks = _blocks(depths, widths, shapes)
        logic = widths * depths * 5 // 3 if writable else widths * ceil_divs(depths, ROM_BITS)
        return cls(blocks, logic, small & (logic <= LOGIC_PER_BLOCK * blocks), small, 0 * logic)

    @classmethod
    def split(
        cls, words: Integers, widths: Integers, shapes: Shapes, small: Flags
    ) -> tuple[MemoryColumns, Integers]:
        """A memory in the parts that :func:`~quantnn.plan.memory.split_depths` finds, and their depths, 0 for none."""
        whole = cls.make(words, widths, shapes, small)
        none = np.zeros_like(words)
        first = np.left_shift(np.int64(1), np.maximum(bit_lengths(words - 1) - 1, 0))
        rest = words - first
        second = np.left_shift(np.int64(1), np.maximum(bit_lengths(rest - 1) - 1, 0))
        last = rest - second
        two, three = powers_of_two(np.maximum(rest, 1)), powers_of_two(np.maximum(last, 1))
        never = np.iinfo(np.int64).max
        choices = np.stack([
            whole.blocks,
            np.where(
                (words > 2) & (two < first), _blocks(first, widths, shapes) + _blocks(two, widths, shapes), never
            ),
            np.where(
                (words > 2) & (rest > 2) & (three < second),
                _blocks(first, widths, shapes) + _blocks(second, widths, shapes) + _blocks(three, widths, shapes),
                never,
            ),
        ])
        chosen = choices.argmin(axis=0)
        blocks = choices.min(axis=0)
        depths = np.stack([
            np.where(chosen == 0, powers_of_two(words), first),
            np.choose(chosen, [none, two, second]),
            np.where(chosen == 2, three, none),
        ], axis=1)
        in_logic = small & (whole.logic <= LOGIC_PER_BLOCK * blocks)
        joint = (np.count_nonzero(depths, axis=1) - 1) * widths
        return cls(blocks, whole.logic, in_logic, small, joint), depths

    def times(self, counts: Integers) -> MemoryColumns:
        """So many of the same in each row."""
        return MemoryColumns(self.blocks * counts, self.logic * counts, self.in_logic, self.small, self.joint * counts)

    @property
    def cost(self) -> Integers:
        """(multipliers, block RAMs, logic) of each row."""
        blocks, logic = np.where(self.in_logic, 0, self.blocks), np.where(self.in_logic, self.logic, self.joint)
        return np.stack([np.zeros_like(blocks), blocks, logic], axis=1)

    def least(self, block: float, element: float) -> npt.NDArray[np.float64]:
        """No narrower or wider memory of as many words takes less, at these prices of a block RAM and of logic."""
        return np.where(self.small, np.minimum(block * self.blocks, element * self.logic), block * self.blocks)


@dataclass(frozen=True)
class FoldLimits:
    """Which folds are worth a row.

    Parameters
    ----------
    shapes : Shapes
        Of a block RAM.
    multipliers : int
        Products that hardware multipliers may make.
    logic : int
        Logic elements that products may take; 0 for none in logic.
    logic_memories : bool
        Whether small memories may be in logic.
    """

    shapes: Shapes
    multipliers: int
    logic: int
    logic_memories: bool

    def ways(self) -> list[tuple[bool, bool]]:
        """(products in logic, small memories in logic) as far as they may be."""
        products = [False, True] if self.logic else [False]
        return [(p, small) for p in products for small in ([False, True] if self.logic_memories else [False])]


@dataclass(frozen=True, eq=False)
class Drains:
    """What requantizers with a row's ``lanes`` take, and the queue behind them but for its memory.

    Members
    -------
    logic : Integers
    multipliers : list of (Integers, int, int)
    memories : list of MemoryColumns
    """

    layer: Layer
    parameters: ParameterFormat
    lanes: Integers
    small: Flags
    shapes: Shapes

    @property
    def logic(self) -> Integers:
        words = ceil_divs(self.layer.out_features, self.lanes)
        return self.lanes * self.parameters.lane_logic + 6 * bit_lengths(powers_of_two(2 * words)) + 20

    @property
    def multipliers(self) -> list[tuple[Integers, int, int]]:
        operands = self.parameters.operands
        return [(self.lanes, *operands)] if operands else []

    @property
    def memories(self) -> list[MemoryColumns]:
        words, widths = ceil_divs(self.layer.out_features, self.lanes), self.lanes * self.parameters.width
        memories = [MemoryColumns.make(words, widths, self.shapes, self.small)]
        if self.layer.table is not None:
            index, output = self.layer.table.index.width, self.layer.table.output.width
            one = np.full_like(self.lanes, 1)
            table = MemoryColumns.make(one << index, one * output, self.shapes, self.small)
            memories.append(table.times(self.lanes))
        return memories


@dataclass(frozen=True, eq=False)
class FoldTable:
    """Folds of an engine and what they take; every column is as :class:`~quantnn.plan.engine.EnginePlan` says.

    Parameters
    ----------
    word, lanes, pe : Integers
    depths : Integers of shape (rows, 3)
        0 for no part.
    in_logic, small : Flags
        Whether products, and small memories, are made of logic.
    replays, interval, tail : Integers
    multipliers : tuple of (Integers, int, int)
        Columns of counts, and the operands' bits.
    logic : Integers
        Without that of memories.
    memories : tuple of MemoryColumns
        The engine's own.
    """

    word: Integers
    lanes: Integers
    pe: Integers
    depths: Integers
    in_logic: Flags
    small: Flags
    replays: Integers
    interval: Integers
    tail: Integers
    multipliers: tuple[tuple[Integers, int, int], ...]
    logic: Integers
    memories: tuple[MemoryColumns, ...]
