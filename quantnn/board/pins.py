"""Pins of a board, grouped by what they are for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import Field
from pydantic.dataclasses import dataclass as record

from quantnn.files.field_types import Hertz, Must, Sources, Text, Words
from quantnn.files.record import CLOSED

__all__ = ["PinGroup", "PinTable"]

Level = Literal["high", "low"]
SignalName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.\[\]-]*$"),
    Must("be a name of letters, digits and _-.[], like GPIO[0]"),
]
PIN = re.compile(r"[A-Z]{0,2}[0-9]{1,3}")


@record(frozen=True, config=CLOSED)
class PinTable:
    """A member of ``pins`` in a board's file: a :class:`PinGroup` as people write it."""

    direction: Literal["input", "output", "bidirectional"]
    io_standard: Words
    source: Sources
    signals: Annotated[dict[SignalName, Text], Field(min_length=1)]
    active: Level = "high"
    frequency: Hertz | None = None
    attributes: dict[Words, Words] = field(default_factory=dict)
    level: Level | None = None
    pll: Words | None = None


@dataclass(frozen=True)
class PinGroup:
    """Signals of one purpose.

    ``uart_rx``, ``uart_tx``, ``switch``, ``button``, ``led`` and ``display`` are what the board's top uses.

    Parameters
    ----------
    name : str
        The purpose; its n-th signal is the n-th such resource.
    direction : str
        ``input``, ``output`` or ``bidirectional``, seen from the FPGA.
    io_standard : str
        In the toolchain's words.
    active_low : bool
        Whether a low level means on, or pressed.
    frequency : int or None
        Hz of a clock.
    signals : mapping of str to tuple of str
        Pins by the signal's name in the schematic, bit 0 first.
    attributes : mapping of str to str
        What else the toolchain is told of every pin, in its words: pull-ups, drive strengths.
    aliases : mapping of str to str
        Bits that are another name for a bit of another group, which has the pin.
    level : str or None
        ``high`` or ``low``: what every design has to hold an output at, lest the board does not work.
    pll : str or None
        The PLL of the family that a clock's pin leads to, where that is not the usual one.

    Raises
    ------
    ValueError
        A pin's name is malformed, a signal has none, or a level is given for an input.
    """

    name: str
    direction: str
    io_standard: str
    active_low: bool
    frequency: int | None
    signals: Mapping[str, tuple[str, ...]]
    source: tuple[str, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    level: str | None = None
    pll: str | None = None

    def __post_init__(self) -> None:
        for name in ("signals", "attributes", "aliases"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        for signal, pins in self.signals.items():
            for pin in pins or ("",):
                if not PIN.fullmatch(pin):
                    raise ValueError(
                        f"signals.{signal} must list pins like P11 or 35, or signals that stand above like GPIO[0],"
                        f" not {pin!r}"
                    )
        if self.level and self.direction != "output":
            raise ValueError(f"level must stand with the direction output, not {self.direction}")
        if (self.pll or self.frequency) and self.direction != "input":
            raise ValueError(f"a clock must have the direction input, not {self.direction}")

    @property
    def bits(self) -> dict[str, str]:
        """The pin of every bit, by names like ``KEY[0]``; a signal of one pin has no index."""
        return _bits(self.signals)

    @classmethod
    def of_table(cls, name: str, known: Mapping[str, str], table: PinTable) -> Self:
        """From a member of a board's ``pins``; ``known`` are the pins of the bits that stand above it."""
        written = {signal: tuple(words.split()) for signal, words in table.signals.items()}
        aliases = {bit: word for bit, word in _bits(written).items() if word in known and not PIN.fullmatch(word)}
        others = set(aliases.values())
        signals = {
            signal: tuple(known[word] if word in others else word for word in words)
            for signal, words in written.items()
        }
        return cls(
            name,
            table.direction,
            table.io_standard,
            table.active == "low",
            table.frequency,
            signals,
            table.source,
            table.attributes,
            aliases,
            table.level,
            table.pll,
        )


def _bits(signals: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {
        signal if len(pins) == 1 else f"{signal}[{bit}]": pin
        for signal, pins in signals.items()
        for bit, pin in enumerate(pins)
    }
