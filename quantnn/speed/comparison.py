"""The same network on this computer and on the FPGA."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quantnn.design.report import load_report
from quantnn.design.vectors import Vectors
from quantnn.errors import InputError
from quantnn.network.file import load_network
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import answers
from quantnn.network.samples import blocks
from quantnn.speed.contenders import CONTENDERS, Contender, NumpyFloat32, OnnxRuntime
from quantnn.speed.cpu import Cpu, blas_is_limited
from quantnn.speed.float_steps import Float32
from quantnn.speed.fpga import FpgaSpeed, LinkSpeed
from quantnn.speed.timing import Clock, Effort, Timing, measure
from quantnn.speed.verdict import Figure, verdicts
from quantnn.system.progress import SILENT, Progress

__all__ = ["BATCH", "CpuSpeed", "SpeedComparison", "compare_speed"]

BATCH = 256
"""Samples of a batch."""

EFFORT = Effort()
FORMAT, VERSION = "quantnn speed", 1


@dataclass(frozen=True)
class CpuSpeed:
    """One way to answer on this computer.

    Parameters
    ----------
    name, version : str
        What it is, and of which version.
    threads : int or None
        How many it was allowed; None where it could not be told.
    single, batch : Timing
        Of one sample, and of 256 together.
    """

    name: str
    version: str
    threads: int | None
    single: Timing
    batch: Timing

    @property
    def samples_per_second(self) -> float:
        """In batches."""
        return BATCH / self.batch.median

    def __str__(self) -> str:
        count = {None: "", 1: " with 1 thread"}
        return f"{self.name}{count.get(self.threads, f' with {self.threads} threads')}"


@dataclass(frozen=True)
class SpeedComparison:
    """What ``quantnn bench`` finds.

    Parameters
    ----------
    model, board : str
        As in the report.
    macs : int
        Multiplications per sample.
    cpu : Cpu
    on_cpu : tuple of CpuSpeed
    not_measured : tuple of (str, str)
        What could not be measured on this computer, and why.
    empty_call : Timing or None
        What a call of onnxruntime takes that computes nothing; None where it is missing.
    agreement : (int, int) or None
        Vectors that the float32 network puts into the integer network's class, and all; None without classes.
    core : FpgaSpeed
    link : LinkSpeed or None
        None where the board has none.
    faults : tuple of str
        Sentences: what makes the FPGA's figures doubtful.
    """

    model: str
    board: str
    macs: int
    cpu: Cpu
    on_cpu: tuple[CpuSpeed, ...]
    not_measured: tuple[tuple[str, str], ...]
    empty_call: Timing | None
    agreement: tuple[int, int] | None
    core: FpgaSpeed
    link: LinkSpeed | None
    faults: tuple[str, ...] = ()

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Which wins where, a sentence each."""
        link = self.link
        return verdicts(
            [Figure(str(speed), speed.single.median, speed.samples_per_second) for speed in self.on_cpu],
            Figure(f"the FPGA core at {self.core.clock}", self.core.latency_seconds, self.core.samples_per_second),
            Figure("the FPGA behind its link", link.latency_seconds, link.samples_per_second) if link else None,
        )

    def to_json(self) -> dict[str, Any]:
        """For programs: every duration in seconds."""
        link = self.link
        return {
            "format": FORMAT,
            "version": VERSION,
            "model": self.model,
            "board": self.board,
            "macs": self.macs,
            "cpu": asdict(self.cpu),
            "on_cpu": [_row(speed) for speed in self.on_cpu],
            "not_measured": [{"name": name, "reason": reason} for name, reason in self.not_measured],
            "empty_call": self.empty_call and asdict(self.empty_call),
            "agreement": self.agreement and {"samples": self.agreement[1], "equal": self.agreement[0]},
            "core": {
                **asdict(self.core),
                "latency_seconds": self.core.latency_seconds,
                "samples_per_second": self.core.samples_per_second,
            },
            "link": link
            and {
                "baud": link.baud,
                "sample_bytes": link.sample_bytes,
                "answer_bytes": link.answer_bytes,
                "latency_seconds": link.latency_seconds,
                "samples_per_second": link.samples_per_second,
            },
            "energy": None,
            "verdicts": [*self.verdicts],
            "faults": [*self.faults],
        }


