"""What the plan of every engine says, whatever the engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from quantnn.arithmetic import IntegerRange, ceil_div
from quantnn.layers import Layer
from quantnn.plan.memory import MemoryPlan
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
    """

    word: int
    lanes: int
    pe: int = 1


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
    """

    ROM_LATENCY: ClassVar[int] = 2
    """Cycles from a ROM's address to its data, with a register behind the block RAM."""

    engine: ClassVar[str]
    layer_type: ClassVar[type[Layer]]

    layer: Layer
    parameters: ParameterFormat
    input: IntegerRange
    queue: QueuePlan

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        ENGINE_PLANS.setdefault(cls.layer_type, []).append(cls)

    @classmethod
    @abstractmethod
    def folds_within(cls, layer: Layer, interval: int, beat: int) -> Iterator[Fold]:
        """The useful folds that take at most ``interval`` cycles per sample, given beats of ``beat`` elements."""

    @classmethod
    @abstractmethod
    def make(
        cls, layer: Layer, parameters: ParameterFormat, input: IntegerRange, queue: QueuePlan, fold: Fold
    ) -> Self:
        """The plan of that fold; ``queue.lanes`` are the fold's."""

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
        """Per accepted input word of a sample, the beats that its acceptance sends into the queue, one per cycle."""

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
    def multipliers(self) -> list[tuple[int, int, int]]:
        """(count, bits of one operand, bits of the other), both taken as signed."""

    @property
    @abstractmethod
    def memories(self) -> tuple[MemoryPlan, ...]:
        """Every memory of the engine, its queue's included, named below the engine."""

    @property
    @abstractmethod
    def logic_elements(self) -> int:
        """Analytic estimate of 4-input LUTs with flip-flop."""

    @property
    def drain_latency(self) -> int:
        """Cycles from a sum to its output: the requantizer's, and those of the table where there is one."""
        return self.parameters.latency + (0 if self.layer.table is None else self.ROM_LATENCY)

    def _common_memories(self) -> tuple[MemoryPlan, ...]:
        channels, lanes = self.layer.out_features, self.lanes
        table = self.layer.table
        tables = () if table is None else tuple(
            MemoryPlan(f"drain.table_{lane}", 1 << table.index.width, table.output.width) for lane in range(lanes)
        )
        return (
            MemoryPlan("drain.parameters", ceil_div(channels, lanes), lanes * self.parameters.width),
            *tables,
            self.queue.memory("queue.memory"),
        )

    def _drain_logic(self) -> int:
        """Logic of ``lanes`` requantizers and of the queue: an adder bit or a register bit is one element."""
        parameters, queue = self.parameters, self.queue
        wide, out = parameters.product.width, self.layer.output.width
        lane = parameters.accumulator.width + 2 * wide + 2 * out
        if parameters.shifts_vary:
            lane += wide * max(self.layer.requantizer.shifts).bit_length()
        gather = queue.word * queue.element.width * (2 if queue.word > queue.lanes else 0)
        return self.lanes * lane + gather + 6 * queue.depth.bit_length() + 20
