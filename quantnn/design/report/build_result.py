"""What synthesis, placement and routing made of a design: clock, resources and slowest path."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from quantnn.files.field_types import AboveZero, AtLeastZero, Count, Must, Positive, Text
from quantnn.files.record import RECORD

__all__ = ["BuildResult", "CriticalPath", "Slack", "Usage"]

_Made = Annotated[
    str,
    Field(pattern=r"^output_files/[A-Za-z0-9_+-][A-Za-z0-9_.+-]*$"),
    Must("be a file in output_files/, of letters, digits, '_', '.', '+' and '-'"),
]
"""It goes when the design changes, so it may be nothing that a build cannot have made."""

_Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$"), Must("be 64 digits of 0-9 and a-f")]


@dataclass(frozen=True, config=RECORD)
class Usage:
    """How much of one of the device's resources is used."""

    name: Text
    """The resource, as the device's vendor calls it: LE, M9K, LUT4."""
    used: Count
    """How many are used."""
    available: Positive
    """How many there are."""


@dataclass(frozen=True, config=RECORD)
class CriticalPath:
    """The slowest path between two registers, or the one that misses its time by most."""

    delay_ns: AtLeastZero
    """Its delay, in nanoseconds, from the clock's edge at its start to its end, as the tool states it."""
    start: Text
    """The register, memory or port where it starts, as the tool names it."""
    end: Text
    """Where it ends, as the tool names it."""
    where: Text
    """The same in the network's terms: which part of which layer."""


@dataclass(frozen=True, config=RECORD)
class Slack:
    """The least time to spare that one of the timing checks found."""

    check: Text
    """The timing check: setup, hold, recovery, removal or minimum pulse width."""
    ns: float
    """The least time to spare, in nanoseconds; less than 0 is a failure."""


@dataclass(frozen=True, config=RECORD)
class BuildResult:
    """A bitstream and what the tools say of it."""

    tool: Text
    """What built it, with its version."""
    clock_mhz: AboveZero
    """The clock that was asked for, and that the board runs at, in MHz."""
    fmax_mhz: AboveZero | None
    """The clock that would have been possible in the slowest conditions, in MHz; null where no path limits it."""
    resources: tuple[Usage, ...]
    """What is used of the device."""
    critical_path: CriticalPath | None
    """The slowest path; null where the tool named none."""
    seed: int | None
    """The placement's seed; null where the tool was given none."""
    files: tuple[_Made, ...]
    """What was made, as names in board/, all in output_files/; what goes onto the board comes first."""
    seconds: AtLeastZero
    """How long it took."""
    warnings: tuple[str, ...]
    """Sentences for people: what was built otherwise than planned."""
    slacks: tuple[Slack, ...]
    """Time to spare per timing check, where the tool states it."""
    sha256: tuple[_Sha256, ...] = ()
    """SHA-256 of each of the files, so that no other goes onto the board; missing in reports of before."""
