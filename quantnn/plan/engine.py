"""What the plan of every engine says, whatever the engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.files.field_types import Size
from quantnn.network.layers import Layer
from quantnn.plan.memory import MemoryPlan, Shapes
from quantnn.plan.queue import QueuePlan

__all__ = ["EnginePlan", "Fold", "Tap"]


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


@dataclass(frozen=True)
class Tap:
    """Where a testbench sees a layer's results: two signals below the engine, and the beats that they show.

    Parameters
    ----------
    valid, data : str
        A strobe, and what it marks.
    format : BeatFormat
    """

    valid: str
    data: str
    format: BeatFormat


class EnginePlan(ABC):
    """One engine: words of activations in, a queue of words for the next engine out.

    Members
    -------
    layers : tuple of Layer
        What it builds, one or several in a row.
    input : IntegerRange
        Format of an input element.
    queue : QueuePlan
        The queue that the results leave by, shaped as the reader wants it.
    small_in_logic : Shapes or None
        Block RAM shapes beside which small memories are built of logic; None for block RAM in any case.
    """

    engine: ClassVar[str]

    input: IntegerRange
    queue: QueuePlan
    small_in_logic: Shapes | None

    @property
    @abstractmethod
    def layers(self) -> tuple[Layer, ...]: ...

    @property
    def output(self) -> IntegerRange:
        """Format of an output element."""
        return self.layers[-1].output

    @property
    def in_features(self) -> int:
        return self.layers[0].in_features

    @property
    def out_features(self) -> int:
        return self.layers[-1].out_features

    @property
    @abstractmethod
    def accumulators(self) -> tuple[IntegerRange, ...]:
        """What each layer's accumulators can be."""

    @property
    @abstractmethod
    def taps(self) -> tuple[Tap, ...]:
        """Where each layer's results can be seen."""

    @property
    @abstractmethod
    def fold(self) -> Fold:
        """The fold that it was made of."""

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
    @abstractmethod
    def own_memories(self) -> tuple[MemoryPlan, ...]:
        """Those without the queue's."""

    def placed(self, memory: MemoryPlan) -> MemoryPlan:
        """The memory in block RAM or in logic, as the plan says."""
        return memory if self.small_in_logic is None else memory.in_logic_if_small(self.small_in_logic)

    @property
    @abstractmethod
    def logic_elements(self) -> int:
        """Analytic estimate of 4-input LUTs with flip-flop."""

    @property
    @abstractmethod
    def layer_logic(self) -> tuple[int, ...]:
        """The same for each layer, the queue's part with the last."""

    def _queue_logic(self) -> int:
        queue = self.queue
        gather = queue.word * queue.element.width * (2 if queue.word > queue.lanes else 0)
        return gather + 6 * queue.depth.bit_length() + 20
