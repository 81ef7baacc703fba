"""A per-feature requantizer in the stream: one lane per element of a word, a word per cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.network.layers import Layer, Rescale
from quantnn.plan.drained_engine import DrainedEnginePlan
from quantnn.plan.engine import Fold
from quantnn.plan.fold_table import Drains, FoldLimits, FoldTable, ceil_divs
from quantnn.plan.memory import Shapes
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.queue import QueuePlan

__all__ = ["StreamedRescalePlan"]


@dataclass(frozen=True, eq=False)
class StreamedRescalePlan(DrainedEnginePlan):
    """Adds the offset and requantizes, ``lanes`` features per cycle; words go in as wide as beats come out."""

    engine: ClassVar[str] = "streamed"
    layer_type: ClassVar[type[Layer]] = Rescale

    @classmethod
    def table(
        cls, layer: Layer, parameters: ParameterFormat, input: IntegerRange, beat: int, limits: FoldLimits, spare: int
    ) -> FoldTable:
        """Any number of lanes that the arriving beats fill."""
        counts = np.arange(beat, layer.out_features + 1, beat, dtype=np.int64)
        ways = (False, True) if limits.logic_memories else (False,)
        lanes, small = np.repeat(counts, len(ways)), np.tile(ways, len(counts))
        one, never = np.ones_like(lanes), np.zeros(len(lanes), dtype=bool)
        drains = Drains(layer, parameters, lanes, small, limits.shapes)
        latency = cls.ROM_LATENCY + parameters.latency + (cls.ROM_LATENCY if layer.table else 0)
        return FoldTable(
            word=lanes,
            lanes=lanes,
            pe=one,
            depths=np.zeros((len(lanes), 3), dtype=np.int64),
            in_logic=never,
            small=small,
            replays=one,
            interval=ceil_divs(layer.out_features, lanes),
            tail=latency * one,
            multipliers=tuple(drains.multipliers),
            logic=2 * lanes * input.width + drains.logic,
            memories=tuple(drains.memories),
        )

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
        return cls(layer, parameters, input, queue, small_in_logic=shapes if fold.logic_memories else None)

    @property
    def fold(self) -> Fold:
        return Fold(self.lanes, self.lanes, logic_memories=self.small_in_logic is not None)

    @property
    def word(self) -> int:
        return self.lanes

    @property
    def replays(self) -> int:
        return 1

    @property
    def emissions(self) -> tuple[int, ...]:
        return (1,) * self.queue.beats

    @property
    def latency(self) -> int:
        return self.ROM_LATENCY + self.drain_latency

    @property
    def interval(self) -> int:
        return self.queue.beats

    @property
    def tail(self) -> int:
        return self.latency

    @property
    def multipliers(self) -> list[tuple[int, int, int]]:
        return self._drain_multipliers()

    @property
    def logic_elements(self) -> int:
        return 2 * self.lanes * self.input.width + self._drain_logic()
