"""A dense layer on PE × SIMD multipliers, time-multiplexed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Self

import numpy as np

from quantnn.arithmetic import IntegerRange, ceil_div
from quantnn.network.layers import Dense, Layer
from quantnn.plan.engine import EnginePlan, Fold
from quantnn.plan.memory import MemoryPlan, Shapes, pack_words, split_depths
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.queue import QueuePlan

__all__ = ["FoldedDensePlan"]


@dataclass(frozen=True, eq=False)
class FoldedDensePlan(EnginePlan):
    """``pe`` neurons at a time, ``simd`` inputs per cycle, weights in one wide block RAM.

    Parameters
    ----------
    pe : int
        Neurons worked on at a time, 1 to out_features.
    simd : int
        Inputs per cycle, 1 to in_features.
    depths : tuple of int
        Parts of the weight memory; one by default.
    in_logic : bool
        Whether the products are made of logic.

    Members
    -------
    folds, columns : int
        Output folds, and cycles per fold.
    """

    engine: ClassVar[str] = "folded"
    layer_type: ClassVar[type[Layer]] = Dense
    MAC_LATENCY: ClassVar[int] = 6
    """Address, weight read, weight, operands, product and accumulator; adder tree levels come on top."""

    layer: Dense
    pe: int
    simd: int
    depths: tuple[int, ...] = ()
    in_logic: bool = False

    def __post_init__(self) -> None:
        if not (1 <= self.pe <= self.layer.out_features and 1 <= self.simd <= self.layer.in_features):
            raise ValueError(
                f"PE × SIMD must lie within {self.layer.out_features} × {self.layer.in_features},"
                f" not be {self.pe} × {self.simd}"
            )
        if self.folds > 1 and self.pe % self.lanes:
            raise ValueError(f"{self.lanes} lanes must divide {self.pe} PE when there is more than one fold")

    @classmethod
    def choices(cls, layer: Layer, beat: int, shapes: Shapes, spare: int = 0) -> Iterator[Fold]:
        """For every number of output folds and of columns, the least PE and SIMD, with everything in logic or not."""
        assert isinstance(layer, Dense)
        outputs, inputs = layer.out_features, layer.in_features
        widths = {ceil_div(ceil_div(inputs, n), beat) * beat for n in range(1, inputs + 1)}
        widths |= {w + more for w in widths for more in range(spare + 1) if (w + more) % beat == 0}
        for folds, simd in product(sorted({ceil_div(outputs, n) for n in range(1, outputs + 1)}), sorted(widths)):
            columns = ceil_div(inputs, simd)
            for pe, lanes in _drained(ceil_div(outputs, folds), folds, columns):
                if pe > outputs or simd > inputs:
                    continue
                words = ceil_div(outputs, pe) * columns
                depths = split_depths(words, pe * simd * layer.weight_range.width, shapes)
                for in_logic, small in product((False, True), repeat=2):
                    yield Fold(simd, lanes, pe, depths, in_logic, small)

    @classmethod
    def make(
        cls,
        layer: Layer,
        parameters: ParameterFormat,
        input: IntegerRange,
        queue: QueuePlan,
        fold: Fold,
        shapes: Shapes,
    ) -> Self:
        assert isinstance(layer, Dense)
        return cls(
            layer,
            parameters,
            input,
            queue,
            fold.pe,
            fold.word,
            fold.depths,
            fold.logic_multipliers,
            small_in_logic=shapes if fold.logic_memories else None,
        )

    @property
    def fold(self) -> Fold:
        small = self.small_in_logic is not None
        return Fold(self.simd, self.lanes, self.pe, self.depths, self.in_logic, small)

    @property
    def folds(self) -> int:
        return ceil_div(self.layer.out_features, self.pe)

    @property
    def columns(self) -> int:
        return ceil_div(self.layer.in_features, self.simd)

    @property
    def tree_levels(self) -> int:
        """Registered levels of the adder tree over a PE's ``simd`` products."""
        return (self.simd - 1).bit_length()

    @property
    def word(self) -> int:
        return self.simd

    @property
    def replays(self) -> int:
        return self.folds

    def drain(self, fold: int) -> int:
        """Beats that a fold's accumulators fill."""
        return ceil_div(min(self.pe, self.layer.out_features - fold * self.pe), self.lanes)

    @property
    def emissions(self) -> tuple[int, ...]:
        silent = (0,) * (self.columns - 1)
        return tuple(e for fold in range(self.folds) for e in (*silent, self.drain(fold)))

    @property
    def latency(self) -> int:
        return self.MAC_LATENCY + self.tree_levels + self.drain_latency

    @property
    def interval(self) -> int:
        full, last = self.drain(0), self.drain(self.folds - 1)
        return (self.folds - 1) * max(self.columns, full) + max(self.columns, last)

    @property
    def tail(self) -> int:
        return (self.folds - 1) * self.columns + self.drain(self.folds - 1) + self.latency

    @property
    def _operands(self) -> tuple[int, int]:
        return self.input.width + (not self.input.signed), self.layer.weight_range.width

    @property
    def multipliers(self) -> list[tuple[int, int, int]]:
        macs = [] if self.in_logic else [(self.pe * self.simd, *self._operands)]
        return macs + self._drain_multipliers()

    @property
    def logic_multipliers(self) -> int:
        return self.pe * self.simd if self.in_logic else 0

    @property
    def weight_memory(self) -> MemoryPlan:
        """One word per cycle of a sample, a weight for every multiplier."""
        width = self.pe * self.simd * self.layer.weight_range.width
        return self.placed(MemoryPlan("mac.weights", self.folds * self.columns, width, self.depths))

    @property
    def own_memories(self) -> tuple[MemoryPlan, ...]:
        return (self.weight_memory, *super().own_memories)

    @property
    def logic_elements(self) -> int:
        product = self.input.width + self.layer.weight_range.width
        tree = sum((self.simd >> level) * (product + level) for level in range(1, self.tree_levels + 1))
        accumulator = self.parameters.accumulator.width
        lanes = self.pe * (tree + 2 * accumulator)
        activations = 2 * self.simd * self.input.width
        counters = 3 * (self.folds * self.columns).bit_length() + 30
        first, second = self._operands
        products = self.logic_multipliers * first * second
        parts = (len(self.weight_memory.depths) - 1) * self.weight_memory.width
        return lanes + products + parts + activations + counters + self._drain_logic()

    def weight_words(self) -> list[int]:
        """The weight memory's contents: word fold·columns + column, weight (pe, simd) at place pe·SIMD + simd.

        Places beyond the matrix hold 0.
        """
        rows, columns = self.folds * self.pe, self.columns * self.simd
        padded = np.zeros((rows, columns), dtype=np.int64)
        padded[: self.layer.out_features, : self.layer.in_features] = self.layer.weights.T
        tiles = padded.reshape(self.folds, self.pe, self.columns, self.simd).transpose(0, 2, 1, 3)
        return pack_words(tiles.reshape(-1, self.pe * self.simd), self.layer.weight_range.width)


def _drained(pe: int, folds: int, columns: int) -> set[tuple[int, int]]:
    """PE and lanes with which a fold's accumulators are drained in ``columns`` cycles.

    With more than one fold the lanes must divide the PE: either more PE, or more lanes than needed.
    """
    lanes = ceil_div(pe, columns)
    if folds == 1:
        return {(pe, lanes)}
    divisor = next(n for n in range(lanes, pe + 1) if pe % n == 0)
    return {(ceil_div(pe, lanes) * lanes, lanes), (pe, divisor)}
