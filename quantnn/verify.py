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

from quantnn.beats import BeatFormat
from quantnn.errors import InputError, VerificationError
from quantnn.export import write_report
from quantnn.findings import Difference, Findings
from quantnn.interface import CORE, CoreInterface
from quantnn.network_file import load_network
from quantnn.report import load_report
from quantnn.sim.device import Device, Tap
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
    source, at the sink and at both, and once with resets in mid-stream.

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
    slow_in, slow_out = (_slow(stream, interface.interval) for stream in (interface.input, interface.output))
    stalling = {"source": (slow_in, 0.0), "sink": (0.0, slow_out), "source and sink": (slow_in, slow_out)}
    for name, (stall_in, stall_out) in stalling.items():
        step(f"simulating with a stalling {name}")
        found += bench.part(stall_in=stall_in, stall_out=stall_out)
    step("simulating resets in mid-stream")
    found += bench.part(stall_out=slow_out, resets=_resets(interface))

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


def _slow(stream: BeatFormat, interval: int) -> float:
    """The share of cycles that one end has to stall to be slower than the core, so that queues run full or empty."""
    return max(_STALLS, 1 - stream.beats / (2 * interval))


def _resets(interface: CoreInterface) -> tuple[int, ...]:
    """Cycles of resets that meet the full pipeline at different places of a sample."""
    full = interface.latency + 2 * interface.interval + 50
    return tuple(full * number + number * (number * interface.interval // _RESETS) for number in range(1, _RESETS + 1))


@dataclass(frozen=True, eq=False)
class _Bench:
    """The bench around one exported core."""

    folder: Path
    interface: CoreInterface
    vectors: Vectors

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

    def part(self, stall_in: float = 0.0, stall_out: float = 0.0, resets: tuple[int, ...] = ()) -> Findings:
        """The first samples under stalls or with resets."""
        conditions = replace(_SMOOTH, stall_in=stall_in, stall_out=stall_out, resets=resets)
        return self.run(0, min(_STALLED_SAMPLES, len(self.vectors.inputs)), conditions)

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
        self.device.write_vectors(work, samples, layers)
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
