"""Times what answers on this computer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from quantnn.errors import InputError
from quantnn.network.network import IntegerNetwork
from quantnn.speed.accuracy import Labelled
from quantnn.speed.contenders import Contender, OnnxRuntime
from quantnn.speed.cpu import Cpu
from quantnn.speed.cpu_speed import BATCH, CpuSpeed
from quantnn.speed.float_steps import Float32
from quantnn.speed.timing import Clock, Effort, Timing, measure
from quantnn.system.progress import Progress

__all__ = ["Stopwatch", "large_batch"]

_LARGE = 8192
_LARGE_VALUES = 1 << 24
_FEWER = 3
"""Large batches are long runs, of which fewer will do."""


def large_batch(in_features: int) -> int:
    """Samples of a large batch: 8,192, or as many as 64 MiB of floats hold, and 256 at least."""
    return max(BATCH, min(_LARGE, _LARGE_VALUES // in_features))


@dataclass(frozen=True, eq=False)
class Stopwatch:
    """Times contenders on the first samples (n, in_features), as often as they are needed to fill a batch."""

    samples: Float32
    large: int
    cpu: Cpu
    effort: Effort
    labelled: Labelled | None
    clock: Clock
    progress: Progress

    def _thread_counts(self, contender: Contender) -> tuple[int | None, ...]:
        return self.cpu.thread_counts if contender.limited else (None,)

    def rounds(self, contender: Contender) -> int:
        """How often it is timed."""
        return 3 * len(self._thread_counts(contender))

    def time(self, contender: Contender, model: str) -> list[CpuSpeed]:
        """One entry per count of threads."""
        right = None if self.labelled is None else self.labelled.right(contender)
        speeds = []
        for threads in self._thread_counts(contender):
            single, batch, large = (self._timing(contender, count, threads) for count in (1, BATCH, self.large))
            speeds.append(
                CpuSpeed(
                    contender.name, contender.version, threads, single, batch, large, self.large,
                    contender.elements, model, right,
                )
            )  # fmt: skip
        return speeds

    def time_empty(self, network: IntegerNetwork) -> Timing | None:
        """What a call of onnxruntime takes; None where it is missing."""
        self.progress("timing a call of onnxruntime that computes nothing")
        try:
            return self._timing(OnnxRuntime(network, empty=True), 1, 1)
        except InputError:
            return None

    def _timing(self, contender: Contender, count: int, threads: int | None) -> Timing:
        with_threads = "" if threads is None else f", threads: {threads}"
        self.progress.advance(0, f"{contender.name}, {count} at a time{with_threads}")
        batch = np.ascontiguousarray(np.resize(self.samples, (count, self.samples.shape[1])))
        effort = self.effort if count <= BATCH else replace(self.effort, runs=max(3, self.effort.runs // _FEWER))
        with contender.ready(batch, threads) as answer:
            timing = measure(answer, effort, self.clock)
        self.progress.advance(1, "")
        return timing
