"""The board's project: a folder that the board's tools take as it is, without Python."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from quantnn.beats import BeatFormat
from quantnn.board.board import Board
from quantnn.board.platforms import make_platform
from quantnn.errors import InputError
from quantnn.hdl.board.pins import GROUPS, BoardFeatures
from quantnn.hdl.board.top import BoardTop, BoardTopParameters
from quantnn.plan.clock import ClockPlan
from quantnn.plan.core_name import CORE
from quantnn.plan.replay import ReplayPlan

__all__ = ["PINS", "PROJECT", "board_features", "write_project"]

PROJECT = "quantnn_board"
"""The name of the project, its top module and its reports."""

PINS = "pins.json"
"""The file that says which ports of the top are what."""


def board_features(board: Board) -> BoardFeatures:
    """What the board's top finds on a board."""
    groups = {name: group for name, group in board.groups.items() if name in GROUPS}
    try:
        return BoardFeatures(
            {name: tuple(len(pins) for pins in group.signals.values()) for name, group in groups.items()}
        )
    except ValueError as error:
        raise InputError(f"{board.name}: {error}") from error


def write_project(
    board: Board,
    directory: Path,
    *,
    input: BeatFormat,
    output: BeatFormat,
    labels: tuple[int | None, ...],
    files: Sequence[str],
    clock: ClockPlan | None = None,
    core: str = CORE,
    replay: ReplayPlan | None = None,
) -> list[Path]:
    """Write the project of a board's top around a core, its built-in samples and its link.

    The same arguments give the same bytes, wherever ``directory`` is.

    Parameters
    ----------
    board : Board
        What the project is for.
    directory : Path
        Where the files of the design stand already; those of the project are written beside them.
    input, output : BeatFormat
        The core's streams.
    labels : tuple of int or None
        The true class of each sample of module ``quantnn_samples``, None where unknown; empty without that module.
    files : sequence of str
        Names of the design's files: the Verilog of the modules and the memory contents that it reads. Module
        ``quantnn_link`` is among them where the board has a link.
    clock : ClockPlan, optional
        The design's clock; by default the oscillator.
    core : str
        The core's module.
    replay : ReplayPlan, optional
        The set that module ``quantnn_replay`` keeps, which then takes the place of ``quantnn_samples``.

    Returns
    -------
    list of Path
        The files written, the one to open in the vendor's tool first, ``pins.json`` last.

    Raises
    ------
    InputError
        A file of the design is missing, or the board can neither show samples nor be asked by a host, or the samples
        or classes are more than it can show.
    """
    for file in files:
        if not (directory / file).is_file():
            raise InputError(f"{file} must stand in {directory} before the project is written")
    clock = clock or ClockPlan(board.clock_frequency)
    features = board_features(board)
    try:
        parameters = BoardTopParameters(input, output, features, tuple(labels), clock, core=core, replay=replay)
    except ValueError as error:
        raise InputError(f"{board.name}: {error}") from error
    top = BoardTop(parameters)
    plan = make_platform(board, files, clock).build(top, name=PROJECT, do_build=False, emit_src=False)
    contents = {file: f"{content}\n" for file, content in plan.files.items()}
    contents[PINS] = json.dumps(_pins(board, top), indent=2) + "\n"
    for file, content in contents.items():
        (directory / file).write_bytes(content.encode())
    return [directory / file for file in contents]


def _pins(board: Board, top: BoardTop) -> dict[str, Any]:
    """Ports of the top by what they are for, as docs/board.md describes them."""
    described = {
        name: [
            {"port": port.io.name, "bits": len(port), "active_low": board.groups[name].active_low} for port in ports
        ]
        for name, ports in top.pins.ports.items()
    }
    return {"clock": top.oscillator.io.name, "clock_hz": board.clock_frequency, "groups": described}
