"""What a part of a design takes of the device, in its report."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quantnn.files.field_types import Count, Positive
from quantnn.files.record import RECORD

__all__ = ["Limits", "Taken"]


@dataclass(frozen=True, config=RECORD)
class Limits:
    """What a device has of each resource."""

    multipliers: Positive
    """9-bit multiplier elements, or the board's multipliers."""
    m9k: Positive
    """Block RAMs."""
    le: Positive
    """Logic elements."""


@dataclass(frozen=True, config=RECORD)
class Taken:
    """Resources, by the keys that all reports have, whatever the board's vendor calls them."""

    multipliers: Count
    """9-bit multiplier elements, or the board's multipliers."""
    m9k: Count
    """Block RAMs, by shape."""
    le: Count
    """Logic elements, an estimate."""