def compare_speed(
    design: Path,
    effort: Effort = EFFORT,
    *,
    progress: Progress = SILENT,
    clock: Clock = time.perf_counter,
) -> SpeedComparison:
    """Time the network of an exported folder on this computer, and put what the FPGA does beside it.

    On this computer, samples lie in memory as float32, and answers too when the clock stops. The FPGA's figures are
    cycles by the clock, as :class:`~quantnn.speed.fpga.FpgaSpeed` and :class:`~quantnn.speed.fpga.LinkSpeed` have it.

    Raises
    ------
    InputError
        The folder is no exported design, or damaged.
    VerificationError
        Its vectors are not those of its network.
    """
    report = load_report(design)
    core, link = FpgaSpeed.of_report(report), LinkSpeed.of_report(report)
    network = load_network(design / "network.npz")
    vectors = Vectors.load(design / "vectors", network)
    cpu = Cpu.here()
    stopwatch = _Stopwatch(vectors.inputs[:BATCH].astype(np.float32), cpu, effort, clock, progress)
    contenders: list[Contender] = []
    missing = []
    for kind in CONTENDERS:
        try:
            contenders.append(kind(network))
        except InputError as error:
            missing.append((kind.name, str(error)))
    progress("timing this computer", sum(map(stopwatch.rounds, contenders)), "rounds")
    on_cpu = [speed for contender in contenders for speed in stopwatch.time(contender)]
    verification = report.verification
    fault = "the design failed its verification: the FPGA's figures are those of a design that answers wrongly"
    return SpeedComparison(
        report.model,
        report.board,
        network.macs,
        cpu,
        tuple(on_cpu),
        tuple(missing),
        stopwatch.time_empty(network),
        _agreement(network, vectors),
        core,
        link,
        (fault,) if verification is not None and not verification.passed else (),
    )


@dataclass(frozen=True, eq=False)
class _Stopwatch:
    """Times contenders on the first samples (n, in_features), as often as they are needed to fill a batch."""

    samples: Float32
    cpu: Cpu
    effort: Effort
    clock: Clock
    progress: Progress

    def _thread_counts(self, contender: Contender) -> tuple[int | None, ...]:
        told = isinstance(contender, OnnxRuntime) or blas_is_limited()
        return self.cpu.thread_counts if told else (None,)

    def rounds(self, contender: Contender) -> int:
        """How often it is timed."""
        return 2 * len(self._thread_counts(contender))

    def time(self, contender: Contender) -> list[CpuSpeed]:
        """One entry per count of threads."""
        return [
            CpuSpeed(
                contender.name,
                contender.version,
                threads,
                self._timing(contender, 1, threads),
                self._timing(contender, BATCH, threads),
            )
            for threads in self._thread_counts(contender)
        ]

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
        with contender.ready(batch, threads) as answer:
            timing = measure(answer, self.effort, self.clock)
        self.progress.advance(1, "")
        return timing


def _agreement(network: IntegerNetwork, vectors: Vectors) -> tuple[int, int] | None:
    """How many vectors the float32 network puts into the same class, of all."""
    if not network.classify:
        return None
    try:
        numpy = NumpyFloat32(network)
    except InputError:
        return None
    same = 0
    for rows, exact in zip(blocks(len(vectors.inputs)), answers(network, vectors.inputs), strict=True):
        same += int((numpy.answer(vectors.inputs[rows].astype(np.float32)) == exact.classes).sum())
    return same, len(vectors.inputs)


def _row(speed: CpuSpeed) -> dict[str, Any]:
    return {**asdict(speed), "samples_per_second": speed.samples_per_second}
