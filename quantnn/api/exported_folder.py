"""A folder that an export wrote, and what it was exported for."""

from __future__ import annotations

from pathlib import Path

from quantnn.board.board import Board
from quantnn.design.exported_board import exported_board
from quantnn.design.report import Report, load_report
from quantnn.errors import InputError, naming_parameters

__all__ = ["ExportedFolder"]


class ExportedFolder:
    """What :class:`quantnn.Design` and its parts are about.

    Parameters
    ----------
    path : str or Path
    board : str or Path, optional
        The board's TOML file, if it is one of the user's own.

    Raises
    ------
    InputError
        It is no exported design.
    """

    @naming_parameters()
    def __init__(self, path: str | Path, *, board: str | Path | None = None):
        self.path = Path(path)
        self._own_board = None if board is None else Path(board)
        if not _may_be_there(self.path / "report.json"):
            raise InputError(f"{self.path} is no exported design (report.json is missing): run quantnn export")

    @property
    @naming_parameters()
    def report(self) -> Report:
        """Read anew each time."""
        return load_report(self.path)

    @property
    @naming_parameters()
    def board(self) -> Board:
        """The board that it was exported for.

        Raises
        ------
        InputError
            It is one of the user's own, and was not given.
        """
        return exported_board(self.path, self.report, self._own_board)


def _may_be_there(path: Path) -> bool:
    """Whether a file exists; what the system does not tell is left to who reads it."""
    try:
        return path.exists()
    except OSError:
        return True
