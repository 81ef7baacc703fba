"""A dense layer on PE × SIMD multipliers, time-multiplexed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from quantnn.arithmetic import IntegerRange, ceil_div
from quantnn.layers import Dense, Layer
from quantnn.plan.engine import EnginePlan, Fold
from quantnn.plan.memory import MemoryPlan, pack_words
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

    Members
    -------
    folds, columns : int
        Output folds, and cycles per fold.
    """

    engine: ClassVar[str] = "folded"
    layer_type: ClassVar[type[Layer]] = Dense
    MAC_LATENCY: ClassVar[int] = 4
    """Weight read, weight register, product register, accumulator; adder tree levels come on top."""

    layer: Dense
    pe: int
    simd: int

    def __post_init__(self) -> None:
        if not (1 <= self.pe <= self.layer.out_features and 1 <= self.simd <= self.layer.in_features):
            raise ValueError(
                f"PE × SIMD must lie within {self.layer.out_features} × {self.layer.in_features},"
                f" not be {self.pe} × {self.simd}"
            )
        if self.folds > 1 and self.pe % self.lanes:
            raise ValueError(f"{self.lanes} lanes must divide {self.pe} PE when there is more than one fold")

    @classmethod
    def folds_within(cls, layer: Layer, interval: int, beat: int) -> Iterator[Fold]:
        """For every number of output folds, the least PE, lanes and SIMD that keep to the interval."""
        outputs, inputs = layer.out_features, layer.in_features
        for folds in sorted({ceil_div(outputs, pe) for pe in range(1, outputs + 1)}):
            cycles = interval // folds
            if cycles == 0:
                continue
            pe = ceil_div(outputs, folds)
            lanes = ceil_div(pe, cycles)
            if folds > 1:
                pe = ceil_div(pe, lanes) * lanes
            simd = ceil_div(ceil_div(inputs, cycles), beat) * beat
            if pe <= outputs and simd <= inputs:
                yield Fold(simd, lanes, pe)

    @classmethod
    def make(
        cls, layer: Layer, parameters: ParameterFormat, input: IntegerRange, queue: QueuePlan, fold: Fold
    ) -> Self:
        assert isinstance(layer, Dense)
        return cls(layer, parameters, input, queue, fold.pe, fold.word)

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
        return sum(max(self.columns, self.drain(fold)) for fold in range(self.folds))

    @property
    def multipliers(self) -> list[tuple[int, int, int]]:
        input_bits = self.input.width + (not self.input.signed)
        macs = (self.pe * self.simd, input_bits, self.layer.weight_range.width)
        if not self.parameters.multiplies:
            return [macs]
        multiplier = max(self.layer.requantizer.multipliers + self.layer.requantizer.negative_multipliers)
        return [macs, (self.lanes, self.parameters.accumulator.width, multiplier.bit_length() + 1)]

    @property
    def memories(self) -> tuple[MemoryPlan, ...]:
        width = self.pe * self.simd * self.layer.weight_range.width
        return (MemoryPlan("mac.weights", self.folds * self.columns, width), *self._common_memories())

    @property
    def logic_elements(self) -> int:
        product = self.input.width + self.layer.weight_range.width
        tree = sum((self.simd >> level) * (product + level) for level in range(1, self.tree_levels + 1))
        accumulator = self.parameters.accumulator.width
        lanes = self.pe * (tree + 2 * accumulator)
        activations = 2 * self.simd * self.input.width
        counters = 3 * (self.folds * self.columns).bit_length() + 30
        return lanes + activations + counters + self._drain_logic()

    def weight_words(self) -> list[int]:
        """The weight memory's contents: word fold·columns + column, weight (pe, simd) at place pe·SIMD + simd.

        Places beyond the matrix hold 0.
        """
        rows, columns = self.folds * self.pe, self.columns * self.simd
        padded = np.zeros((rows, columns), dtype=np.int64)
        padded[: self.layer.out_features, : self.layer.in_features] = self.layer.weights.T
        tiles = padded.reshape(self.folds, self.pe, self.columns, self.simd).transpose(0, 2, 1, 3)
        return pack_words(tiles.reshape(-1, self.pe * self.simd), self.layer.weight_range.width)
