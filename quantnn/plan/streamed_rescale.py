"""A per-feature requantizer in the stream: one lane per element of a word, a word per cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from quantnn.plan.engine import EnginePlan
from quantnn.plan.memory import MemoryPlan

__all__ = ["StreamedRescalePlan"]


@dataclass(frozen=True, eq=False)
class StreamedRescalePlan(EnginePlan):
    """Adds the offset and requantizes, ``lanes`` features per cycle; words go in as wide as beats come out."""

    engine: ClassVar[str] = "streamed"
    PARAMETER_LATENCY: ClassVar[int] = 2
    """Parameter read and parameter register."""

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
        return self.PARAMETER_LATENCY + self.parameters.latency

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
