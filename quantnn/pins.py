"""Pins of a board, grouped by what they are for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from quantnn.toml_table import TomlTable

__all__ = ["PinGroup"]

DIRECTIONS = ("input", "output", "bidirectional")
PIN = re.compile(r"[A-Z]{0,2}[0-9]{1,3}")


@dataclass(frozen=True)
class PinGroup:
    """Signals of one purpose. ``switch``, ``button``, ``led`` and ``display`` are what the board's top uses.

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

    Raises
    ------
    ValueError
        A pin's name is malformed, or a signal has none.
    """

    name: str
    direction: str
    io_standard: str
    active_low: bool
    frequency: int | None
    signals: Mapping[str, tuple[str, ...]]
    source: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "signals", MappingProxyType(dict(self.signals)))
        for signal, pins in self.signals.items():
            for pin in pins or ("",):
                if not PIN.fullmatch(pin):
                    raise ValueError(f"signals.{signal} must list pins like P11 or 35, not {pin!r}")

    @property
    def bits(self) -> dict[str, str]:
        """The pin of every bit, by names like ``KEY[0]``; a signal of one pin has no index."""
        return {
            signal if len(pins) == 1 else f"{signal}[{bit}]": pin
            for signal, pins in self.signals.items()
            for bit, pin in enumerate(pins)
        }

    @classmethod
    def read(cls, name: str, table: TomlTable) -> Self:
        """From a member of a board's ``pins``."""
        signals = table.table("signals")
        return cls(
            name,
            table.text("direction", *DIRECTIONS),
            table.text("io_standard"),
            table.text("active", "high", "low", default="high") == "low",
            table.integer("frequency") if "frequency" in table else None,
            {signal: tuple(signals.text(signal).split()) for signal in signals.fields()},
            table.texts("source"),
        )
