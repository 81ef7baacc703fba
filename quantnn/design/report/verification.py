"""What a simulation found, in a report."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quantnn.files.field_types import AtLeastZero, Count, Positive, Text
from quantnn.files.record import RECORD

__all__ = ["Verification"]


@dataclass(frozen=True, config=RECORD)
class Verification:
    """What ``quantnn verify`` found."""

    passed: bool
    """Whether everything was equal, cycles included."""
    samples: Positive
    """Samples compared."""
    layers: Positive
    """Layers compared."""
    values_compared: Count
    """Integers compared, all runs together."""
    mismatches: Count
    """Beats that differ."""
    first_difference: str | None
    """A sentence that names layer, neuron, sample, got and expected; null if there is none."""
    simulator: Text
    """What it ran on."""
    seconds: AtLeastZero
    """How long it took."""
