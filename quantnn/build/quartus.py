"""From an exported folder to a bitstream by Quartus, and whether it may go onto the board."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quantnn.board.board import Board
from quantnn.board.project import PROJECT
from quantnn.build.places import describe_place
from quantnn.build.quartus_fit import FitReport
from quantnn.build.quartus_images import make_pof, make_svf
from quantnn.build.quartus_install import QuartusInstall
from quantnn.build.quartus_log import CompileLog, check_memories, error_lines
from quantnn.build.quartus_memories import VerilogMemory, missing_memories, place_of, read_memories
from quantnn.build.quartus_timing import TimingReport, read_path
from quantnn.build.readiness import check_ready
from quantnn.design.build_record import keep_files
from quantnn.design.exported_board import exported_board
from quantnn.design.report import BuildResult, CriticalPath, Report, Slack, load_report
from quantnn.errors import BuildError, InputError, QuantnnError, ToolError
from quantnn.files.staged_files import check_writable
from quantnn.system import tools
from quantnn.system.scratch import scratch_folder

__all__ = ["compile_quartus"]

OUTPUT = "output_files"
LOG = "quartus.log"
PATHS = f"{PROJECT}.paths.rpt"
_KEPT = (".rpt", ".summary", ".pin", ".map", ".smsg")
_IMAGES = (".sof", ".pof", ".svf")
_NOT_INSTALLED = "Error (20004)"
_OTHER_CLOCK = "Warning (15559)"
"""A PLL whose ratio Quartus replaces by one that it can make."""
_PATH_SCRIPT = f"""\
project_open {PROJECT}
create_timing_netlist
read_sdc
update_timing_netlist
report_timing -setup -npaths 1 -detail full_path -file {{{OUTPUT}/{PATHS}}}
delete_timing_netlist
project_close
"""
"""For MAX 10 the timing report lists no paths, and the setting that changes this has two names, by version."""


def compile_quartus(
    design: Path,
    step: Callable[[str], None] = lambda _: None,
    board: Board | None = None,
    *,
    as_it_is: bool = False,
) -> BuildResult:
    """Compile the Quartus project in ``board/`` of an exported folder; ``step`` is told what is being done.

    Quartus works on a copy, so that its own files, and what it changes in the project's, stay out of the folder. The
    bitstreams, the reports and the log then go to ``board/output_files``; of a build that fails, the reports and the
    log. An earlier build's entry in ``report.json`` goes in any case, see
    :func:`~quantnn.design.build_record.add_build`.

    Parameters
    ----------
    design : Path
    step : function
    board : Board, optional
        The board that it was exported for; by default the one of the report, which has to come with quantnn.
    as_it_is : bool
        Whether files of ``board/`` are used that this quantnn would write otherwise, see
        :meth:`~quantnn.verify.genuine_board.GenuineBoard.load`.

    Raises
    ------
    InputError
        The folder is no exported design with a Quartus project, was changed, failed its verification, or cannot be
        written.
    ToolError
        Quartus is missing, could not be started, or writes reports that cannot be read.
    BuildError
        Quartus failed, a memory was built of logic, timing is missed, or something has no timing constraints.
    """
    started = time.monotonic()
    report = load_report(design)
    project = design / "board" / f"{PROJECT}.qpf"
    if not project.is_file():
        raise InputError(f"{project} is missing: {report.board} is not built with Quartus, or export again")
    step("comparing the project with a new one")
    genuine = check_ready(design, report, exported_board(design, report, board), as_it_is=as_it_is)
    try:
        quartus = QuartusInstall.find()
    except ToolError as error:
        raise ToolError(f"{error}. Or open {project} on a machine that has it: docs/board.md says how") from None
    check_writable(design)
    with scratch_folder() as folder:
        work = folder / "board"
        work.mkdir()
        genuine.write(work)
        run = _Run(quartus, work, design, report, step)
        try:
            found = run.build()
        except QuantnnError:
            with suppress(InputError):  # what went wrong first is what matters
                run.keep(_KEPT)
            raise
        files, digests = run.keep(_KEPT + _IMAGES)
    return BuildResult(**found, files=files, sha256=digests, seconds=round(time.monotonic() - started, 1), seed=None)


@dataclass
class _Run:
    """One compilation in a folder of its own."""

    quartus: QuartusInstall
    project: Path
    design: Path
    report: Report
    step: Callable[[str], None]
    warnings: list[str] = field(default_factory=list)

    def build(self) -> dict[str, Any]:
        """Everything that a result says but files, seconds and seed."""
        memories = read_memories(self.project)
        (self.project / OUTPUT).mkdir()
        self._compile(memories)
        check_memories(self._read(".map.rpt"), memories)
        fit = FitReport.read(self._read(".fit.summary"), self._read(".fit.rpt"))
        timing = TimingReport.read(self._read(".sta.rpt"), self._read(".sta.summary"))
        self._compare(fit, memories)
        clock = _constrained_clock(timing)
        path = self._critical_path()
        _check_timing(timing, clock, path)
        self._convert(fit.family)
        return {
            "tool": fit.tool,
            "clock_mhz": timing.clocks[clock],
            "fmax_mhz": timing.fmax.get(clock),
            "resources": fit.resources,
            "critical_path": path,
            "warnings": tuple(self.warnings),
            "slacks": tuple(Slack(slack.check, slack.ns) for slack in timing.worst),
        }

    def keep(self, endings: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Put files into the design; returns their names in board/, images first, the log last, and their digests."""
        made = [path for path in sorted((self.project / OUTPUT).glob("*")) if path.suffix in endings]
        made.sort(key=lambda path: _IMAGES.index(path.suffix) if path.suffix in _IMAGES else len(_IMAGES))
        files = {f"{OUTPUT}/{path.name}": path for path in made}
        if self._log.exists():
            files[f"{OUTPUT}/{LOG}"] = self._log
        return tuple(files), keep_files(self.design, files, self.report)

    @property
    def _log(self) -> Path:
        return self.project.parent / LOG

    def _read(self, ending: str) -> str:
        path = self.project / OUTPUT / f"{PROJECT}{ending}"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def _compile(self, memories: Mapping[str, VerilogMemory]) -> None:
        output = CompileLog(self.step, memories)
        shell = self.quartus.program("quartus_sh")
        self.step("starting Quartus; a compilation takes minutes")
        try:
            tools.run([shell, "--flow", "compile", PROJECT], cwd=self.project, log=self._log, line=output.line)
        except ToolError as error:
            check_memories(output.text, memories)
            errors = error_lines(output.text)
            if not errors:
                raise ToolError(str(error).replace(str(self._log), str(self._kept_log))) from None
            more = f" (and {len(errors) - 1} more)" if errors[1:] else ""
            advice = "install the device support for MAX 10 beside Quartus" if _NOT_INSTALLED in errors[0] else ""
            raise BuildError(f"Quartus failed: {errors[0]}{more}: {advice or f'see {self._kept_log}'}") from None
        if not (self.project / OUTPUT / f"{PROJECT}.sof").exists():
            raise BuildError(f"Quartus ended well, but wrote no {PROJECT}.sof: see {self._kept_log}")
        check_memories(output.text, memories)
        if _OTHER_CLOCK in output.text:
            raise BuildError(
                f"Quartus' PLL cannot make {self.report.clock_mhz:g} MHz and would make another clock (15559):"
                " export with another --clock-mhz"
            )

    @property
    def _kept_log(self) -> Path:
        return self.design / "board" / OUTPUT / LOG

    def _compare(self, fit: FitReport, memories: Mapping[str, VerilogMemory]) -> None:
        """Say where Quartus took other counts than the plan, and refuse memories that it lost without a word."""
        totals = self.report.totals
        for name, planned in (("M9K", totals.m9k), ("9-bit multiplier elements", totals.multipliers)):
            used = fit.used(name)
            if used is not None and used != planned:
                self.warnings.append(f"Quartus took {used} {name}, the plan {planned}")
        blocks = fit.used("M9K")
        lost = missing_memories(fit.memories, memories)
        if lost and blocks is not None and blocks < totals.m9k:
            names = ", ".join(describe_place(place) for place in lost[:3])
            raise BuildError(
                f"Quartus built {len(lost)} memories of logic instead of block RAM, without saying why: {names}"
                f"{' and more' if len(lost) > 3 else ''}; it took {blocks} M9K, the plan {totals.m9k}:"
                f" please report it, with {self._kept_log}"
            )

    def _critical_path(self) -> CriticalPath | None:
        self.step("Quartus: looking for the slowest path")
        ends = read_path(self._read(".sta.rpt"))
        if ends is None:
            (self.project / "quantnn_paths.tcl").write_text(_PATH_SCRIPT, encoding="utf-8")
            try:
                analyzer = self.quartus.program("quartus_sta")
                tools.run([analyzer, "-t", "quantnn_paths.tcl"], cwd=self.project, log=self._log)
                ends = read_path((self.project / OUTPUT / PATHS).read_text(encoding="utf-8", errors="replace"))
            except (ToolError, OSError):
                self.warnings.append(f"Quartus did not say which path is the slowest: see {OUTPUT}/{LOG}")
        if ends is None:
            return None
        start, end = (describe_place(place_of(name)) for name in (ends.start, ends.end))
        return CriticalPath(ends.delay_ns, ends.start, ends.end, start if start == end else f"from {start} to {end}")

    def _convert(self, family: str) -> None:
        self.step("Quartus: converting the bitstream")
        makers = [("svf", make_svf)] + ([("pof", make_pof)] if family == "MAX 10" else [])
        for ending, make in makers:
            try:
                made = make(self.quartus, self.project, f"{OUTPUT}/{PROJECT}.sof", self._log)
                if not (self.project / made).exists():
                    raise ToolError(f"quartus_cpf wrote no {made}")
            except ToolError as error:
                reason = str(error).replace(str(self._log), str(self._kept_log))
                self.warnings.append(f"there is no .{ending}: {reason}")


