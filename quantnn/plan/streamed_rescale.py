"""A per-feature requantizer in the stream: one lane per element of a word, a word per cycle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from quantnn.arithmetic import IntegerRange, ceil_div
from quantnn.layers import Layer, Rescale
from quantnn.plan.engine import EnginePlan, Fold
from quantnn.plan.memory import MemoryPlan
from quantnn.plan.parameters import ParameterFormat
from quantnn.plan.queue import QueuePlan

__all__ = ["StreamedRescalePlan"]


@dataclass(frozen=True, eq=False)
class StreamedRescalePlan(EnginePlan):
    """Adds the offset and requantizes, ``lanes`` features per cycle; words go in as wide as beats come out."""

    engine: ClassVar[str] = "streamed"
    layer_type: ClassVar[type[Layer]] = Rescale

    @classmethod
    def folds_within(cls, layer: Layer, interval: int, beat: int) -> Iterator[Fold]:
        lanes = ceil_div(ceil_div(layer.out_features, interval), beat) * beat
        if lanes <= layer.out_features:
            yield Fold(lanes, lanes)

    @classmethod
    def make(
        cls, layer: Layer, parameters: ParameterFormat, input: IntegerRange, queue: QueuePlan, fold: Fold
    ) -> Self:
        return cls(layer, parameters, input, queue)

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
    def multipliers(self) -> list[tuple[int, int, int]]:
        if not self.parameters.multiplies:
            return []
        multiplier = max(self.layer.requantizer.multipliers + self.layer.requantizer.negative_multipliers)
        return [(self.lanes, self.parameters.accumulator.width, multiplier.bit_length() + 1)]

    @property
    def memories(self) -> tuple[MemoryPlan, ...]:
        return self._common_memories()

    @property
    def logic_elements(self) -> int:
        return 2 * self.lanes * self.input.width + self._drain_logic()
