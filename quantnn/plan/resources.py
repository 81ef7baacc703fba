"""What a device offers to a design: logic cells, block RAM and multipliers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from quantnn.files.toml_table import TomlTable

__all__ = ["BlockRam", "Logic", "MultiplierMode", "Multipliers", "Resources"]


@dataclass(frozen=True)
class Logic:
    """Logic cells: what the vendor calls one, and how many. ``source``: ids of documents that state it."""

    unit: str
    count: int
    source: tuple[str, ...]

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a board's ``resources.logic``."""
        return cls(table.text("unit"), table.integer("count"), table.texts("source"))


@dataclass(frozen=True)
class BlockRam:
    """Memory blocks: their number, the bits of one and its (depth, width) shapes.

    Raises
    ------
    ValueError
        A shape has more bits than a block.
    """

    name: str
    count: int
    bits: int
    shapes: tuple[tuple[int, int], ...]
    source: tuple[str, ...]

    def __post_init__(self) -> None:
        for depth, width in self.shapes:
            if depth * width > self.bits:
                raise ValueError(f"shapes must have at most {self.bits} bits, not {depth} × {width}")

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a board's ``resources.block_ram``."""
        return cls(
            table.text("name"),
            table.integer("count"),
            table.integer("bits"),
            table.pairs("shapes"),
            table.texts("source"),
        )


@dataclass(frozen=True)
class MultiplierMode:
    """The operand widths of a multiplication and the multiplier elements that it takes."""

    operands: tuple[int, int]
    elements: int

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a member of a board's ``resources.multipliers.modes``."""
        return cls(table.pair("operands"), table.integer("elements"))


@dataclass(frozen=True)
class Multipliers:
    """Hardware multipliers, counted in the vendor's elements."""

    name: str
    count: int
    modes: tuple[MultiplierMode, ...]
    source: tuple[str, ...]

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a board's ``resources.multipliers``."""
        modes = tuple(mode.read(MultiplierMode.read) for mode in table.tables("modes"))
        return cls(table.text("name"), table.integer("count"), modes, table.texts("source"))


@dataclass(frozen=True)
class Resources:
    """What a design may use of the device."""

    logic: Logic
    multipliers: Multipliers
    block_ram: BlockRam

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a board's ``resources``."""
        return cls(
            table.table("logic").read(Logic.read),
            table.table("multipliers").read(Multipliers.read),
            table.table("block_ram").read(BlockRam.read),
        )
