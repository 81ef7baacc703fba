"""From an exported folder to a bitstream by Yosys and nextpnr, without a vendor's tool."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from quantnn.board.board import Board
from quantnn.board.project import PROJECT
from quantnn.build import nextpnr, synthesis
from quantnn.build.nextpnr_report import NextpnrReport
from quantnn.build.passes import improve
from quantnn.build.readiness import check_ready
from quantnn.design.build_record import keep_files
from quantnn.design.report import BuildResult, Report, load_report
from quantnn.errors import BuildError, InputError, ToolError
from quantnn.files.staged_files import check_writable
from quantnn.system.cores import cores
from quantnn.system.progress import SILENT, Progress
from quantnn.system.scratch import scratch_folder

__all__ = ["MOST_SEEDS", "build_open"]

OUTPUT = "output_files"
MOST_SEEDS = 8
"""How many are tried for the clock, unless told."""
_PREPARING = "Preparing to run"
"""What yowasp says before a program's first run."""


@dataclass(frozen=True)
class _Placement:
    """What came of one seed, and where."""

    seed: int
    folder: Path
    report: NextpnrReport

    @property
    def mhz(self) -> float:
        return self.report.fmax_mhz or float("inf")


def build_open(
    design: Path,
    board: Board,
    seeds: int | None = None,
    jobs: int | None = None,
    progress: Progress = SILENT,
    *,
    as_it_is: bool = False,
) -> BuildResult:
    """Build the project in ``board/`` of an exported folder, and keep the best of several placements.

    Unless told how many, it tries one seed after the other until the clock is reached. The same design gives the same
    bitstream: it is that of the lowest such seed, in whatever order placements end.

    The bitstream and what the tools said go to ``board/output_files``. The result is not yet in the report: see
    :func:`~quantnn.design.build_record.add_build`. A failed build leaves no bitstream there, but the logs.

    Parameters
    ----------
    design : Path
    board : Board
        The board that it was exported for.
    seeds : int, optional
        Placements to try, at least 1, of which the quickest is kept; seeds 1 to that number.
    jobs : int, optional
        Placements at the same time; by default one per processor core.
    as_it_is : bool
        Whether files of ``board/`` are used that this quantnn would write otherwise, see
        :meth:`~quantnn.verify.genuine_board.GenuineBoard.load`.

    Raises
    ------
    InputError
        The folder is no exported design for this board, was changed, failed its verification, or cannot be written.
    ToolError
        A tool is missing, or failed with every seed.
    BuildError
        No placement reaches the clock.
    """
    started = time.monotonic()
    report, toolchain = load_report(design), board.toolchain.name
    if report.board != board.name:
        raise InputError(f"{design} is exported for {report.board}, not for {board.name}: export again")
    progress("comparing the project with a new one")
    genuine = check_ready(design, report, board, as_it_is=as_it_is)
    programs = nextpnr.toolset(toolchain)
    check_writable(design)
    with scratch_folder() as folder, _logs_of_a_failure(design, report, folder):
        project = folder / "board"
        project.mkdir()
        genuine.write(project)
        progress("synthesizing with Yosys")
        netlist = synthesis.synthesize(toolchain, sorted(project.glob("*.v")), PROJECT, folder)
        improve(netlist, toolchain, board.device.device)
        wanted = report.clock_mhz
        job = nextpnr.Job(folder / f"{PROJECT}.json", board, project, wanted)
        netlist.save(job.netlist)
        best = max(_placements(job, seeds, jobs, progress), key=lambda placement: placement.mhz)
        tried = seeds or MOST_SEEDS
        logs = (best.folder / nextpnr.LOG, folder / synthesis.LOG)
        path = best.report.critical_path
        if best.mhz < wanted:
            _keep(design, report, *logs)
            slow = f"; the slowest path is {path.where}, {path.delay_ns:.2f} ns" if path else ""
            raise BuildError(
                f"The clock of {wanted:g} MHz is out of reach: {best.mhz:.2f} MHz at best with --seeds {tried}{slow}."
                f" Try --seeds {4 * tried}, or export with --clock-mhz {int(best.mhz)}",
                best.mhz,
            )
        progress("packing the bitstream")
        try:
            bitstream = nextpnr.pack(job, best.folder)
        except ToolError:
            shutil.copy(best.folder / nextpnr.LOG, folder)
            raise
        files, digests = _keep(design, report, bitstream, *logs)
    return BuildResult(
        tool=f"Yosys {version('pyosys')}, nextpnr {version(programs.package)}",
        clock_mhz=wanted,
        fmax_mhz=best.report.fmax_mhz,
        resources=best.report.resources,
        critical_path=path,
        seed=best.seed,
        files=files,
        sha256=digests,
        seconds=round(time.monotonic() - started, 1),
        warnings=(),
        slacks=(),
    )


def _placements(job: nextpnr.Job, seeds: int | None, jobs: int | None, progress: Progress) -> list[_Placement]:
    """Those of the seeds that could be placed and routed; at least one, or the first one's failure is raised.

    Without a number of seeds, those up to the first that reaches the clock. Where nextpnr has to be compiled for this
    machine, the first placement does that, and the others wait for it.
    """
    stopped, ready, most = threading.Event(), threading.Event(), seeds or MOST_SEEDS

    def line(text: str) -> None:
        if stopped.is_set():
            raise ToolError("stopped")
        if text.startswith(_PREPARING):
            progress.advance(0, "nextpnr is made ready for its first run, which takes minutes")
        else:
            ready.set()

    def place(seed: int) -> _Placement:
        if seed > 1:
            ready.wait()
        folder = job.netlist.with_name(f"seed_{seed}")
        folder.mkdir()
        try:
            return _Placement(seed, folder, nextpnr.place_and_route(job, seed, folder, line))
        finally:
            ready.set()

    progress(f"placing and routing{'' if seeds else ', until the clock is reached'}", most, "placements")
    found: list[_Placement] = []
    with ThreadPoolExecutor(jobs or cores()) as pool:
        running = [pool.submit(place, seed) for seed in range(1, most + 1)]
        try:
            for future in as_completed(running) if seeds else running:
                with suppress(ToolError):
                    found.append(future.result())
                best = max((placement.mhz for placement in found), default=0.0)
                progress.advance(1, f"best {best:.1f} MHz")
                if not seeds and best >= job.clock_mhz:
                    break
        finally:
            stopped.set()
            for future in running:
                future.cancel()
            ready.set()
    return found or [running[0].result()]


@contextmanager
def _logs_of_a_failure(design: Path, report: Report, folder: Path) -> Iterator[None]:
    """If a tool fails, what it and those before it said is kept, and the error says where."""
    try:
        yield
    except ToolError as error:
        with suppress(InputError):  # what went wrong first is what matters
            _keep(design, report, *folder.glob("seed_1/*.log"), *folder.glob("*.log"))  # of one name the last
        raise ToolError(f"{error} in {design / 'board' / OUTPUT}") from error


def _keep(design: Path, report: Report, *files: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Put files into the design, in place of an earlier build's; returns their names in ``board/`` and digests."""
    kept = {f"{OUTPUT}/{file.name}": file for file in files}
    return tuple(kept), keep_files(design, kept, report)
