"""Proof by simulation: every layer of every sample, compared with the reference on every bit."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from quantnn.arithmetic import Integers
from quantnn.beats import BeatFormat
from quantnn.errors import InputError, VerificationError
from quantnn.export import write_report
from quantnn.findings import Difference, Findings
from quantnn.interface import CORE, CoreInterface
from quantnn.network import IntegerNetwork
from quantnn.network_file import load_network
from quantnn.report import load_report
from quantnn.sim.device import Device, Tap
from quantnn.sim.frames import Frames
from quantnn.sim.simulator import Run, Simulator
from quantnn.vectors import Vectors

__all__ = ["VerifyOptions", "verify"]

_STALLED_SAMPLES = 64
_STALLS = 0.375
"""Share of the cycles in which a stalling source or sink waits, at least."""
_RESETS = 12
_SPLIT_CYCLES = 100_000
"""Simulated cycles from which on a run is split over several processes."""


WAVE = "wave.vcd"
_SMOOTH = Run(samples=0, patience=0)
"""No stalls and no resets; samples and patience are filled in for each run."""


@dataclass(frozen=True)
class VerifyOptions:
    """How to verify.

    Parameters
    ----------
    samples : int or None
        Only the first samples of the folder's vectors; all by default.
    wave : bool
        Whether a failure leaves a waveform of the first failing sample, wave.vcd.
    jobs : int
        Simulations to run at the same time.
    """

    samples: int | None = None
    wave: bool = False
    jobs: int = 2


def verify(
    folder: Path, options: VerifyOptions = VerifyOptions(), step: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Simulate the exported core and compare it with the reference; returns the report with what was found.

    The reference answers anew: expected vectors that somebody changed are refused. Samples go through back to back,
    for which the initiation interval and the latency are measured; a part of them again with random stalls at the
    source, at the sink and at both, with resets in mid-stream, and in frames that end early or late.

    Raises
    ------
    InputError
        The folder is no exported design.
    VerificationError
        The hardware differs: the message names layer, neuron, sample, got and expected. The report is written first.
    ToolError
        The simulator is missing or failed.
    """
    started = time.monotonic()
    report = load_report(folder)
    step("computing the expected answers")
    network = load_network(folder / "network.npz")
    interface = CoreInterface.load(folder / "core" / "interface.json")
    vectors = Vectors.load(folder / "vectors", network)
    if options.samples is not None:
        if options.samples < 1:
            raise InputError(f"--samples must be at least 1, not {options.samples}")
        count = min(options.samples, len(vectors.inputs))
        vectors = Vectors(vectors.inputs[:count], vectors.expected.head(count))
    bench = _Bench(folder, interface, vectors)
    step("compiling the simulator (kept for the next time)")
    bench.simulator.program  # noqa: B018  compiles
    step(f"simulating {len(vectors.inputs)} samples back to back")
    found = bench.back_to_back(options.jobs)
    interval, latency = found.interval, found.latency
    for name, conditions in _adversities(interface).items():
        step(f"simulating {name}")
        found += bench.part(conditions)
    step("simulating frames that end early or late")
    found += bench.with_other_frames(network).part(_any_frames(interface)).prefixed("with tlast early or late")

    found = found.with_timing(interface, interval, latency)
    report["verification"] = {
        "passed": not found.failures,
        "samples": len(vectors.inputs),
        "layers": len(network.layers),
        "values_compared": found.values,
        "mismatches": found.mismatches,
        "first_difference": str(found.failures[0]) if found.failures else None,
        "simulator": bench.simulator.name,
        "seconds": round(time.monotonic() - started, 1),
    }
    report["ii_cycles"]["measured"] = interval
    report["latency_cycles"]["measured"] = latency
    if found.failures and options.wave:
        step("recording the first failing sample")
        bench.record(found.difference, folder / WAVE)
        report["files"] = sorted({*report["files"], WAVE})
    write_report(report, folder)
    if found.failures:
        raise VerificationError(f"The hardware differs from the reference: {found.failures[0]}")
    return report


def _adversities(interface: CoreInterface) -> dict[str, Run]:
    """Conditions under which the first samples go through again, by what they are called."""
    slow_in, slow_out = _slow(interface.input, interface.interval), _slow(interface.output, interface.interval)
    return {
        "a stalling source, from power-up without a reset": replace(_SMOOTH, stall_in=slow_in, reset=False, seed=2),
        "a stalling sink": replace(_SMOOTH, stall_out=slow_out, seed=3),
        "a stalling source and sink": replace(_SMOOTH, stall_in=slow_in, stall_out=slow_out, seed=4),
        "resets in mid-stream": replace(_SMOOTH, stall_out=slow_out, resets=_resets(interface), seed=5),
    }


