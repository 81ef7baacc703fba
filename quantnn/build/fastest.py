"""A build for the highest clock that a design reaches on its board."""

from __future__ import annotations

import shutil
from pathlib import Path

from quantnn.board.board import Board
from quantnn.build.open_flow import MOST_SEEDS, build_open
from quantnn.build.reclock import reclock
from quantnn.design.build_record import add_build
from quantnn.design.contents import WORK_OF_TOOLS
from quantnn.design.report import Report, current_report, load_report
from quantnn.design.summary import write_report
from quantnn.errors import BuildError, InputError, ToolError
from quantnn.files.staged_files import staged_files
from quantnn.plan.clock import ClockPlan
from quantnn.system.progress import SILENT, Progress
from quantnn.system.scratch import scratch_folder

__all__ = ["build_fastest", "highest_clock"]


def build_fastest(
    design: Path, board: Board, seeds: int | None = None, jobs: int | None = None, progress: Progress = SILENT
) -> Report:
    """Build a design, let its PLL make the highest clock that was reached, and build it for that.

    The first build, for the clock that the design has, shows what can be reached. What was placed for one clock is
    another design than for the next, and need not be as quick: if no placement reaches the new clock, the next one to
    try is the highest that one did reach. So it ends with a design that reaches its clock, which may be the first.

    Until then the folder stays as the first build leaves it.

    Parameters
    ----------
    design : Path
    board : Board
        The board that it was exported for.
    seeds : int, optional
        Placements to try for each clock; by default as many as without ``--seeds`` at most.
    jobs : int, optional
        Placements at the same time; by default one per processor core.

    Returns
    -------
    Report
        The built design's, which says what was reached.

    Raises
    ------
    InputError
        The board has no PLL, or none but a vendor's tool can build for it; and as :func:`build_open`.
    ToolError
        As :func:`build_open`.
    BuildError
        Not even the slowest clock of the PLL is reached.
    """
    if board.toolchain.name == "quartus":
        raise InputError(
            f"--clock-mhz max needs open tools, and for {board.device.family} there are none: build without,"
            " then export with the --clock-mhz that Quartus reached"
        )
    if not board.plls:
        raise InputError(f"--clock-mhz max needs a PLL, and {board.name} has none that we set: leave it out")
    missed, begun = None, load_report(design)
    try:
        build = build_open(design, board, seeds or MOST_SEEDS, jobs, progress)
        report = add_build(design, build, begun)
        reached, floor = build.fmax_mhz, report.clock_mhz
    except BuildError as error:
        missed, reached, floor = error, error.fmax_mhz, 0.0
    with scratch_folder() as scratch:
        work = scratch / design.resolve().name
        begun = current_report(design, begun)
        ignored = shutil.ignore_patterns(".quantnn-*", *WORK_OF_TOOLS)
        shutil.copytree(design, work, symlinks=True, ignore=ignored)
        current_report(work, begun)
        limit = float("inf")
        while reached is not None and (clock := highest_clock(board, min(reached, limit))) is not None:
            mhz = clock.frequency_hz / 1e6
            if mhz <= floor:
                break
            progress(f"the project for {mhz:g} MHz")
            reclock(work, board, clock, reached)
            try:
                report = add_build(work, build_open(work, board, seeds, jobs, progress), load_report(work))
            except BuildError as error:
                missed, reached, limit = error, error.fmax_mhz, mhz - 1e-6
            except ToolError as error:
                raise ToolError(f"at {mhz:g} MHz: {str(error).partition(': see ')[0]}") from error
            else:
                return _take(design, work, report, begun)
    if not floor:
        assert missed is not None
        raise missed
    return load_report(design)


def highest_clock(board: Board, mhz: float) -> ClockPlan | None:
    """The highest clock of a board's PLL that is not above ``mhz``; None if all are."""
    most = max(pll.output.hi for pll in board.plls)
    try:
        return board.plan_clock(min(int(mhz * 1e6), most))
    except InputError:
        return None


def _take(design: Path, work: Path, report: Report, begun: Report) -> Report:
    """Let a design become what its copy is: the board's project, its build and the report.

    What was verified of the design since it was copied, when its report was ``begun``, stays; returns the report.
    """
    current = current_report(design, begun)
    with staged_files(design, [*filter(_of_board, current.files)]) as staged:
        for name in filter(_of_board, report.files):
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(work / name, staged / name)
        since = {*current.files} - {*begun.files}
        report = report.verified_as(current).with_files(*(name for name in since if not _of_board(name)))
        write_report(report, staged)
    return report


def _of_board(name: str) -> bool:
    return name.startswith("board/")
