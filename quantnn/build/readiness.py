"""Whether an exported folder may be built: what was verified is what would go onto the board."""

from __future__ import annotations

from pathlib import Path

from quantnn.board.board import Board
from quantnn.design.report import Report
from quantnn.errors import InputError
from quantnn.verify.genuine_board import GenuineBoard

__all__ = ["check_ready"]


def check_ready(design: Path, report: Report, board: Board, *, as_it_is: bool = False) -> GenuineBoard:
    """Refuse what a later comparison of answers might not find, before minutes have passed.

    ``verify`` simulates the core in ``core/``, and the tools build the one in ``board/``: both have to be those that
    belong to the network, and all around them has to be what this quantnn makes for the board.

    Returns
    -------
    GenuineBoard
        The files to build, as they were compared.

    Raises
    ------
    InputError
        A file is missing or was changed, or the verification failed.
    VerificationError
        A memory file does not hold the network.
    """
    found = report.verification
    if found is not None and not found.passed:
        raise InputError(f"{design} failed its verification ({found.first_difference}): export again, and verify")
    return GenuineBoard.load(design, report, board, as_it_is=as_it_is)
