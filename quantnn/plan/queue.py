"""The queue between two engines."""

from __future__ import annotations

from dataclasses import dataclass

from quantnn.arithmetic import ceil_div
from quantnn.files.field_types import Count, Size
from quantnn.plan.memory import MemoryPlan
from quantnn.plan.range_pair import RangePair

__all__ = ["QueuePlan"]


@dataclass(frozen=True)
class QueuePlan:
    """Collects beats into words, stores whole samples and gives each ``replays`` times.

    Parameters
    ----------
    elements : int
        Elements of a sample.
    element : IntegerRange
        Format of an element.
    lanes : int
        Elements of an arriving beat.
    word : int
        Elements of a word that leaves, a multiple of ``lanes``.
    replays : int
        How many times a sample leaves: once per output fold of the engine that reads it.
    depth : int
        Words of memory, a power of two, at least those of one sample.
    in_logic : bool
        Whether the memory is built of logic.
    """

    elements: Size
    element: RangePair
    lanes: Size
    word: Size
    replays: Size = 1
    depth: Count = 0
    in_logic: bool = False

    def __post_init__(self) -> None:
        if self.word % self.lanes:
            raise ValueError(f"A word must be whole beats, but {self.lanes} lanes do not divide {self.word} elements")
        if self.depth and (self.depth < self.words or self.depth.bit_count() != 1):
            raise ValueError(f"A queue's depth must be a power of two of at least {self.words}, not {self.depth}")

    @property
    def beats(self) -> int:
        """Arriving beats of a sample."""
        return ceil_div(self.elements, self.lanes)

    @property
    def words(self) -> int:
        """Words of a sample."""
        return ceil_div(self.elements, self.word)

    def memory(self, name: str) -> MemoryPlan:
        """The memory that holds the words."""
        width = self.word * self.element.width
        return MemoryPlan(name, self.depth, width, writable=True, in_logic=self.in_logic)
