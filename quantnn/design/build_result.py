"""What synthesis, placement and routing made of a design: clock, resources and slowest path."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any, Self

__all__ = ["BuildResult", "CriticalPath", "Slack", "Usage"]


@dataclass(frozen=True)
class Usage:
    """How much of one of the device's resources is used.

    Parameters
    ----------
    name : str
        As the device's vendor calls it: LE, M9K, LUT4.
    used, available : int
        Not negative, and at least 1.
    """

    name: str
    used: int
    available: int

    def __post_init__(self) -> None:
        if not self.name or self.used < 0 or self.available < 1:
            raise ValueError(f"A usage must have a name and counts, not {self.name!r}: {self.used} of {self.available}")


@dataclass(frozen=True)
class CriticalPath:
    """The slowest path between two registers, or the one that misses its time by most.

    Parameters
    ----------
    delay_ns : float
        From the clock's edge at its start to its end, as the tool states it.
    start, end : str
        The registers, memories or ports at its ends, as the tool names them.
    where : str
        The same in the network's terms: which part of which layer.
    """

    delay_ns: float
    start: str
    end: str
    where: str

    def __post_init__(self) -> None:
        if not (self.delay_ns >= 0 and self.start and self.end and self.where):
            raise ValueError(f"A critical path must have a delay and two ends, not {self}")


@dataclass(frozen=True)
class Slack:
    """The least time to spare that one of the timing checks found; a check that fails has less than 0.

    Parameters
    ----------
    check : str
        setup, hold, recovery, removal or minimum pulse width.
    ns : float
    """

    check: str
    ns: float

    def __post_init__(self) -> None:
        if not self.check or self.ns != self.ns:
            raise ValueError(f"A slack must have a check and a number, not {self.check!r}: {self.ns}")


@dataclass(frozen=True)
class BuildResult:
    """A bitstream and what the tools say of it.

    Parameters
    ----------
    tool : str
        What built it, with its version.
    clock_mhz : float
        The clock that was asked for, and that the board runs at; greater than 0.
    fmax_mhz : float or None
        The clock that would have been possible, in the slowest conditions; None where no path limits it.
    resources : tuple of Usage
    critical_path : CriticalPath or None
    seed : int or None
        The placement's seed, None where the tool was given none.
    files : tuple of str
        What was made, as names in ``board/`` with forward slashes, what goes onto the board first.
    seconds : float
        How long it took.
    warnings : tuple of str
        Sentences for people: what was built otherwise than planned.
    slacks : tuple of Slack
        Time to spare per timing check, where the tool states it.
    """

    tool: str
    clock_mhz: float
    fmax_mhz: float | None
    resources: tuple[Usage, ...]
    critical_path: CriticalPath | None
    seed: int | None
    files: tuple[str, ...]
    seconds: float
    warnings: tuple[str, ...] = ()
    slacks: tuple[Slack, ...] = ()

    def __post_init__(self) -> None:
        if not self.tool or not self.clock_mhz > 0 or not (self.fmax_mhz is None or self.fmax_mhz > 0):
            raise ValueError(f"A build must have a tool and a clock, not {self.tool!r}, {self.clock_mhz} MHz")
        if not self.seconds >= 0:
            raise ValueError(f"A build's seconds must not be negative, like {self.seconds}")
        for name in self.files:
            parts = PurePosixPath(name).parts
            if not parts or parts[0] == "/" or ".." in parts or "\\" in name:
                raise ValueError(f"A build's files must be names in board/, not {name!r}")

    def to_json(self) -> dict[str, Any]:
        """As ``build`` of a report."""
        return {
            name: [*value] if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> Self:
        """From ``build`` of a report.

        Raises
        ------
        KeyError, TypeError, ValueError
            Something is missing or impossible.
        """
        path = entry["critical_path"]
        fmax = entry["fmax_mhz"]
        return cls(
            tool=str(entry["tool"]),
            clock_mhz=float(entry["clock_mhz"]),
            fmax_mhz=None if fmax is None else float(fmax),
            resources=tuple(Usage(**usage) for usage in entry["resources"]),
            critical_path=None if path is None else CriticalPath(**path),
            seed=None if entry["seed"] is None else int(entry["seed"]),
            files=_texts(entry["files"]),
            seconds=float(entry["seconds"]),
            warnings=_texts(entry["warnings"]),
            slacks=tuple(Slack(**slack) for slack in entry["slacks"]),
        )


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError(f"{value!r} is no list of texts")
    return tuple(value)
