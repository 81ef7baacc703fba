"""What the plan of every engine says, whatever the engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from quantnn.arithmetic import IntegerRange, ceil_div
from quantnn.files.field_types import Size
from quantnn.network.layers import Layer
from quantnn.plan.fold_table import FoldLimits, FoldTable
from quantnn.plan.memory import MemoryPlan, Shapes
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.queue import QueuePlan

__all__ = ["ENGINE_PLANS", "EnginePlan", "Fold"]

ENGINE_PLANS: dict[type[Layer], list[type[EnginePlan]]] = {}
"""The engines that can build a layer, by its type."""


@dataclass(frozen=True)
class Fold:
    """How far an engine is folded: what the planner chooses.

    Parameters
    ----------
    word : int
        Elements of an input word.
    lanes : int
        Elements of an output beat.
    pe : int
        Output channels worked on at a time.
    depths : tuple of int
        Parts of the weight memory; see :class:`~quantnn.plan.memory.MemoryPlan`.
    logic_multipliers : bool
        Whether products are made of logic instead of hardware multipliers.
    logic_memories : bool
        Whether small memories, that of the queue in front included, are made of logic instead of block RAM.
    """

    word: Size
    lanes: Size
    pe: Size = 1
    depths: tuple[Size, ...] = ()
    logic_multipliers: bool = False
    logic_memories: bool = False


@dataclass(frozen=True, eq=False)
class EnginePlan(ABC):
    """One layer on one engine: words of activations in, a queue of words for the next engine out.

    Parameters
    ----------
    layer : Layer
    parameters : ParameterFormat
    input : IntegerRange
        Format of an input element.
    queue : QueuePlan
        The queue that the results leave by, shaped as the reader wants it.
    small_in_logic : Shapes or None
        Block RAM shapes beside which small memories are built of logic; None for block RAM in any case.
    """

    ROM_LATENCY: ClassVar[int] = 2
    """Cycles from a ROM's address to its data, with a register behind the block RAM."""

    engine: ClassVar[str]
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
    @abstractmethod
    def fold(self) -> Fold:
        """The fold that :meth:`make` made it of."""

    @property
    def lanes(self) -> int:
        """Elements of a beat that goes into the queue."""
        return self.queue.lanes

    @property
    @abstractmethod
    def word(self) -> int:
        """Elements of an input word."""

    @property
    @abstractmethod
    def replays(self) -> int:
        """How many times each input sample is read."""

    @property
    @abstractmethod
    def emissions(self) -> tuple[int, ...]:
        """Per accepted input word of a sample, the beats that its acceptance sends into the queue, one per cycle.

        The last word of the first pass sends some, and in that pass no word sends any before those sent earlier are
        in the queue.
        """

    @property
    @abstractmethod
    def latency(self) -> int:
        """Cycles from the acceptance of a word to the cycle in which its first beat enters the queue."""

    @property
    @abstractmethod
    def interval(self) -> int:
        """Cycles per sample when nothing else limits."""

    @property
    @abstractmethod
    def tail(self) -> int:
        """Cycles from the last word of a sample that arrives to the last beat that it sends into the queue, about."""

    @property
    @abstractmethod
    def multipliers(self) -> list[tuple[int, int, int]]:
        """(count, bits of one operand, bits of the other), both taken as signed; logic multipliers not included."""

    @property
    def logic_multipliers(self) -> int:
        """Products that are made of logic."""
        return 0

    @property
    def memories(self) -> tuple[MemoryPlan, ...]:
        """Every memory of the engine, its queue's included, named below the engine."""
        return (*self.own_memories, self.queue.memory("queue.memory"))

    @property
    def own_memories(self) -> tuple[MemoryPlan, ...]:
        """Those without the queue's."""
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

    def placed(self, memory: MemoryPlan) -> MemoryPlan:
        """The memory in block RAM or in logic, as the plan says."""
        return memory if self.small_in_logic is None else memory.in_logic_if_small(self.small_in_logic)

    @property
    @abstractmethod
    def logic_elements(self) -> int:
        """Analytic estimate of 4-input LUTs with flip-flop."""

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
        queue = self.queue
        gather = queue.word * queue.element.width * (2 if queue.word > queue.lanes else 0)
        return self.lanes * self.parameters.lane_logic + gather + 6 * queue.depth.bit_length() + 20
