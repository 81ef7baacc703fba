"""The names of boards, known without reading one: for messages and for the shell's completion."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from quantnn.errors import InputError

__all__ = ["board_names", "check_board_name"]


def board_names() -> tuple[str, ...]:
    """The names of the boards that come with quantnn."""
    files = (entry.name for entry in resources.files("quantnn.boards").iterdir())
    return tuple(sorted(name[: -len(".toml")].replace("_", "-") for name in files if name.endswith(".toml")))


def check_board_name(name_or_path: str | Path) -> None:
    """Check that this may be a board: a name of :func:`board_names`, or a .toml file, read or not.

    Raises
    ------
    InputError
        It is neither.
    """
    if name_or_path not in board_names() and Path(name_or_path).suffix != ".toml":
        known = ", ".join(board_names())
        raise InputError(f"A board must be one of {known}, or a .toml file, not {str(name_or_path)!r}")
