"""A core in the simulator, under the conditions that it has to stand."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path

from quantnn.arithmetic import Integers
from quantnn.beats import BeatFormat
from quantnn.design.interface import CoreInterface
from quantnn.design.vectors import Vectors
from quantnn.errors import ToolError
from quantnn.network.network import IntegerNetwork
from quantnn.network.samples import blocks
from quantnn.sim.device import Device, Tap
from quantnn.sim.frames import Frames
from quantnn.sim.simulator import Run, Simulator
from quantnn.system.scratch import scratch_folder
from quantnn.verify.findings import Difference, Findings
from quantnn.verify.runs import SimulationRun

__all__ = ["CoreBench", "adversities", "any_frames"]

_STALLED_SAMPLES = 64
_STALLS = 0.375
"""Share of the cycles in which a stalling source or sink waits, at least."""
_RESETS = 12
_LATENCY_SEEN = 100
"""Cycles beyond two intervals that a source waits at most for a core to run empty."""
_PARTS = 6
"""Times that the first samples go through again."""
_PARTS_PER_JOB = 8
_SPLIT_CYCLES = 100_000
"""Simulated cycles from which on a run is split over several processes, and worth being compiled for speed."""
_SMOOTH = Run(samples=0, patience=0)
"""No stalls and no resets; samples and patience are filled in for each run."""


def adversities(interface: CoreInterface) -> dict[str, Run]:
    """Conditions under which the first samples go through again, by what they are called."""
    slow_in, slow_out = _slow(interface.input, interface.interval), _slow(interface.output, interface.interval)
    return {
        "a stalling source, from power-up without a reset": replace(
            _SMOOTH, stall_in=max(slow_in, _rare(interface)), reset=False, seed=2
        ),
        "a stalling sink": replace(_SMOOTH, stall_out=slow_out, seed=3),
        "a stalling source and sink": replace(_SMOOTH, stall_in=slow_in, stall_out=slow_out, seed=4),
        "resets in mid-stream": replace(_SMOOTH, stall_out=(1 + slow_out) / 2, resets=_resets(interface), seed=5),
        "resets at full speed": replace(_SMOOTH, resets=_resets(interface), seed=7),
    }


def any_frames(interface: CoreInterface) -> Run:
    """Conditions under which frames of any length go through."""
    return replace(_SMOOTH, stall_in=_STALLS, stall_out=_slow(interface.output, interface.interval), seed=6)


def _slow(stream: BeatFormat, interval: int) -> float:
    """The share of cycles that one end has to stall to be slower than the core, so that queues run full or empty."""
    return max(_STALLS, 1 - stream.beats / (2 * interval))


def _rare(interface: CoreInterface) -> float:
    """The share of cycles that a source has to stall so that a core often runs empty between samples."""
    enough = min(interface.latency, 2 * interface.interval + _LATENCY_SEEN)
    return max(0.0, 1 - interface.input.beats / (2 * enough))


def _resets(interface: CoreInterface) -> tuple[int, ...]:
    """Cycles of resets that meet the full pipeline at different places of a sample."""
    full = interface.latency + 2 * interface.interval + 50
    return tuple(full * number + number * (number * interface.interval // _RESETS) for number in range(1, _RESETS + 1))


@dataclass(frozen=True, eq=False)
class CoreBench:
    """A core between a source of samples and checkers of what the reference answers.

    Parameters
    ----------
    device : Device
        The core, as Verilog or as a netlist.
    interface : CoreInterface
    vectors : Vectors
    lengths : int64 array of shape (n,), optional
        Beats of each sample's frame, if they are not all right.
    optimize : bool
        Whether to compile for speed, which takes twice as long.
    """

    device: Device
    interface: CoreInterface
    vectors: Vectors
    lengths: Integers | None = None
    optimize: bool = True

    @classmethod
    def of_design(cls, folder: Path, interface: CoreInterface, vectors: Vectors) -> CoreBench:
        """Around the core of an exported folder."""
        taps = tuple(Tap(tap.valid, tap.data, tap.format) for tap in interface.taps)
        verilog = folder / "core" / f"{interface.module}.v"
        device = Device(interface.module, verilog, interface.input, interface.output, taps)
        cycles = interface.interval * (len(vectors.inputs) + _PARTS * min(_STALLED_SAMPLES, len(vectors.inputs)))
        return cls(device, interface, vectors, optimize=cycles >= _SPLIT_CYCLES)

    @cached_property
    def simulator(self) -> Simulator:
        """What runs it."""
        return Simulator([self.device], optimize=self.optimize)

    @property
    def _settled(self) -> int:
        """Samples after which the pace is steady."""
        return 2 * len(self.device.taps) + 4

    @property
    def _patience(self) -> int:
        return 4 * self.interface.latency + 40 * self.interface.interval + 1000

    def parts(self, jobs: int) -> list[SimulationRun]:
        """All samples without a stall, split over several simulations where they are many.

        Each part is long enough for its interval to be measured; there are more parts than ``jobs``, so that one sees
        how far they are.
        """
        count = len(self.vectors.inputs)
        cycles, parts = count * self.interface.interval, 1
        if cycles >= _SPLIT_CYCLES:
            rounds = min(-(-cycles // (_SPLIT_CYCLES * jobs)), _PARTS_PER_JOB)
            parts = max(1, min(rounds * jobs, count // (2 * self._settled + 2)))
        ends = [count * part // parts for part in range(parts + 1)]
        return [SimulationRun(end - first, partial(self.run, first, end)) for first, end in pairwise(ends)]

    def again(self, conditions: Run) -> SimulationRun:
        """The first samples under other conditions."""
        count = min(_STALLED_SAMPLES, len(self.vectors.inputs))
        return SimulationRun(count, partial(self.run, 0, count, conditions))

    def with_other_frames(self, network: IntegerNetwork) -> CoreBench:
        """The first samples in frames of any length."""
        frames = Frames.of_any_length(self.interface.input, self.vectors.inputs[:_STALLED_SAMPLES])
        return replace(self, vectors=Vectors(network, frames.answered), lengths=frames.lengths)

    def run(
        self,
        first: int,
        end: int,
        conditions: Run = _SMOOTH,
        simulator: Simulator | None = None,
        keep: Path | None = None,
    ) -> Findings:
        """One simulation of the samples from ``first`` to before ``end``; ``keep`` takes the waveform."""
        count = end - first
        warm = min(count - 1, self._settled)
        run = replace(conditions, samples=count, patience=self._patience, warm=warm)
        with scratch_folder(keep=ToolError) as work:
            for rows in blocks(count):
                start, stop = first + rows.start, first + rows.stop
                samples, answer = self.vectors.part(start, stop)
                lengths = None if self.lengths is None else self.lengths[start:stop]
                frames = Frames(self.interface.input, samples, lengths, seed=1 + rows.start)
                self.device.write_vectors(work, frames, answer.layers, behind=rows.start > 0)
            raw = (simulator or self.simulator).run(run, work)
            if keep is not None:
                shutil.move(work / "wave.vcd", keep)
        return Findings.read(raw, 0, self.interface, count, warm, first)

    def record(self, sample: int, target: Path) -> None:
        """A waveform of a sample alone."""
        self.run(sample, sample + 1, simulator=Simulator([self.device], wave=True), keep=target)

    def record_failure(self, difference: Difference | None, target: Path) -> int:
        """A waveform of the failing sample alone, or, if it takes others to fail, of all up to it; which that is."""
        sample = difference.sample if difference else 0
        simulator = Simulator([self.device], wave=True)
        alone = self.run(sample, sample + 1, simulator=simulator, keep=target)
        if not alone.failures:
            self.run(0, sample + 1, simulator=simulator, keep=target)
        return sample
