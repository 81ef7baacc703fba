"""The plan of a board's top: what stands around the core, and what that takes."""

from __future__ import annotations

from dataclasses import dataclass

from quantnn.beats import BeatFormat
from quantnn.plan.cost import Cost, memory_cost
from quantnn.plan.link import LinkPlan
from quantnn.plan.memory import MemoryPlan
from quantnn.plan.replay import ReplayPlan
from quantnn.plan.resources import Resources

__all__ = ["BoardPlan"]

_SHARED = 160
_PLAYER = 180
"""Logic elements, estimated from LUT4s and flip-flops that Yosys made for an ECP5."""


@dataclass(frozen=True)
class BoardPlan:
    """What stands around the core on a board.

    Parameters
    ----------
    input, output : BeatFormat
        The core's streams.
    samples : int
        Built-in samples, which somebody can select; 0 for none.
    link : LinkPlan or None
        The host link, where the board has one.
    replay : ReplayPlan, optional
        The stored set, if there is one; the built-in samples are its first.
    """

    input: BeatFormat
    output: BeatFormat
    samples: int
    link: LinkPlan | None
    replay: ReplayPlan | None = None

    @property
    def memories(self) -> tuple[MemoryPlan, ...]:
        """Every memory outside the core."""
        built_in: tuple[MemoryPlan, ...] = ()
        if self.replay:
            built_in = self.replay.memories
        elif self.samples:
            words = self.samples * self.input.beats
            built_in = (MemoryPlan("samples", words, self.input.tdata_width),)
        return (*built_in, *(self.link.memories if self.link else ()))

    @property
    def logic_elements(self) -> int:
        """Analytic estimate, memories not counted."""
        total = _SHARED + self.input.tdata_width + self.output.tdata_width
        if self.samples:
            total += _PLAYER + self.input.tdata_width
        if self.replay:
            total += self.replay.logic_elements
        return total + (self.link.logic_elements if self.link else 0)

    def cost(self, resources: Resources) -> Cost:
        """What it takes of a device."""
        return Cost(0, 0, self.logic_elements) + memory_cost(self.memories, resources)
