"""Proof by simulation: every layer of every sample, compared with the reference on every bit."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from quantnn.board.names import board_names
from quantnn.design.exported_board import exported_board
from quantnn.design.report import Report, Verification, load_report
from quantnn.design.summary import write_report
from quantnn.design.vectors import Vectors
from quantnn.errors import InputError, VerificationError
from quantnn.files.staged_files import check_writable
from quantnn.system.scratch import scratch_folder
from quantnn.verify.core_bench import CoreBench, adversities, any_frames
from quantnn.verify.genuine import GenuineCore
from quantnn.verify.genuine_board import GenuineBoard

__all__ = ["VerifyOptions", "verify"]

WAVE = "wave.vcd"


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
    as_it_is : bool
        Whether the Verilog of the folder is simulated even if it is not what this quantnn writes. It can do whatever it
        wants: only for folders of somebody who is trusted.
    """

    samples: int | None = None
    wave: bool = False
    jobs: int = 2
    as_it_is: bool = False


def verify(
    folder: Path, options: VerifyOptions = VerifyOptions(), step: Callable[[str], None] = lambda _: None
) -> Report:
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
    check_writable(folder)
    step("comparing the files with the network and the Verilog with a new one")
    try:
        core = _genuine(folder, report, options.as_it_is)
    except VerificationError:
        with suppress(OSError):  # what differs matters more
            write_report(report.unverified(), folder)  # what was verified before lies there no more
        raise
    network, interface = core.hardware.network, core.interface
    step("computing the expected answers")
    vectors = Vectors.load(folder / "vectors", network)
    if options.samples is not None:
        if options.samples < 1:
            raise InputError(f"--samples must be at least 1, not {options.samples}")
        count = min(options.samples, len(vectors.inputs))
        vectors = vectors.head(count)
    with scratch_folder() as copy:
        (copy / "core").mkdir()
        core.write(copy / "core")
        bench = CoreBench.of_design(copy, interface, vectors)
        step("compiling the simulator (kept for the next time)")
        bench.simulator.program.path  # noqa: B018  compiles
        step(f"simulating {len(vectors.inputs)} samples back to back")
        found = bench.back_to_back(options.jobs)
        interval, latency = found.interval, found.latency
        for name, conditions in adversities(interface).items():
            step(f"simulating {name}")
            found += bench.part(conditions)
        step("simulating frames that end early or late")
        found += bench.with_other_frames(network).part(any_frames(interface)).prefixed("with tlast early or late")

        found = found.with_timing(interface, interval, latency)
        verification = Verification(
            passed=not found.failures,
            samples=len(vectors.inputs),
            layers=len(network.layers),
            values_compared=found.values,
            mismatches=found.mismatches,
            first_difference=str(found.failures[0]) if found.failures else None,
            simulator=bench.simulator.name,
            seconds=round(time.monotonic() - started, 1),
        )
        report = report.with_verification(verification, interval, latency)
        if found.failures and options.wave:
            step("recording the first failing sample")
            bench.record(found.difference, folder / WAVE)
            report = report.with_files(WAVE)
        unwritten = ""
        try:
            write_report(report, folder)
        except OSError as error:
            unwritten = f"the report in {folder} cannot be written ({error.strerror}), and is as it was"
        if found.failures:
            note = f"; {unwritten}" if unwritten else ""
            raise VerificationError(f"The hardware differs from the reference: {found.failures[0]}{note}")
        if unwritten:
            raise InputError(f"The core is bit-exact, but {unwritten}: make room, and verify again")
        return report


def _genuine(folder: Path, report: Report, as_it_is: bool) -> GenuineCore:
    """The core, compared; and all around it, where the board is not one of the user's own, whose file is not here."""
    if report.board not in board_names():
        return GenuineCore.load(folder, report, as_it_is=as_it_is)
    return GenuineBoard.load(folder, report, exported_board(folder, report), as_it_is=as_it_is).core
