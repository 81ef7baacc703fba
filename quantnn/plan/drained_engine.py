"""Engines that build one layer and drain its sums through shared requantizers."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from quantnn.arithmetic import IntegerRange, ceil_div
from quantnn.beats import BeatFormat
from quantnn.network.layers import Layer
from quantnn.plan.engine import EnginePlan, Fold, Tap
from quantnn.plan.fold_table import FoldLimits, FoldTable
from quantnn.plan.memory import MemoryPlan, Shapes
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.queue import QueuePlan

__all__ = ["ENGINE_PLANS", "DrainedEnginePlan"]

ENGINE_PLANS: dict[type[Layer], list[type[DrainedEnginePlan]]] = {}
"""The engines of this kind that can build a layer, by its type."""


@dataclass(frozen=True, eq=False)
class DrainedEnginePlan(EnginePlan):
    """One layer, whose sums leave ``lanes`` at a time through as many requantizers.

    Parameters
    ----------
    layer : Layer
    parameters : ParameterFormat
    input, queue, small_in_logic
        As :class:`~quantnn.plan.engine.EnginePlan` has them.
    """

    ROM_LATENCY: ClassVar[int] = 2
    """Cycles from a ROM's address to its data, with a register behind the block RAM."""

    layer_type: ClassVar[type[Layer]]

    layer: Layer
    parameters: ParameterFormat
    input: IntegerRange
    queue: QueuePlan
    small_in_logic: Shapes | None = field(default=None, kw_only=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        ENGINE_PLANS.setdefault(cls.layer_type, []).append(cls)

    @classmethod
    @abstractmethod
    def table(
        cls, layer: Layer, parameters: ParameterFormat, input: IntegerRange, beat: int, limits: FoldLimits, spare: int
    ) -> FoldTable:
        """Every useful fold for arriving beats of ``beat`` elements and what it takes, its queue in two samples' size.

        Words that are wider by up to ``spare`` elements than their cycles need are useful too.
        """

    @classmethod
    @abstractmethod
    def make(
        cls,
        layer: Layer,
        parameters: ParameterFormat,
        input: IntegerRange,
        queue: QueuePlan,
        fold: Fold,
        shapes: Shapes,
    ) -> Self:
        """The plan of that fold; ``queue.lanes`` are the fold's."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        return (self.layer,)

    @property
    def accumulators(self) -> tuple[IntegerRange, ...]:
        return (self.parameters.accumulator,)

    @property
    def taps(self) -> tuple[Tap, ...]:
        form = BeatFormat(self.layer.out_features, self.layer.output, self.lanes)
        return (Tap("drain.valid", "drain.results", form),)

    @property
    def layer_logic(self) -> tuple[int, ...]:
        return (self.logic_elements,)

    @property
    def own_memories(self) -> tuple[MemoryPlan, ...]:
        return (self.parameter_memory, *self.table_memories)

    @property
    def parameter_memory(self) -> MemoryPlan:
        """The output channels' parameters, ``lanes`` channels per word."""
        words = ceil_div(self.layer.out_features, self.lanes)
        return self.placed(MemoryPlan("drain.parameters", words, self.lanes * self.parameters.width))

    @property
    def table_memories(self) -> tuple[MemoryPlan, ...]:
        """The activation table, once per lane."""
        table = self.layer.table
        if table is None:
            return ()
        words, width = 1 << table.index.width, table.output.width
        return tuple(self.placed(MemoryPlan(f"drain.table_{lane}", words, width)) for lane in range(self.lanes))

    @property
    def drain_latency(self) -> int:
        """Cycles from a sum to its output: the requantizer's, and those of the table where there is one."""
        return self.parameters.latency + (0 if self.layer.table is None else self.ROM_LATENCY)

    def _drain_multipliers(self) -> list[tuple[int, int, int]]:
        """The requantizers' multipliers, one per lane where there are any."""
        operands = self.parameters.operands
        return [(self.lanes, *operands)] if operands else []

    def _drain_logic(self) -> int:
        """Logic of ``lanes`` requantizers and of the queue."""
        return self.lanes * self.parameters.lane_logic + self._queue_logic()
