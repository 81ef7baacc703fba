"""How long a function takes: the median of many runs, and how far they spread."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Clock", "Effort", "Timing", "measure"]

Clock = Callable[[], float]
"""Seconds since some moment."""


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Parameters
    ----------
    seconds : float
        How long all runs take together, at least; greater than 0. A third of it more goes into warming up.
    run_seconds : float
        What a run takes at least: so long that the clock's resolution does not count, and so short that few runs are
        interrupted by other programs. Greater than 0.
    runs : int
        The least number of runs, at least 3.
    """

    seconds: float = 0.6
    run_seconds: float = 0.0005
    runs: int = 31

    def __post_init__(self) -> None:
        for name in ("seconds", "run_seconds"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} must exceed 0, not be {getattr(self, name)}")
        if self.runs < 3:
            raise ValueError(f"There must be at least 3 runs, not {self.runs}")


@dataclass(frozen=True)
class Timing:
    """What one call takes.

    Parameters
    ----------
    median : float
        Of the runs, in seconds per call.
    low, high : float
        The lower and the upper quartile: half of the runs lie between them.
    runs : int
        How many there were.
    calls : int
        Calls per run, of which a run is the mean.
    """

    median: float
    low: float
    high: float
    runs: int
    calls: int

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.median <= self.high < math.inf:
            raise ValueError(f"A timing must have ascending seconds, not {self.low}, {self.median}, {self.high}")

    @property
    def spread(self) -> float:
        """Distance of the quartiles as a share of the median."""
        return (self.high - self.low) / self.median


def measure(function: Callable[[], object], effort: Effort, clock: Clock = time.perf_counter) -> Timing:
    """Time a function: warm up, choose how many calls make a run, then run again and again.

    The garbage collector rests meanwhile.
    """

    def run(calls: int) -> float:
        start = clock()
        for _ in range(calls):
            function()
        return clock() - start

    calls, spent = 1, 0.0
    while True:
        taken = run(calls)
        spent += taken
        if taken < effort.run_seconds:
            calls *= 2
        elif spent >= effort.seconds / 3:
            break
    collecting = gc.isenabled()
    gc.disable()
    try:
        times: list[float] = []
        spent = 0.0
        while len(times) < effort.runs or spent < effort.seconds:
            times.append(run(calls))
            spent += times[-1]
    finally:
        if collecting:
            gc.enable()
    low, median, high = (taken / calls for taken in statistics.quantiles(times, n=4, method="inclusive"))
    return Timing(median, low, high, len(times), calls)
