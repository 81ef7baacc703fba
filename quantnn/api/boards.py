"""The boards that there are, as people and programs read them."""

from __future__ import annotations

from pathlib import Path

from quantnn.board.board import Board, board_names, load_board
from quantnn.board.table import board_values, list_boards, show_board
from quantnn.design.inspection import Description

__all__ = ["Board", "board_names", "describe_board", "describe_boards", "load_board"]


def describe_boards() -> Description:
    """All boards that come with quantnn."""
    return Description([board_values(load_board(name)) for name in board_names()], list_boards())


def describe_board(name_or_path: str | Path) -> Description:
    """Everything that is known of a board, with its sources.

    Raises
    ------
    InputError
        There is no such board, or its file cannot be used.
    """
    board = load_board(name_or_path)
    return Description(board_values(board), show_board(board))
