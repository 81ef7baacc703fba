"""Simulations that do not depend on one another, as many at a time as there are cores for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from quantnn.system.progress import SILENT, Progress
from quantnn.verify.findings import Findings

__all__ = ["SimulationRun", "run_all"]


@dataclass(frozen=True)
class SimulationRun:
    """One of them.

    Parameters
    ----------
    samples : int
        How many go through.
    run : function
        Runs it.
    """

    samples: int
    run: Callable[[], Findings]


def run_all(runs: Sequence[SimulationRun], jobs: int, progress: Progress = SILENT) -> list[Findings]:
    """What they found, in their order; ``progress`` counts samples. If one fails, those that wait are not begun."""
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(each.run): each.samples for each in runs}
        try:
            for future in as_completed(futures):
                future.result()
                progress.advance(futures[future])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future in futures]
