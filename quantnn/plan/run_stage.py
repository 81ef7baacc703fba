"""Layers in a row that are to be unrolled together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.network.layers import Layer
from quantnn.plan.engine import EnginePlan, Fold
from quantnn.plan.fold_table import FoldLimits, FoldTable, bit_lengths, ceil_divs, powers_of_two
from quantnn.plan.memory import Shapes
from quantnn.plan.queue import QueuePlan
from quantnn.plan.stage import Stage
from quantnn.plan.unrolled.pipeline import UnrolledPipeline
from quantnn.plan.unrolled_engine import UnrolledPlan

__all__ = ["RunStage"]


@dataclass(frozen=True, eq=False)
class RunStage(Stage):
    """A pipeline, of which only the ends are to be chosen: how wide words arrive, and in how many beats they leave.

    Parameters
    ----------
    pipeline : UnrolledPipeline
    input : IntegerRange
        Format of an input element.
    """

    pipeline: UnrolledPipeline
    input: IntegerRange

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.pipeline.layers

    @property
    def kinds(self) -> tuple[type[EnginePlan], ...]:
        return (UnrolledPlan,)

    @property
    def slowest(self) -> int:
        return max(self.in_features, self.out_features)

    @property
    def products(self) -> int:
        return 0

    @property
    def weight_bits(self) -> int:
        return 0

    def table(self, kind: type[EnginePlan], beat: int, limits: FoldLimits, spare: int) -> FoldTable:
        outputs = self.out_features
        beats = np.arange(1, outputs + 1, dtype=np.int64)
        lanes = np.unique(ceil_divs(outputs, beats))
        words = np.unique(-(-np.arange(self.in_features, self.in_features + spare + 1) // beat) * beat)
        ways = (False, True) if limits.logic_memories else (False,)
        word, lanes, small = (column.ravel() for column in np.meshgrid(words, lanes, ways, indexing="ij"))
        one = np.ones_like(lanes)
        interval = ceil_divs(outputs, lanes)
        width = self.output.width
        leaving = np.where(interval > 1, interval * lanes * width, 0)
        queue = 6 * bit_lengths(powers_of_two(2 * interval)) + 20
        return FoldTable(
            word=word,
            lanes=lanes,
            pe=one,
            depths=np.zeros((len(lanes), 3), dtype=np.int64),
            in_logic=np.zeros(len(lanes), dtype=bool),
            small=small,
            replays=one,
            interval=interval,
            tail=self.pipeline.latency + (interval > 1) + interval - 1,
            multipliers=(),
            logic=sum(self.pipeline.layer_logic) + leaving + queue,
            memories=(),
        )

    def engine(self, kind: type[EnginePlan], fold: Fold, queue: QueuePlan, shapes: Shapes) -> EnginePlan:
        small = shapes if fold.logic_memories else None
        return UnrolledPlan(self.pipeline, self.input, fold.word, queue, small_in_logic=small)
