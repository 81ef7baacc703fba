"""The serial line between a board and the computer that it is plugged into."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quantnn.files.field_types import Hertz, Sources, Text, UsbId
from quantnn.files.record import CLOSED

__all__ = ["HostLink"]


@dataclass(frozen=True, config=CLOSED)
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
    """

    baud: Hertz
    bridge: Text
    source: Sources
    usb: tuple[UsbId, ...] = ()
