"""Putting a built design onto the board that is plugged in."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from quantnn.board.board import Board
from quantnn.board.project import PROJECT
from quantnn.board.toolchain import Programmer
from quantnn.build.quartus_install import QuartusInstall
from quantnn.design.exported_board import exported_board
from quantnn.design.report import Report, load_report
from quantnn.errors import InputError, ToolError
from quantnn.files.plain_file import read_plain
from quantnn.link import openfpgaloader
from quantnn.system import tools
from quantnn.system.scratch import scratch_folder
from quantnn.system.text import typed

__all__ = ["Flashed", "flash"]

_MOST_BYTES = 1 << 28
_QUARTUS = "quartus_pgm"
_SOURCES = {
    openfpgaloader.PROGRAM: openfpgaloader.SOURCE,
    _QUARTUS: "it comes with Quartus Prime Lite, and with its stand-alone Programmer",
}
"""Where programmers come from."""

_NO_RIGHTS = re.compile(r"usb_open\(\) failed|Permission denied|insufficient permission|LIBUSB_ERROR_ACCESS", re.I)
_NO_CABLE = re.compile(
    r"device not found|no device found|fails to open device|JTAG init failed|213013|No JTAG hardware", re.I
)
_NO_CHAIN = re.compile(r"JTAG chain|stuck at|209053|209040|209025|silicon ID", re.I)


@dataclass(frozen=True)
class Flashed:
    """What was done.

    Parameters
    ----------
    tool : str
        The programmer.
    file : Path
        What it loaded.
    lasts : bool
        Whether it stays after power-off.
    """

    tool: str
    file: Path
    lasts: bool


def flash(
    design: Path,
    board: Board | None = None,
    *,
    lasting: bool = False,
    step: Callable[[str], None] = lambda _: None,
    as_it_is: bool = False,
) -> Flashed:
    """Load the bitstream of a design with the first of the board's programmers that is installed and takes it.

    Parameters
    ----------
    design : Path
        A folder that ``quantnn export`` wrote and ``quantnn build`` built.
    board : Board, optional
        By default the one of the report, which has to come with quantnn.
    lasting : bool
        Whether it shall be there after the next power-on too.
    as_it_is : bool
        Whether what lies in ``board/output_files`` is loaded as it is: compiled by hand, perhaps.

    Raises
    ------
    InputError
        The folder is no exported design, or holds no bitstream of a build, or another one than the build made.
    ToolError
        No programmer is installed, or it failed: says why, as far as its messages tell.
    """
    report = load_report(design)
    board = exported_board(design, report, board)
    found = [
        (programmer, file)
        for programmer in board.programmers
        for file in _files(design, report, programmer, lasting, as_it_is)
    ]
    if not found:
        endings = " or ".join(f".{kind}" for programmer in board.programmers for kind in _endings(programmer, lasting))
        of_a_build = "" if as_it_is else " of a build"
        what = f"There is no bitstream{of_a_build} in {design / 'board'}" + (f" ({endings})" if endings else "")
        raise InputError(f"{what}: run quantnn build {typed(design)}")
    installed = [(programmer, file, path) for programmer, file in found if (path := _path(programmer.tool))]
    if not installed:
        missing = "; ".join(f"{tool}: {_SOURCES.get(tool, 'see its page')}" for tool in _tools(found))
        raise ToolError(f"No programmer for {board.title} is installed. Get {missing}")
    programmer, file, path = installed[0]
    content = read_plain(file, _MOST_BYTES)
    if not as_it_is:
        _check_made(report, file.relative_to(design / "board").as_posix(), content, design)
    step(f"loading {file.name} with {programmer.tool}")
    with scratch_folder() as folder:
        log = folder / "programmer.log"
        (folder / file.name).write_bytes(content)
        try:
            words, around = _arguments(programmer, file, lasting), openfpgaloader.environment(path)
            tools.run([path, *words], cwd=folder, env=around, log=log)
        except ToolError:
            said = log.read_text(encoding="utf-8", errors="replace")
            raise ToolError(_reason(programmer.tool, board, said)) from None
    return Flashed(programmer.tool, file, lasting)


def _endings(programmer: Programmer, lasting: bool) -> tuple[str, ...]:
    """Files that a programmer takes: Quartus' tells by the file whether it lasts, others by an option."""
    if programmer.tool == _QUARTUS:
        return ("pof",) if lasting else ("sof",)
    return programmer.files if not lasting or programmer.flash_arguments else ()


def _files(design: Path, report: Report, programmer: Programmer, lasting: bool, as_it_is: bool) -> list[Path]:
    """Bitstreams for a programmer: those of the build, or whatever lies there."""
    names = [f"board/output_files/{PROJECT}.{ending}" for ending in _endings(programmer, lasting)]
    return [design / name for name in names if (as_it_is or name in report.build_files) and (design / name).is_file()]


def _check_made(report: Report, name: str, content: bytes, design: Path) -> None:
    """Refuse a file of the build that is not what the build made."""
    assert report.build is not None
    made = dict(zip(report.build.files, report.build.sha256, strict=False))
    if made.get(name) != hashlib.sha256(content).hexdigest():
        raise InputError(
            f"{design / 'board' / name} must be what quantnn build made, with the SHA-256 in the report: run quantnn"
            f" build {typed(design)} again"
        )


def _tools(found: list[tuple[Programmer, Path]]) -> list[str]:
    return list(dict.fromkeys(programmer.tool for programmer, _ in found))


def _path(tool: str) -> Path | None:
    if tool == openfpgaloader.PROGRAM:
        return openfpgaloader.find()
    if program := shutil.which(tool):
        return Path(program)
    if tool != _QUARTUS:
        return None
    try:
        return QuartusInstall.find().program(tool)
    except ToolError:
        return None


def _arguments(programmer: Programmer, file: Path, lasting: bool) -> list[str]:
    if programmer.tool == _QUARTUS:
        return [*programmer.arguments, "-o", f"{'bpv' if lasting else 'p'};{file.name}"]
    return [*(programmer.flash_arguments if lasting else programmer.arguments), file.name]


def _reason(tool: str, board: Board, output: str) -> str:
    """What the programmer's messages mean."""
    if missing := openfpgaloader.missing_library(output):
        return missing
    if _NO_RIGHTS.search(output):
        return (
            f"{tool} may not open the USB cable of {board.title}: on Linux, install its udev rules and plug the cable"
            " in again"
        )
    if _NO_CHAIN.search(output):
        return f"{tool} found a cable, but not the FPGA of {board.title} behind it: check its power, and other cables"
    if _NO_CABLE.search(output):
        return f"{tool} found no {board.title}: plug its USB cable in, switch it on, and close what else uses the cable"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "fail" in line.lower()]
    return f"{tool} failed: {' / '.join((errors or lines)[:3]) or 'it said nothing'}"
