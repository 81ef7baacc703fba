"""What a search for a cheap rounding found, in its report."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from quantnn.files.field_types import AtLeastZero, Count, Positive, Share
from quantnn.files.record import RECORD

__all__ = ["TradeoffEntry", "TradeoffPoint"]


@dataclass(frozen=True, config=RECORD)
class TradeoffPoint:
    """A network quantized in one way, than which no other is both cheaper and loses less."""

    weight_bits: Positive
    """Bits of a weight."""
    activation_bits: tuple[Positive, ...]
    """Bits behind each layer but the last."""
    digits: Count
    """Signed powers of two of all weights."""
    cells: Count
    """Logic that computes it unrolled, without registers: an estimate of 4-input LUTs."""
    quality: float
    """By the measure."""
    loss: AtLeastZero
    """Percentage points that it loses, or with a certainty of 95 % at most loses on new samples."""


@dataclass(frozen=True, config=RECORD)
class TradeoffEntry:
    """What a search for a cheap rounding found: accuracy beside logic."""

    measure: Literal["accuracy", "agreement", "fidelity"]
    """What quality is: the share of samples that get their label; of those that get the float network's class; or, of a
    network that gives values, one less the noise's share of their variance."""
    reference: Share
    """The float network's quality."""
    samples: Positive
    """Samples that quality was measured on."""
    max_accuracy_drop: AtLeastZero
    """Percentage points that the pick may lose."""
    picked: Count
    """The number, from 0 on, of the point that this design is."""
    points: Annotated[tuple[TradeoffPoint, ...], Field(min_length=1)]
    """The Pareto front, the cheapest first."""

    def __post_init__(self) -> None:
        if self.picked >= len(self.points):
            raise ValueError(f"picked must be one of {len(self.points)} points, not {self.picked}")
