"""Pins of a board, grouped by what they are for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from quantnn.files.toml_table import TomlTable

__all__ = ["PinGroup"]

DIRECTIONS = ("input", "output", "bidirectional")
LEVELS = ("high", "low")
PIN = re.compile(r"[A-Z]{0,2}[0-9]{1,3}")


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
    def read(cls, name: str, known: Mapping[str, str], table: TomlTable) -> Self:
        """From a member of a board's ``pins``; ``known`` are the pins of the bits that stand above it."""
        named = table.table("signals")
        written = {signal: tuple(named.text(signal).split()) for signal in named.fields()}
        aliases = {bit: word for bit, word in _bits(written).items() if word in known and not PIN.fullmatch(word)}
        others = set(aliases.values())
        signals = {
            signal: tuple(known[word] if word in others else word for word in words)
            for signal, words in written.items()
        }
        attributes = table.table("attributes") if "attributes" in table else None
        return cls(
            name,
            table.text("direction", *DIRECTIONS),
            table.text("io_standard"),
            table.text("active", *LEVELS, default="high") == "low",
            table.integer("frequency") if "frequency" in table else None,
            signals,
            table.texts("source"),
            {field: attributes.text(field) for field in attributes.fields()} if attributes else {},
            aliases,
            table.text("level", *LEVELS) if "level" in table else None,
            table.text("pll") if "pll" in table else None,
        )


def _bits(signals: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {
        signal if len(pins) == 1 else f"{signal}[{bit}]": pin
        for signal, pins in signals.items()
        for bit, pin in enumerate(pins)
    }
