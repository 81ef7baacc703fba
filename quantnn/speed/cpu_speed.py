"""How fast this computer is, one way."""

from __future__ import annotations

from dataclasses import dataclass

from quantnn.speed.accuracy import Share
from quantnn.speed.timing import Timing

__all__ = ["BATCH", "CpuSpeed"]

BATCH = 256
"""Samples of a batch."""


@dataclass(frozen=True)
class CpuSpeed:
    """One way to answer on this computer.

    Parameters
    ----------
    name, version : str
        What it is, and of which version.
    threads : int or None
        How many it was allowed; None where it could not be told.
    single, batch, large : Timing
        Of one sample, of 256 together, and of ``large_samples``.
    large_samples : int
    elements : str
        As what samples lie in memory.
    model : str
        The file of another network than the design's; empty for that.
    right : Share or None
        Labelled samples that it puts into their class; None where no sample has a label.
    """

    name: str
    version: str
    threads: int | None
    single: Timing
    batch: Timing
    large: Timing
    large_samples: int
    elements: str = "float32"
    model: str = ""
    right: Share | None = None

    @property
    def samples_per_second(self) -> float:
        """In batches of the better size."""
        return max(BATCH / self.batch.median, self.large_samples / self.large.median)

    @property
    def title(self) -> str:
        """What it is, and of which network if that is not the design's."""
        return f"{self.name}, {self.model}" if self.model else self.name

    def __str__(self) -> str:
        count = {None: "", 1: " with 1 thread"}
        of = f" of {self.model}" if self.model else ""
        return f"{self.name}{of}{count.get(self.threads, f' with {self.threads} threads')}"
