"""A replay on a board: what its counters say, and what the reference makes of the same samples."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quantnn.design.interface import CoreInterface
from quantnn.design.report import load_report
from quantnn.errors import InputError, LinkError, VerificationError
from quantnn.link.client import Client
from quantnn.link.port import AUTO, open_port
from quantnn.link.run import check_identity
from quantnn.network.file import load_network
from quantnn.system.progress import SILENT, Progress
from quantnn.verify.genuine_board import stored_replay

__all__ = ["ReplayRun", "replay_on_board"]

_PATIENCE = 1.0
_ATTEMPTS = 8
_LEAST_SILENCE = 60.0
"""Seconds in which a board may be at a replay: a simulated one takes its time."""


@dataclass(frozen=True)
class ReplayRun:
    """What a board counted in a replay.

    Parameters
    ----------
    samples : int
        Answers.
    correct, expected_correct : int
        Answers that are the true class, as counted and as the reference has them; without labels, the reference's.
    matching : int
        Answers that are the reference's class.
    labelled : bool
        Whether the true classes are known.
    cycles, planned_cycles : int
        From the first beat into the core to the last answer out of it, as counted, and as interval and latency of the
        report have it.
    clock_hz : int
        The board's clock.
    expected_samples : int
        Samples that the board keeps.
    """

    samples: int
    correct: int
    matching: int
    cycles: int
    clock_hz: int
    expected_samples: int
    expected_correct: int
    labelled: bool
    planned_cycles: int

    @property
    def cycles_per_sample(self) -> float:
        """All cycles over all samples, the first one's latency included."""
        return self.cycles / self.samples if self.samples else math.nan

    @property
    def samples_per_second(self) -> float:
        """At the board's clock, as planned: nobody measured the oscillator."""
        return self.samples * self.clock_hz / self.cycles if self.cycles else math.nan

    def values(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "samples": self.samples,
            "correct": self.correct,
            "accuracy": self.correct / self.samples if self.labelled and self.samples else None,
            "matching": self.matching,
            "cycles": self.cycles,
            "cycles_per_sample": self.cycles_per_sample,
            "clock_hz": self.clock_hz,
            "samples_per_second": self.samples_per_second,
            "expected": {
                "samples": self.expected_samples,
                "correct": self.expected_correct,
                "matching": self.expected_samples,
                "cycles": self.planned_cycles,
            },
        }

    def lines(self) -> Iterator[str]:
        """Each count, and what the reference has for it."""
        right = "are the true class" if self.labelled else "are the reference's class, as labels are unknown"
        yield f"{self.samples:,} samples, expected {self.expected_samples:,}"
        yield f"{self.correct:,} answers {right}, expected {self.expected_correct:,}"
        yield f"{self.matching:,} answers are the reference's class, expected {self.expected_samples:,}"
        yield f"{self.cycles:,} cycles, planned {self.planned_cycles:,}: {self.cycles_per_sample:,.3f} per sample"
        yield f"{self.samples_per_second:,.0f} samples/s at {self.clock_hz / 1e6:g} MHz"

    def check(self) -> None:
        """Raise if a count of answers is not what the reference has it.

        Raises
        ------
        VerificationError
            Says by how much.
        """
        counts = [
            ("answers", self.samples, self.expected_samples),
            ("right answers", self.correct, self.expected_correct),
            ("answers of the reference's class", self.matching, self.expected_samples),
        ]
        wrong = [f"{got:,} {what}, expected {expected:,}" for what, got, expected in counts if got != expected]
        if wrong:
            raise VerificationError(f"The board's replay differs from the reference: {'; '.join(wrong)}")


def replay_on_board(
    design: Path, port: str = AUTO, *, patience: float | None = None, progress: Progress = SILENT
) -> ReplayRun:
    """Have a board replay its samples, and compare what it counts with the reference.

    Parameters
    ----------
    design : Path
        A folder that ``quantnn export`` wrote with a replay, and that the board was built from.
    port : str
        Where the board is, as :func:`quantnn.link.port.open_port` has it.
    patience : float, optional
        Seconds after which a question is asked again.

    Raises
    ------
    InputError
        The folder is no exported design, is damaged, or has no link or no replay, or the patience is no time.
    LinkError
        The board cannot be reached, stopped answering, or has another network or other samples in it.
    """
    report = load_report(design)
    link, entry = report.link, report.board_top.replay
    if link is None:
        raise InputError(f"{design} has no host link: its board has no serial line, or an old quantnn exported it")
    if entry is None:
        raise InputError(f"{design} has no replay: export it with --replay")
    if patience is not None and not 0 < patience < math.inf:
        raise InputError(f"The patience must be a number of seconds above 0, not {patience}")
    path = design / "core" / "interface.json"
    interface = CoreInterface.load(path)
    network = load_network(design / "network.npz")
    interface.check(network, path)
    progress("computing the expected answers")
    stored = stored_replay(design, interface, network, report)
    assert stored is not None
    opened = open_port(port, link.baud, link.usb)
    try:
        wait = _PATIENCE if patience is None else patience
        client = Client(opened, wait, max(_ATTEMPTS, math.ceil(_LEAST_SILENCE / wait)))
        progress("asking the board who it is")
        identity = client.hello()
        check_identity(identity, report.fingerprint, link, design)
        progress(f"replaying {entry.samples:,} samples")
        found = client.replay()
    finally:
        opened.close()
    if found.mark != stored.mark:
        raise LinkError(f"The board keeps other samples than {design}: build and flash this design")
    return ReplayRun(
        found.samples,
        found.correct,
        found.matching,
        found.cycles,
        identity.clock_hz,
        entry.samples,
        stored.correct,
        stored.labels is not None,
        round((entry.samples - 1) * report.ii_cycles.known + report.latency_cycles.known),
    )
