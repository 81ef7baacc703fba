"""The plan of a whole core: its streams, its engines, what they cost and how long they take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import ClassVar

from quantnn.beats import BeatFormat
from quantnn.network.network import IntegerNetwork
from quantnn.plan.engine import EnginePlan
from quantnn.plan.memory import MemoryPlan
from quantnn.plan.queue import QueuePlan
from quantnn.plan.timing import Timing, simulate

__all__ = ["CorePlan", "classifier_latency"]


def classifier_latency(format: BeatFormat) -> int:
    """Cycles from a beat of logits to the same beat with its class: a tree over the beat, and the beats before."""
    return 2 + max(1, (format.per_beat - 1).bit_length())


@dataclass(frozen=True, eq=False)
class CorePlan:
    """How a network becomes a core: engines for its layers, a queue after each, AXI4-Streams at the ends.

    Parameters
    ----------
    network : IntegerNetwork
    input, output : BeatFormat
        The core's streams.
    input_queue : QueuePlan or None
        In front of the first engine, unless that reads the input's beats directly.
    engines : tuple of EnginePlan
        Each for a layer, or for some in a row; together, for all.
    """

    SLICE_LATENCY: ClassVar[int] = 1
    """Cycles that the register slice at either end of the core takes."""

    network: IntegerNetwork
    input: BeatFormat
    output: BeatFormat
    input_queue: QueuePlan | None
    engines: tuple[EnginePlan, ...]

    @property
    def reset_cycles(self) -> int:
        """Cycles for which the core keeps itself in reset after ``rst``, until its pipelines hold zeros."""
        return 2 + max(engine.latency for engine in self.engines)

    @property
    def places(self) -> tuple[int, ...]:
        """Per engine, the number of its first layer, which it is called after."""
        return tuple(accumulate((len(engine.layers) for engine in self.engines[:-1]), initial=0))

    @property
    def memories(self) -> tuple[MemoryPlan, ...]:
        """Every memory of the core, named by its place in the module hierarchy."""
        first = (self.input_queue.memory("input_stage.queue.memory"),) if self.input_queue else ()
        return first + tuple(
            replace(memory, name=f"layer_{number}.{memory.name}")
            for number, engine in zip(self.places, self.engines, strict=True)
            for memory in engine.memories
        )

    @property
    def interval(self) -> int:
        """The cycles per sample that the slowest engine, or the input, needs."""
        return max(self.input.beats, self.output.beats, *(engine.interval for engine in self.engines))

    @property
    def settling(self) -> int:
        """Samples until the core is full, and some more until its pace is steady."""
        return 4 * len(self.engines) + 8 + self.simulate(samples=1).latency // self.interval

    @cached_property
    def timing(self) -> Timing:
        """Latency and initiation interval by the cycle-exact model, back to back."""
        return self.simulate(self.settling)

    def simulate(self, samples: int, pace: int = 0) -> Timing:
        """Run the timing model: see :func:`quantnn.plan.timing.simulate`."""
        ends = classifier_latency(self.output) + 2 * self.SLICE_LATENCY
        return simulate(self.input.beats, self.input_queue, self.engines, ends, samples=samples, pace=pace)
