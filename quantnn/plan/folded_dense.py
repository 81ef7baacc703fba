"""A dense layer on PE × SIMD multipliers, time-multiplexed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from quantnn.arithmetic import IntegerRange, ceil_div
from quantnn.network.layers import Dense, Layer
from quantnn.plan.dense_folds import dense_folds
from quantnn.plan.drained_engine import DrainedEnginePlan
from quantnn.plan.engine import Fold
from quantnn.plan.fold_table import FoldLimits, FoldTable
from quantnn.plan.memory import MemoryPlan, Shapes, pack_words
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.queue import QueuePlan

__all__ = ["FoldedDensePlan"]


@dataclass(frozen=True, eq=False)
class FoldedDensePlan(DrainedEnginePlan):
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
    def table(
        cls, layer: Layer, parameters: ParameterFormat, input: IntegerRange, beat: int, limits: FoldLimits, spare: int
    ) -> FoldTable:
        assert isinstance(layer, Dense)
        return dense_folds(layer, parameters, input, beat, limits, spare, cls.MAC_LATENCY, cls.ROM_LATENCY)

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