def _any_frames(interface: CoreInterface) -> Run:
    """Conditions under which frames of any length go through."""
    return replace(_SMOOTH, stall_in=_STALLS, stall_out=_slow(interface.output, interface.interval), seed=6)


def _slow(stream: BeatFormat, interval: int) -> float:
    """The share of cycles that one end has to stall to be slower than the core, so that queues run full or empty."""
    return max(_STALLS, 1 - stream.beats / (2 * interval))


def _resets(interface: CoreInterface) -> tuple[int, ...]:
    """Cycles of resets that meet the full pipeline at different places of a sample."""
    full = interface.latency + 2 * interface.interval + 50
    return tuple(full * number + number * (number * interface.interval // _RESETS) for number in range(1, _RESETS + 1))


@dataclass(frozen=True, eq=False)
class _Bench:
    """The bench around one exported core. ``lengths`` are the samples' frames', if they are not all right."""

    folder: Path
    interface: CoreInterface
    vectors: Vectors
    lengths: Integers | None = None

    @property
    def device(self) -> Device:
        taps = tuple(Tap(tap.valid, tap.data, tap.format) for tap in self.interface.taps)
        return Device(CORE, self.folder / "core" / f"{CORE}.v", self.interface.input, self.interface.output, taps)

    @property
    def simulator(self) -> Simulator:
        return Simulator([self.device])

    @property
    def _patience(self) -> int:
        return 4 * self.interface.latency + 40 * self.interface.interval + 1000

    def back_to_back(self, jobs: int) -> Findings:
        """All samples without a stall, split over ``jobs`` simulations where they are many."""
        count = len(self.vectors.inputs)
        if count * self.interface.interval < _SPLIT_CYCLES:
            jobs = 1
        ends = [count * job // jobs for job in range(jobs + 1)]
        with ThreadPoolExecutor(jobs) as pool:
            parts = list(pool.map(lambda job: self.run(ends[job], ends[job + 1]), range(jobs)))
        return sum(parts[1:], start=parts[0])

    def part(self, conditions: Run) -> Findings:
        """The first samples under other conditions."""
        return self.run(0, min(_STALLED_SAMPLES, len(self.vectors.inputs)), conditions)

    def with_other_frames(self, network: IntegerNetwork) -> _Bench:
        """The first samples in frames of any length."""
        frames = Frames.of_any_length(self.interface.input, self.vectors.inputs[:_STALLED_SAMPLES])
        return replace(self, vectors=Vectors.make(network, frames.answered), lengths=frames.lengths)

    def run(
        self,
        first: int,
        end: int,
        conditions: Run = _SMOOTH,
        simulator: Simulator | None = None,
        keep: Path | None = None,
    ) -> Findings:
        """One simulation of the samples from ``first`` to before ``end``; ``keep`` takes the waveform."""
        samples = self.vectors.inputs[first:end]
        layers = tuple(values[first:end] for values in self.vectors.expected.layers)
        warm = min(len(samples) - 1, 2 * len(layers) + 4)
        run = replace(conditions, samples=len(samples), patience=self._patience, warm=warm)
        work = Path(tempfile.mkdtemp(prefix="quantnn-"))
        lengths = None if self.lengths is None else self.lengths[first:end]
        self.device.write_vectors(work, Frames(self.interface.input, samples, lengths), layers)
        raw = (simulator or self.simulator).run(run, work)
        if keep is not None:
            keep.write_bytes((work / "wave.vcd").read_bytes())
        shutil.rmtree(work)  # unless the simulation broke off: then its log stays
        return Findings.read(raw, 0, self.interface, len(samples), warm, first)

    def record(self, difference: Difference | None, target: Path) -> None:
        """A waveform of the failing sample alone, or, if it takes others to fail, of all up to it."""
        sample = difference.sample if difference else 0
        simulator = Simulator([self.device], wave=True)
        alone = self.run(sample, sample + 1, simulator=simulator, keep=target)
        if not alone.failures:
            self.run(0, sample + 1, simulator=simulator, keep=target)
