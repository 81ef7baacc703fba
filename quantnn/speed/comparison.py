"""The same network on this computer and on the FPGA."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from quantnn.design.report import load_report
from quantnn.design.vectors import Vectors
from quantnn.errors import InputError
from quantnn.network.file import load_network
from quantnn.speed.accuracy import Labelled, Share, agreement
from quantnn.speed.contenders import CONTENDERS, FLOATS, Contender, IntegerReference
from quantnn.speed.cpu import Cpu
from quantnn.speed.cpu_speed import CpuSpeed
from quantnn.speed.feed import SDRAM_BITS_PER_SECOND, Feed
from quantnn.speed.fpga import FpgaSpeed, LinkSpeed
from quantnn.speed.rival import Rival
from quantnn.speed.stopwatch import Stopwatch, large_batch
from quantnn.speed.timing import Clock, Effort, Timing
from quantnn.speed.verdict import Figure, verdicts
from quantnn.system.progress import SILENT, Progress

__all__ = ["SpeedComparison", "compare_speed"]

EFFORT = Effort()
FORMAT, VERSION = "quantnn speed", 1


_AS_RIGHT = 0.01
"""By so much a rival's accuracy may be below the design's, and it still counts in the verdicts."""


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
    agreement : Share or None
        Vectors that the float32 network puts into the integer network's class; None without classes.
    core : FpgaSpeed
    link : LinkSpeed or None
        None where the board has none.
    feed : Feed
        What the core takes in.
    large : int
        Samples of a large batch.
    faults : tuple of str
        Sentences: what makes the FPGA's figures doubtful.
    right : Share or None
        Labelled samples that the hardware puts into their class; None where no sample has a label.
    rival_macs : int or None
        Multiplications per sample of the network that is set beside; None without one.
    """

    model: str
    board: str
    macs: int
    cpu: Cpu
    on_cpu: tuple[CpuSpeed, ...]
    not_measured: tuple[tuple[str, str], ...]
    empty_call: Timing | None
    agreement: Share | None
    core: FpgaSpeed
    link: LinkSpeed | None
    feed: Feed
    large: int
    faults: tuple[str, ...] = ()
    right: Share | None = None
    rival_macs: int | None = None

    def counts(self, speed: CpuSpeed) -> bool:
        """Whether the verdicts weigh it: another network does if it is about as right as the design."""
        if not speed.model:
            return True
        if speed.right is None or self.right is None:
            return False
        return float(speed.right) >= float(self.right) - _AS_RIGHT

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Which wins where, a sentence each."""
        link = self.link
        counting = filter(self.counts, self.on_cpu)
        return verdicts(
            [Figure(str(speed), speed.single.median, speed.samples_per_second) for speed in counting],
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
            "accuracy": _share(self.right),
            "cpu": asdict(self.cpu),
            "on_cpu": [self._row(speed) for speed in self.on_cpu],
            "not_measured": [{"name": name, "reason": reason} for name, reason in self.not_measured],
            "empty_call": self.empty_call and asdict(self.empty_call),
            "agreement": _share(self.agreement),
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
            "feed": {
                "sample_bits": self.feed.sample_bits,
                "bits_per_second": self.feed.bits_per_second,
                "link_bits_per_second": self.feed.link_bits_per_second,
                "sdram_bits_per_second": SDRAM_BITS_PER_SECOND,
            },
            "energy": None,
            "verdicts": [*self.verdicts],
            "faults": [*self.faults],
        }

    def _row(self, speed: CpuSpeed) -> dict[str, Any]:
        return {
            "name": speed.name,
            "model": speed.model or self.model,
            "version": speed.version,
            "threads": speed.threads,
            "elements": speed.elements,
            "accuracy": _share(speed.right),
            "single": asdict(speed.single),
            "batch": asdict(speed.batch),
            "large": {"samples": speed.large_samples, **asdict(speed.large)},
            "samples_per_second": speed.samples_per_second,
            "counts": self.counts(speed),
        }


def _share(share: Share | None) -> dict[str, int] | None:
    return None if share is None else asdict(share)


def compare_speed(
    design: Path,
    effort: Effort = EFFORT,
    *,
    equal: Path | None = None,
    progress: Progress = SILENT,
    clock: Clock = time.perf_counter,
) -> SpeedComparison:
    """Time the network of an exported folder on this computer, and put what the FPGA does beside it.

    On this computer, samples lie in memory as each contender takes them, and answers too when the clock stops. The
    FPGA's figures are cycles by the clock, as :class:`~quantnn.speed.fpga.FpgaSpeed` and
    :class:`~quantnn.speed.fpga.LinkSpeed` have it.

    Parameters
    ----------
    equal : Path, optional
        A model file of about the same accuracy, whose float32 network is timed, too.

    Raises
    ------
    InputError
        The folder is no exported design, or damaged, or the model file does not suit it.
    VerificationError
        Its vectors are not those of its network.
    """
    report = load_report(design)
    core, link = FpgaSpeed.of_report(report), LinkSpeed.of_report(report)
    network = load_network(design / "network.npz")
    rival = None if equal is None else Rival.load(equal, network)
    vectors = Vectors.load(design / "vectors", network)
    large = large_batch(network.in_features)
    cpu = Cpu.here()
    labelled = Labelled.of(vectors)
    samples = vectors.inputs[:large].astype(np.float32)
    stopwatch = Stopwatch(samples, large, cpu, effort, labelled, clock, progress)
    contenders: list[tuple[str, Contender]] = []
    missing = []
    wanted: list[tuple[str, Callable[[], Contender], str]] = [
        (kind.name, partial(kind, network), "") for kind in CONTENDERS
    ]
    if rival is not None:
        wanted += [(f"{kind.name}, {rival.name}", partial(kind, rival.form), rival.name) for kind in FLOATS]
    for name, make, model in wanted:
        try:
            contenders.append((model, make()))
        except InputError as error:
            missing.append((name, str(error)))
    progress("timing this computer", sum(stopwatch.rounds(contender) for _, contender in contenders), "rounds")
    on_cpu = [speed for model, contender in contenders for speed in stopwatch.time(contender, model)]
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
        agreement(network, vectors),
        core,
        link,
        Feed.of(network, core, link),
        large,
        (fault,) if verification is not None and not verification.passed else (),
        None if labelled is None else labelled.right(IntegerReference(network)),
        None if rival is None else rival.form.macs,
    )
