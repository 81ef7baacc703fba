"""A layer, in a report."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from quantnn.files.field_types import AboveZero, Count, Positive, Text
from quantnn.files.record import RECORD

__all__ = ["Format", "LayerEntry", "ScaledFormat"]


@dataclass(frozen=True, config=RECORD)
class Format:
    """What integers there are, and how wide they are in hardware."""

    lo: int
    """Least value."""
    hi: int
    """Greatest value."""
    bits: Positive
    """Bits that hold both."""
    signed: bool
    """Whether they are two's complement."""


@dataclass(frozen=True, config=RECORD)
class ScaledFormat:
    """Integers that stand for real values."""

    lo: int
    """Least value."""
    hi: int
    """Greatest value."""
    bits: Positive
    """Bits that hold both."""
    signed: bool
    """Whether they are two's complement."""
    scale: AboveZero | Annotated[tuple[AboveZero, ...], Field(min_length=1)]
    """The real value of 1; one per output where they differ."""


@dataclass(frozen=True, config=RECORD)
class LayerEntry:
    """A layer, what it is built as, and what it takes, the queue behind it included."""

    kind: Text
    """The layer type."""
    engine: Text
    """What it is built as."""
    activation: str
    """For people."""
    in_features: Positive
    """Elements in."""
    out_features: Positive
    """Elements out."""
    input: Format
    """Format of an input element."""
    weights: Format | None
    """Format of a weight; null for a layer without."""
    accumulator: Format
    """The accumulator's proven range."""
    output: ScaledFormat
    """Format of an output element."""
    pe: Positive
    """Output channels worked on at a time; of a streamed layer, its lanes."""
    simd: Positive
    """Inputs worked on at a time; 1 of a streamed layer."""
    lanes: Positive
    """Outputs that leave per cycle."""
    cycles: Positive
    """Cycles per sample when nothing else limits."""
    macs: Count
    """Multiplications per sample."""
    multipliers: Count
    """9-bit multiplier elements, or the board's multipliers."""
    m9k: Count
    """Block RAMs, by shape."""
    le: Count
    """Logic elements, an estimate."""
    adders: Count = 0
    """Sums and differences that an unrolled layer is made of."""
