"""Layers in a row as one free-running pipeline: weights are wires, and a sample goes in every clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from quantnn.arithmetic import IntegerRange, ceil_div
from quantnn.beats import BeatFormat
from quantnn.network.layers import Layer
from quantnn.plan.engine import EnginePlan, Fold, Tap
from quantnn.plan.memory import MemoryPlan, Shapes
from quantnn.plan.queue import QueuePlan
from quantnn.plan.unrolled.pipeline import UnrolledPipeline

__all__ = ["UnrolledPlan"]


@dataclass(frozen=True, eq=False)
class UnrolledPlan(EnginePlan):
    """A word is a whole sample. Nothing in the pipeline ever waits: a sample enters when the queue has room for it.

    Parameters
    ----------
    pipeline : UnrolledPipeline
    input : IntegerRange
        Format of an input element.
    padded : int
        Elements of an input word: at least those of a sample, and what the arriving beats have more.
    queue, small_in_logic
        As :class:`~quantnn.plan.engine.EnginePlan` has them. Where the queue's lanes are fewer than the outputs,
        samples leave in several beats, and enter no faster.
    """

    engine: ClassVar[str] = "unrolled"
    PIPELINE: ClassVar[str] = "pipeline"
    """The instance in the engine that has the taps."""

    pipeline: UnrolledPipeline
    input: IntegerRange
    padded: int
    queue: QueuePlan
    small_in_logic: Shapes | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.padded < self.in_features:
            raise ValueError(f"A word must hold a sample's {self.in_features} elements, not {self.padded}")

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.pipeline.layers

    @property
    def word(self) -> int:
        return self.padded

    @property
    def accumulators(self) -> tuple[IntegerRange, ...]:
        found, box = [], self.pipeline.inputs
        for layer in self.layers:
            accumulators = layer.accumulator_box(box)
            found.append(accumulators.union)
            box = layer.finished_box(accumulators)
        return tuple(found)

    @property
    def taps(self) -> tuple[Tap, ...]:
        return tuple(
            Tap(
                f"{self.PIPELINE}.layer_{number}_valid",
                f"{self.PIPELINE}.layer_{number}_results",
                BeatFormat(layer.out_features, layer.output, layer.out_features),
            )
            for number, layer in enumerate(self.layers)
        )

    @property
    def fold(self) -> Fold:
        return Fold(self.word, self.lanes, logic_memories=self.small_in_logic is not None)

    @property
    def replays(self) -> int:
        return 1

    @property
    def beats(self) -> int:
        """Beats that a sample leaves in."""
        return ceil_div(self.out_features, self.lanes)

    @property
    def emissions(self) -> tuple[int, ...]:
        return (self.beats,)

    @property
    def latency(self) -> int:
        return self.pipeline.latency + (self.beats > 1)

    @property
    def interval(self) -> int:
        return self.beats

    @property
    def tail(self) -> int:
        return self.latency + self.beats - 1

    @property
    def multipliers(self) -> list[tuple[int, int, int]]:
        return []

    @property
    def own_memories(self) -> tuple[MemoryPlan, ...]:
        return ()

    @property
    def logic_elements(self) -> int:
        return sum(self.layer_logic)

    @property
    def layer_logic(self) -> tuple[int, ...]:
        *before, last = self.pipeline.layer_logic
        leaving = self.beats * self.lanes * self.output.width if self.beats > 1 else 0
        return (*before, last + leaving + self._queue_logic())
