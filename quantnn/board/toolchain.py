"""The programs that make a bitstream for a board, and those that load it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from quantnn.files.toml_table import TomlTable

__all__ = ["TOOLCHAINS", "Programmer", "Setting", "Toolchain"]

TOOLCHAINS = ("quartus", "ecp5", "ice40", "gowin")
"""Quartus, and the families that Yosys and nextpnr know."""


@dataclass(frozen=True)
class Setting:
    """A project-wide setting of the toolchain. ``source``: ids of documents that state it."""

    name: str
    value: str
    source: tuple[str, ...]

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a member of a board's ``toolchain.settings``."""
        return cls(table.text("name"), table.text("value"), table.texts("source"))


@dataclass(frozen=True)
class Toolchain:
    """The tools that make a bitstream for the board, and the settings that the board needs of them."""

    name: str
    settings: tuple[Setting, ...]

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a board's ``toolchain``."""
        found = table.tables("settings") if "settings" in table else ()
        settings = tuple(setting.read(Setting.read) for setting in found)
        return cls(table.text("name", *TOOLCHAINS), settings)


@dataclass(frozen=True)
class Programmer:
    """A program that loads the board.

    Parameters
    ----------
    tool : str
        Its command.
    files : tuple of str
        Endings of the files that it takes.
    arguments : tuple of str
        What it is told before the file, to load the board until power-off.
    flash_arguments : tuple of str
        The same, to write what the board starts from; empty if it takes no such file.
    source : tuple of str
        Ids of documents that state the facts.
    """

    tool: str
    files: tuple[str, ...]
    arguments: tuple[str, ...]
    source: tuple[str, ...]
    flash_arguments: tuple[str, ...] = ()

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a member of a board's ``programmers``."""
        return cls(
            table.text("tool"),
            table.texts("files"),
            table.texts("arguments"),
            table.texts("source"),
            table.texts("flash_arguments") if "flash_arguments" in table else (),
        )
