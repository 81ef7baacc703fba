"""From an exported folder to a bitstream by Yosys and nextpnr, without a vendor's tool."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from quantnn.board import Board
from quantnn.build.nextpnr import BITSTREAMS, place_and_route, toolset
from quantnn.build.nextpnr_report import NextpnrReport
from quantnn.build.passes import improve
from quantnn.build.record import keep_files
from quantnn.build.result import BuildResult
from quantnn.build.synthesis import synthesize
from quantnn.errors import BuildError, InputError, ToolError
from quantnn.project import PROJECT
from quantnn.report import load_report

__all__ = ["build_open"]


@dataclass(frozen=True)
class _Run:
    """One seed, what came of it, and where."""

    seed: int
    folder: Path
    report: NextpnrReport

    @property
    def mhz(self) -> float:
        return self.report.fmax_mhz or float("inf")


def build_open(
    design: Path, board: Board, seeds: int = 1, jobs: int = 2, step: Callable[[str], None] = lambda _: None
) -> BuildResult:
    """Build the project in ``board/`` of an exported folder, and keep the best of several placements.

    The bitstream, the constraints' outcome and the log go to ``board/output_files``; the result is not yet in the
    report: see :func:`~quantnn.build.record.add_build`.

    Parameters
    ----------
    design : Path
    board : Board
        The board that it was exported for.
    seeds : int
        Placements to try, at least 1; seeds 1 to that number.
    jobs : int
        Placements at the same time.

    Raises
    ------
    InputError
        The folder is no exported design for this board.
    ToolError
        A tool is missing or failed.
    BuildError
        No placement reaches the clock.
    """
    started = time.monotonic()
    report, project = load_report(design), design / "board"
    if report["board"] != board.name or not (project / f"{PROJECT}.v").is_file():
        raise InputError(f"{design} is exported for {report['board']}, not for {board.name}: export again")
    programs = toolset(board.toolchain.name)
    wanted = float(report["clock_mhz"])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        step("synthesizing with Yosys")
        try:
            netlist = _netlist(project, board, folder)
            step(f"placing and routing {seeds} times (the first run of a new version compiles nextpnr for minutes)")
            with ThreadPoolExecutor(jobs) as pool:
                runs = list(pool.map(lambda seed: _run(netlist, board, project, seed, folder), range(1, seeds + 1)))
        except ToolError as error:
            _keep_logs(design, folder)
            raise ToolError(f"{error}: see {project / 'output_files'}") from None
        best = max(runs, key=lambda run: run.mhz)
        name = f"{PROJECT}{BITSTREAMS[board.toolchain.name]}"
        kept = {f"output_files/{name}": best.folder / name, "output_files/build.log": best.folder / "build.log"}
        if best.mhz < wanted:
            kept.pop(f"output_files/{name}")
        keep_files(design, kept)
    path = best.report.critical_path
    if best.mhz < wanted:
        slow = f"; the slowest path is {path.where}, {path.delay_ns:.2f} ns" if path else ""
        raise BuildError(
            f"The clock of {wanted:g} MHz is out of reach: {best.mhz:.2f} MHz at best with {seeds} seeds{slow}."
            f" Try --seeds {4 * seeds}, or export with --clock-mhz {int(best.mhz)}"
        )
    return BuildResult(
        tool=f"Yosys {version('pyosys')}, nextpnr {version(programs.package)}",
        clock_mhz=wanted,
        fmax_mhz=best.report.fmax_mhz,
        resources=best.report.resources,
        critical_path=path,
        seed=best.seed,
        files=tuple(kept),
        seconds=round(time.monotonic() - started, 1),
    )


def _netlist(project: Path, board: Board, folder: Path) -> Path:
    """The netlist of a project for nextpnr."""
    netlist = synthesize(board.toolchain.name, sorted(project.glob("*.v")), PROJECT, folder)
    improve(netlist, board.toolchain.name, board.device.device)
    path = folder / f"{PROJECT}.json"
    netlist.save(path)
    return path


def _run(netlist: Path, board: Board, project: Path, seed: int, scratch: Path) -> _Run:
    folder = scratch / f"seed_{seed}"
    folder.mkdir()
    return _Run(seed, folder, place_and_route(netlist, board, project, seed, folder))


def _keep_logs(design: Path, folder: Path) -> None:
    """What the tools said before one of them failed."""
    logs = {f"output_files/{log.name}": log for log in [*folder.glob("*.log"), *folder.glob("seed_*/build.log")]}
    keep_files(design, logs)
