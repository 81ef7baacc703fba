"""A per-feature requantizer in the stream: one lane per element of a word, a word per cycle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from quantnn.arithmetic import IntegerRange
from quantnn.network.layers import Layer, Rescale
from quantnn.plan.engine import EnginePlan, Fold
from quantnn.plan.memory import Shapes
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.queue import QueuePlan

__all__ = ["StreamedRescalePlan"]


@dataclass(frozen=True, eq=False)
class StreamedRescalePlan(EnginePlan):
    """Adds the offset and requantizes, ``lanes`` features per cycle; words go in as wide as beats come out."""

    engine: ClassVar[str] = "streamed"
    layer_type: ClassVar[type[Layer]] = Rescale

    @classmethod
    def choices(cls, layer: Layer, beat: int, shapes: Shapes, spare: int = 0) -> Iterator[Fold]:
        """Any number of lanes that the arriving beats fill."""
        for lanes in range(beat, layer.out_features + 1, beat):
            yield Fold(lanes, lanes)
            yield Fold(lanes, lanes, logic_memories=True)

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
