"""The plan of a board's replay: samples in block RAM that pass the core back to back, and what counts the answers."""

from __future__ import annotations

from dataclasses import dataclass

from quantnn.arithmetic import ceil_div
from quantnn.beats import BeatFormat
from quantnn.plan.memory import MemoryPlan, Shapes, split_depths

__all__ = ["COUNTER_BITS", "REPLAY_BYTES", "ReplayPlan"]

COUNTER_BITS = 32
REPLAY_BYTES = 20
"""Bytes of what is told of a replay: answers, right ones, those that are the reference's, cycles, and the set's CRC."""

_GAP = 3
_LOGIC = 290
_SCROLL = 225
"""Logic elements, estimated from LUT4s and flip-flops that Yosys made for an ECP5: within 4 % for 72 to 784 bits."""


@dataclass(frozen=True)
class ReplayPlan:
    """A set of samples on a board, the class that the reference gives each, and perhaps its true one.

    Parameters
    ----------
    input, output : BeatFormat
        The core's streams.
    samples : int
        At least 1.
    labelled : bool
        Whether the true classes are known.
    shapes : tuple of (int, int)
        What block RAM there is, as :class:`MemoryPlan` has it.
    displays : int
        Seven-segment displays on which the counts scroll past, 0 for none.

    Raises
    ------
    ValueError
        There are no samples, or the network does not classify.
    """

    input: BeatFormat
    output: BeatFormat
    samples: int
    labelled: bool
    shapes: Shapes
    displays: int = 0

    def __post_init__(self) -> None:
        if self.samples < 1:
            raise ValueError(f"A replay must have at least 1 sample, not {self.samples}")
        if not self.output.class_width:
            raise ValueError("A replay must have classes to count, and the network gives values")

    @property
    def words(self) -> int:
        """Beats of all samples."""
        return self.samples * self.input.beats

    @property
    def sample_memory(self) -> MemoryPlan:
        """The beats, one sample after the other."""
        return self._memory("player.samples", self.words, self.input.tdata_width)

    @property
    def expected_memory(self) -> MemoryPlan:
        """The reference's classes."""
        return self._memory("counters.expected", self.samples, self.output.class_width)

    @property
    def label_memory(self) -> MemoryPlan:
        """The true classes, where they are known."""
        return self._memory("counters.labels", self.samples, self.output.class_width)

    @property
    def memories(self) -> tuple[MemoryPlan, ...]:
        """Every memory of the replay, named by its place in the module hierarchy."""
        known = (self.label_memory,) if self.labelled else ()
        return (self.sample_memory, self.expected_memory, *known)

    @property
    def block_ram(self) -> int:
        """Block RAMs that they take."""
        return sum(memory.blocks(self.shapes) for memory in self.memories)

    @property
    def signs(self) -> int:
        """Places on the band that scrolls over the displays: right of all, C, cycles, and a gap behind them."""
        return 2 * len(str(self.samples)) + len("- C") + len(str((1 << COUNTER_BITS) - 1)) + _GAP

    @property
    def logic_elements(self) -> int:
        """Estimate, memories not counted: control, the beats' choice behind stacked blocks, and before the core."""
        width = self.input.tdata_width
        depths = self.sample_memory.depths
        choices = sum(self._stacked(depth) - 1 for depth in depths) + max(1, len(depths) - 1)
        total = _LOGIC + width * (1 + choices)
        return total + (_SCROLL + 6 * self.signs + 9 * self.displays if self.displays else 0)

    def _stacked(self, depth: int) -> int:
        """Blocks behind each other of a part of the samples' memory: the deepest shape of those that need fewest."""
        width = self.input.tdata_width
        needed = [(ceil_div(depth, deep) * ceil_div(width, wide), ceil_div(depth, deep)) for deep, wide in self.shapes]
        return min(needed)[1]

    def _memory(self, name: str, words: int, width: int) -> MemoryPlan:
        return MemoryPlan(name, words, width, split_depths(words, width, self.shapes))
