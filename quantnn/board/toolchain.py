"""The programs that make a bitstream for a board, and those that load it."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field
from pydantic.dataclasses import dataclass

from quantnn.files.field_types import Sources, Text, Words
from quantnn.files.record import CLOSED

__all__ = ["TOOLCHAINS", "Programmer", "Setting", "Toolchain"]

ToolchainName = Literal["quartus", "ecp5", "ice40", "gowin"]
TOOLCHAINS: tuple[str, ...] = get_args(ToolchainName)
"""Quartus, and the families that Yosys and nextpnr know."""
ProgrammerName = Literal[
    "quartus_pgm", "openFPGALoader", "dfu-util", "ecpdap", "ecpprog", "fujprog", "iceprog", "icesprog", "programmer_cli"
]
"""Programs that load boards: no other is started because a board's file says so."""


@dataclass(frozen=True, config=CLOSED)
class Setting:
    """A project-wide setting of the toolchain. ``source``: ids of documents that state it."""

    name: Words
    value: Words
    source: Sources


@dataclass(frozen=True, config=CLOSED)
class Toolchain:
    """The tools that make a bitstream for the board, and the settings that the board needs of them."""

    name: ToolchainName
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True, config=CLOSED)
class Programmer:
    """A program that loads the board.

    Parameters
    ----------
    tool : str
        Its command, one of ``ProgrammerName``.
    files : tuple of str
        Endings of the files that it takes.
    arguments : tuple of str
        What it is told before the file, to load the board until power-off.
    flash_arguments : tuple of str
        The same, to write what the board starts from; empty if it takes no such file.
    source : tuple of str
        Ids of documents that state the facts.
    """

    tool: ProgrammerName
    files: Annotated[tuple[Words, ...], Field(min_length=1)]
    arguments: Annotated[tuple[Text, ...], Field(min_length=1)]
    source: Sources
    flash_arguments: tuple[Text, ...] = ()
