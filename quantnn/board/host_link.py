"""The serial line between a board and the computer that it is plugged into."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from quantnn.files.toml_table import TomlTable

__all__ = ["HostLink"]

_USB = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}")


@dataclass(frozen=True)
class HostLink:
    """What is known of the line besides its pins, which are the pin groups ``uart_rx`` and ``uart_tx``.

    Parameters
    ----------
    baud : int
        Bits per second, of 8 bits, no parity and one stop bit.
    bridge : str
        What makes a serial port of it: a chip on the board, or an adapter of one's own.
    usb : tuple of str
        Vendor and product of the bridge, in hexadecimal, as in 0403:6015; empty for an adapter of one's own.
    source : tuple of str
        Ids of documents that state the facts.

    Raises
    ------
    ValueError
        A USB id is malformed.
    """

    baud: int
    bridge: str
    usb: tuple[str, ...]
    source: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in self.usb:
            if not _USB.fullmatch(name):
                raise ValueError(f"usb must list vendors and products like 0403:6015, not {name!r}")

    @classmethod
    def read(cls, table: TomlTable) -> Self:
        """From a board's ``link``."""
        return cls(
            table.integer("baud"),
            table.text("bridge"),
            table.texts("usb") if "usb" in table else (),
            table.texts("source"),
        )
