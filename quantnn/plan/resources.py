"""What a device offers to a design: logic cells, block RAM and multipliers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from quantnn.files.field_types import Size, Sources, Text
from quantnn.files.record import CLOSED

__all__ = ["BlockRam", "Logic", "MultiplierMode", "Multipliers", "Resources"]


@dataclass(frozen=True, config=CLOSED)
class Logic:
    """Logic cells: what the vendor calls one, and how many. ``source``: ids of documents that state it."""

    unit: Text
    count: Size
    source: Sources


@dataclass(frozen=True, config=CLOSED)
class BlockRam:
    """Memory blocks: their number, the bits of one and its (depth, width) shapes.

    Raises
    ------
    ValueError
        A shape has more bits than a block.
    """

    name: Text
    count: Size
    bits: Size
    shapes: Annotated[tuple[tuple[Size, Size], ...], Field(min_length=1)]
    source: Sources

    def __post_init__(self) -> None:
        for depth, width in self.shapes:
            if depth * width > self.bits:
                raise ValueError(f"shapes must have at most {self.bits} bits, not {depth} × {width}")


@dataclass(frozen=True, config=CLOSED)
class MultiplierMode:
    """The operand widths of a multiplication and the multiplier elements that it takes."""

    operands: tuple[Size, Size]
    elements: Size


@dataclass(frozen=True, config=CLOSED)
class Multipliers:
    """Hardware multipliers, counted in the vendor's elements."""

    name: Text
    count: Size
    modes: Annotated[tuple[MultiplierMode, ...], Field(min_length=1)]
    source: Sources


@dataclass(frozen=True, config=CLOSED)
class Resources:
    """What a design may use of the device."""

    logic: Logic
    multipliers: Multipliers
    block_ram: BlockRam
