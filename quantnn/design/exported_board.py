"""The board that a folder was exported for. Nothing of it comes from the folder but its name."""

from __future__ import annotations

from pathlib import Path

from quantnn.board.board import Board, load_board
from quantnn.board.names import board_names
from quantnn.design.report import Report
from quantnn.errors import InputError

__all__ = ["exported_board"]


def exported_board(design: Path, report: Report, own: Board | Path | None = None) -> Board:
    """The board of a design: one that comes with quantnn, or ``own``, a board or its TOML file.

    Raises
    ------
    InputError
        The design is for a board of the user's own that is not given, or for another than is given.
    """
    if own is None:
        if report.board not in board_names():
            raise InputError(f"{design} is for {report.board}, a board of your own: give its file with --board")
        own = Path(report.board)
    board = own if isinstance(own, Board) else load_board(str(own))
    if board.name != report.board:
        remedy = f" with --board {own}" if isinstance(own, Path) else ""
        raise InputError(f"{design} is for {report.board}, not for {board.name}: export again{remedy}")
    return board