def _constrained_clock(timing: TimingReport) -> str:
    """The clock that the result is about, where everything is constrained.

    Raises
    ------
    BuildError
        There is no clock, or something has no constraints.
    """
    if not timing.constrained:
        raise BuildError(
            f"Quartus read no timing constraints, so the timing is unchecked: {PROJECT}.sdc must stand in board/ and"
            f" {PROJECT}.qsf name it as SDC_FILE: export again"
        )
    if timing.unconstrained:
        raise BuildError(
            f"the timing is unchecked for {', '.join(timing.unconstrained)}: {PROJECT}.sdc must constrain every clock"
            " and port: export again"
        )
    clock = timing.critical_clock
    if clock is None:
        raise BuildError(f"no clock is left in the design, so Quartus removed everything: {PROJECT}.v was changed?")
    if not any(slack.check == "setup" for slack in timing.slacks):
        raise BuildError("the timing report states no setup slack, so no path between registers was checked")
    return clock


def _check_timing(timing: TimingReport, clock: str, path: CriticalPath | None) -> None:
    missed = [slack for slack in timing.worst if slack.ns < 0]
    if not missed:
        return
    told = ", ".join(f"{slack.check} by {-slack.ns:g} ns ({slack.clock}, {slack.corner})" for slack in missed)
    reached = f"; {timing.fmax[clock]:g} of {timing.clocks[clock]:g} MHz are reached" if clock in timing.fmax else ""
    slowest = f"; the slowest path, {path.delay_ns:g} ns, is {path.where}" if path else ""
    raise BuildError(
        f"the timing is missed, so answers may be wrong on the board: {told}{reached}{slowest}. Export with a"
        " lower --clock-mhz, or with a greater --target-ii: a smaller design is faster"
    )
