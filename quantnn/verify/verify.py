"""Proof by simulation: every layer of every sample, compared with the reference on every bit."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from quantnn.board.names import board_names
from quantnn.design.exported_board import exported_board
from quantnn.design.report import Report, Verification, current_report, load_report
from quantnn.design.summary import write_report
from quantnn.design.vectors import Vectors
from quantnn.errors import InputError, QuantnnError, VerificationError
from quantnn.files.staged_files import check_writable, staged_files
from quantnn.system.cores import cores
from quantnn.system.progress import SILENT, Progress
from quantnn.system.scratch import scratch_folder
from quantnn.verify.core_bench import CoreBench, adversities, any_frames
from quantnn.verify.findings import Findings
from quantnn.verify.genuine import GenuineCore
from quantnn.verify.genuine_board import GenuineBoard
from quantnn.verify.runs import run_all

__all__ = ["WAVE", "VerifyOptions", "verify"]

WAVE = "wave.vcd"


@dataclass(frozen=True)
class VerifyOptions:
    """How to verify.

    Parameters
    ----------
    samples : int or None
        Only the first samples of the folder's vectors; all by default.
    wave : int or "failing", optional
        The sample of which a waveform, wave.vcd, is left in the folder, whether or not all passes; or the first one
        that fails, if one does.
    jobs : int, optional
        Simulations to run at the same time; by default one per processor core.
    as_it_is : bool
        Whether the Verilog of the folder is simulated even if it is not what this quantnn writes. It can do whatever it
        wants: only for folders of somebody who is trusted.
    """

    samples: int | None = None
    wave: int | Literal["failing"] | None = None
    jobs: int | None = None
    as_it_is: bool = False


def verify(folder: Path, options: VerifyOptions = VerifyOptions(), progress: Progress = SILENT) -> Report:
    """Simulate the exported core and compare it with the reference; returns the report with what was found.

    The reference answers anew: expected vectors that somebody changed are refused. Samples go through back to back,
    for which the initiation interval and the latency are measured; a part of them again with random stalls at the
    source, at the sink and at both, with resets in mid-stream, and in frames that end early or late.

    Raises
    ------
    InputError
        The folder is no exported design, or another one by now; or the report or the waveform cannot be written.
    VerificationError
        The hardware differs: the message names layer, neuron, sample, got and expected. The report is written first.
    ToolError
        The simulator is missing or failed.
    """
    started = time.monotonic()
    report = load_report(folder)
    check_writable(folder)
    progress("comparing the files with the network and the Verilog with a new one")
    try:
        core = _genuine(folder, report, options.as_it_is)
    except VerificationError:
        now = current_report(folder, report, core=True).unverified()  # what was verified before lies there no more
        with suppress(OSError):  # what differs matters more
            write_report(now, folder)
        raise
    network, interface = core.hardware.network, core.interface
    progress("computing the expected answers")
    vectors = Vectors.load(folder / "vectors", network)
    if options.samples is not None:
        if options.samples < 1:
            raise InputError(f"--samples must be at least 1, not {options.samples}")
        count = min(options.samples, len(vectors.inputs))
        vectors = vectors.head(count)
    if isinstance(options.wave, int) and not 0 <= options.wave < len(vectors.inputs):
        raise InputError(f"--wave must be a sample from 0 to {len(vectors.inputs) - 1}, not {options.wave}")
    with scratch_folder() as copy:
        (copy / "core").mkdir()
        core.write(copy / "core")
        bench = CoreBench.of_design(copy, interface, vectors)
        progress("compiling the simulator (kept for the next time)")
        bench.simulator.program.path  # noqa: B018  compiles
        jobs = options.jobs or cores()
        parts, others = bench.parts(jobs), adversities(interface)
        runs = [*parts, *(bench.again(conditions) for conditions in others.values())]
        runs.append(bench.with_other_frames(network).again(any_frames(interface)))
        progress(
            f"simulating {len(vectors.inputs):,} samples back to back, and {runs[-1].samples} again under"
            f" {len(others) + 1} other conditions",
            sum(run.samples for run in runs),
            "samples",
        )
        raw = run_all(runs, jobs, progress)
        *found_in, frames = (each.with_class_names(network.class_names) for each in raw)
        straight = Findings.of_parts(found_in[: len(parts)], interface)
        found = sum(found_in[len(parts) :], start=straight) + frames.prefixed("with tlast early or late")
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
        recorded = lost = ""
        try:
            report = current_report(folder, report, core=True)
            report = report.with_verification(verification, found.interval, found.latency)
            write_report(report, folder)
        except OSError as error:
            lost = (
                f"the report in {folder} cannot be written ({error.strerror}), and is as it was: make room, and verify"
                " again"
            )
        except InputError as error:
            lost = str(error)
        wave = options.wave
        if not lost and (isinstance(wave, int) or (wave == "failing" and found.failures)):
            progress("recording the first failing sample" if wave == "failing" else f"recording sample {wave}")
            try:
                if isinstance(wave, int):
                    bench.record(wave, copy / WAVE)
                else:
                    wave = bench.record_failure(found.difference, copy / WAVE)
                report = _with_wave(folder, report, copy / WAVE)
                recorded = f"; the waveform of sample {wave} is {folder / WAVE}"
            except (QuantnnError, OSError) as error:
                lost = f"the waveform is not kept: {error}"
        if found.failures:
            note = f"; {lost}" if lost else ""
            raise VerificationError(
                f"The hardware differs from the reference: {found.failures[0]}{recorded}{note}", found.named
            )
        if lost:
            raise InputError(f"The core is bit-exact, but {lost}")
        return report


def _with_wave(folder: Path, report: Report, wave: Path) -> Report:
    """Put a waveform into the folder and its report."""
    report = current_report(folder, report, core=True).with_files(WAVE)
    with staged_files(folder) as staged:
        shutil.copyfile(wave, staged / WAVE)
        write_report(report, staged)
    return report


def _genuine(folder: Path, report: Report, as_it_is: bool) -> GenuineCore:
    """The core, compared; and all around it, where the board is not one of the user's own, whose file is not here."""
    if report.board not in board_names():
        return GenuineCore.load(folder, report, as_it_is=as_it_is)
    return GenuineBoard.load(folder, report, exported_board(folder, report), as_it_is=as_it_is).core
