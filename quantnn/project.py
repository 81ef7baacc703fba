"""The board's project: a folder that the vendor's tool opens and compiles, without Python."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from quantnn.beats import BeatFormat
from quantnn.board import Board
from quantnn.errors import InputError
from quantnn.hdl.board_top import RESOURCES, BoardTop, BoardTopParameters
from quantnn.platform import make_platform

__all__ = ["PROJECT", "write_project"]

PROJECT = "quantnn_board"
"""The name of the project, its top module and its reports."""


def write_project(
    board: Board,
    directory: Path,
    *,
    input: BeatFormat,
    output: BeatFormat,
    labels: tuple[int | None, ...],
    files: Sequence[str],
) -> list[Path]:
    """Write the project of a board's top around a core and its built-in samples.

    The same arguments give the same bytes, wherever ``directory`` is.

    Parameters
    ----------
    board : Board
        What the project is for.
    directory : Path
        Where the files of the design stand already; those of the project are written beside them.
    input, output : BeatFormat
        The streams of module ``quantnn_core``.
    labels : tuple of int or None
        The true class of each sample of module ``quantnn_samples``, None where unknown.
    files : sequence of str
        Names of the design's files: the Verilog of both modules and the memory contents that it reads.

    Returns
    -------
    list of Path
        The files written, the one to open in the vendor's tool first.

    Raises
    ------
    InputError
        A file of the design is missing, the board lacks switches or lamps, or the samples or classes are more
        than they can show.
    """
    groups = {group.name: list(group.signals.values()) for group in board.pins}
    for name, (signals, bits) in RESOURCES.items():
        if sum(len(pins) >= bits for pins in groups.get(name, [])[:signals]) < signals:
            raise InputError(f"{board.name}: pins.{name} must have at least {signals} signals of {bits} bits")
    for file in files:
        if not (directory / file).is_file():
            raise InputError(f"{file} must stand in {directory} before the project is written")
    try:
        parameters = BoardTopParameters(input, output, tuple(labels))
    except ValueError as error:
        raise InputError(f"{board.name}: {error}") from error
    plan = make_platform(board, files).build(
        BoardTop(parameters), name=PROJECT, do_build=False, emit_src=False
    )
    for file, content in plan.files.items():
        (directory / file).write_bytes(f"{content}\n".encode())
    return [directory / file for file in plan.files]
