"""How fast the FPGA is: cycles by the clock, with and without the line to the host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from quantnn.arithmetic import ceil_div
from quantnn.design.report import Report
from quantnn.plan.link import CRC_BYTES, HEADER_BYTES

__all__ = ["FpgaSpeed", "LinkSpeed", "line_bytes"]

_BITS = 10
"""Of a byte on the line: start, eight, stop."""

_CYCLES_IN, _CYCLES_OUT = 3, 2
"""Cycles in which a byte goes from the link's memory into the core, and from the core into a frame."""


@dataclass(frozen=True)
class FpgaSpeed:
    """The core, with samples back to back.

    Parameters
    ----------
    clock_mhz : float
        Greater than 0.
    built : bool
        Whether place and route reached that clock; else it is what the design was exported for.
    interval, latency : int or float
        Initiation interval and latency in cycles, at least 1; a mean where a faulty core stalls.
    measured : bool
        Whether the simulation showed these cycles; else they are planned.
    fmax_mhz : float, optional
        The clock that place and route would have allowed; None where it is not known.
    """

    clock_mhz: float
    built: bool
    interval: int | float
    latency: int | float
    measured: bool
    fmax_mhz: float | None = None

    def __post_init__(self) -> None:
        if not (self.clock_mhz > 0 and self.interval > 0 and self.latency > 0):
            raise ValueError(
                f"A core must have a clock and cycles, not {self.clock_mhz} MHz, {self.interval} and {self.latency}"
            )

    @classmethod
    def of_report(cls, report: Report) -> Self:
        """What a report says: the clock of its build, where there is one, and cycles as measured, where they were."""
        interval, latency = report.ii_cycles, report.latency_cycles
        measured = interval.measured is not None and latency.measured is not None
        cycles = (interval.known, latency.known) if measured else (interval.planned, latency.planned)
        if report.build is None:
            return cls(report.clock_mhz, False, *cycles, measured)
        return cls(report.build.clock_mhz, True, *cycles, measured, report.build.fmax_mhz)

    @property
    def clock(self) -> str:
        """The clock for people, marked if it is only a target."""
        return f"{self.clock_mhz:g} MHz{'' if self.built else ' (target)'}"

    @property
    def latency_seconds(self) -> float:
        """From the first beat of a sample to the last of its answer."""
        return self.latency / (self.clock_mhz * 1e6)

    @property
    def samples_per_second(self) -> float:
        return self.clock_mhz * 1e6 / self.interval

    def seconds(self, samples: int) -> float:
        """From the first beat of the first sample to the last answer of so many, at least 1."""
        return self.latency_seconds + (samples - 1) / self.samples_per_second


@dataclass(frozen=True)
class LinkSpeed:
    """The core behind the host link of docs/link.md, which works on one sample at a time.

    Left out is what the host and its USB bridge add, so this is the best that a host can see.

    Parameters
    ----------
    core : FpgaSpeed
    baud : int
        Bits per second of the line, at least 1.
    sample_bytes, answer_bytes : int
        Payloads, at least 1.
    """

    core: FpgaSpeed
    baud: int
    sample_bytes: int
    answer_bytes: int

    def __post_init__(self) -> None:
        if min(self.baud, self.sample_bytes, self.answer_bytes) < 1:
            raise ValueError(
                f"A link must have bits and bytes, not {self.baud}, {self.sample_bytes} and {self.answer_bytes}"
            )

    @classmethod
    def of_report(cls, report: Report) -> Self | None:
        """What a report says; None where the board has no link."""
        if (link := report.link) is None:
            return None
        return cls(FpgaSpeed.of_report(report), link.baud, link.sample_bytes, link.answer_bytes)

    @property
    def sample_seconds(self) -> float:
        """What a sample takes on the line."""
        return _BITS * line_bytes(self.sample_bytes) / self.baud

    @property
    def answer_seconds(self) -> float:
        """What an answer takes on the line."""
        return _BITS * line_bytes(self.answer_bytes) / self.baud

    @property
    def core_seconds(self) -> float:
        """What a sample takes from its last bit on the line to the last beat of its answer."""
        return (_CYCLES_IN * (2 + self.sample_bytes) + self.core.latency) / (self.core.clock_mhz * 1e6)

    @property
    def framing_seconds(self) -> float:
        """What the answer takes from there to its first bit on the line."""
        return _CYCLES_OUT * (HEADER_BYTES + self.answer_bytes + CRC_BYTES) / (self.core.clock_mhz * 1e6)

    @property
    def latency_seconds(self) -> float:
        """From a sample's first bit on the line to its answer's last."""
        return self.sample_seconds + self.core_seconds + self.framing_seconds + self.answer_seconds

    @property
    def samples_per_second(self) -> float:
        """With as many samples under way as the window allows, so that one of the three stages never waits."""
        return 1 / max(self.sample_seconds, self.core_seconds, self.framing_seconds + self.answer_seconds)

    def seconds(self, samples: int) -> float:
        """From the first sample's first bit on the line to the last answer of so many, at least 1."""
        return self.latency_seconds + (samples - 1) / self.samples_per_second


def line_bytes(payload: int) -> int:
    """Bytes of a frame on the line, its end included, as encoded at its longest."""
    frame = HEADER_BYTES + payload + CRC_BYTES
    return frame + ceil_div(frame, 254) + 1
