"""The serial port that a board is at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

import serial
from serial.tools import list_ports

from quantnn.errors import LinkError

__all__ = ["AUTO", "Port", "find_port", "open_port"]

AUTO = "auto"
_READ_SECONDS = 0.02
_WRITE_SECONDS = 5.0
_SOCKET = "socket://"

_REMEDIES = {
    r"exclusively lock|resource busy": "another program has it open: close that",
    r"No such (file|device)|FileNotFound": "there is no such port: plug the board in, or look with --port auto",
    r"Connection refused": "nobody listens there: start the simulated board first",
    r"Inappropriate ioctl|Is a directory": "it is no serial port: plug the board in, and look with --port auto",
}
"""What to do, by what the system says."""


class Port(Protocol):
    """What the host's end of the link needs of a port; pyserial's are such."""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes, fewer or none after a short time."""
        ...

    def write(self, data: bytes) -> Any:
        """Send all bytes."""
        ...

    @property
    def in_waiting(self) -> int:
        """Bytes that can be read at once."""
        ...

    def close(self) -> None:
        """Give the port back."""
        ...


def open_port(name: str, baud: int, usb: Sequence[str] = ()) -> Port:
    """Open a port.

    Parameters
    ----------
    name : str
        A device (/dev/ttyUSB0, COM3, a pseudo-terminal), ``socket://host:port``, any other URL of pyserial, or
        ``auto``: the board's own, see :func:`find_port`.
    baud : int
        Bits per second, where the port has such a thing.
    usb : sequence of str
        Vendor and product of the board's USB bridge.

    Raises
    ------
    LinkError
        It cannot be opened: says why, and what to do.
    """
    if name == AUTO:
        name = find_port(usb)
    try:
        if name.startswith(_SOCKET):
            _check_socket(name)
        port: Port = serial.serial_for_url(
            name, baudrate=baud, timeout=_READ_SECONDS, write_timeout=_WRITE_SECONDS, exclusive=True
        )
    except (OSError, ValueError, re.error) as error:  # SerialException is an OSError; hwgrep:// has a pattern
        raise LinkError(_one_line(f"{name or 'A port without a name'} cannot be opened: {_remedy(error)}")) from None
    return port


def _check_socket(name: str) -> None:
    """What pyserial makes of such an address is no message for anybody."""
    address = f"{_SOCKET}host:port, with a port of 1 to 65535"
    try:
        parts = urlsplit(name)
        complete = parts.hostname and parts.port
    except ValueError:
        complete = None
    if not complete:
        raise ValueError(f"it must be {address}")


def find_port(usb: Sequence[str]) -> str:
    """The port of the only board that is plugged in.

    Of a bridge with several ports the last is taken: the ones before it are for programming.

    Parameters
    ----------
    usb : sequence of str
        Vendor and product in hexadecimal, as in 0403:6015; without any, every port at a USB plug will do.

    Raises
    ------
    LinkError
        There is none, or more than one: lists what was found.
    """
    plugged = [port for port in list_ports.comports() if port.vid is not None]
    bridges: dict[tuple[Any, ...], Any] = {}
    for port in sorted(plugged, key=lambda port: (port.location or "", port.device)):
        if not usb or _id(port) in usb:
            plug = (port.location or port.device).partition(":")[0]
            bridges[_id(port), port.serial_number, plug] = port
    if len(bridges) == 1:
        [port] = bridges.values()
        return str(port.device)
    wanted = f"a USB bridge {' or '.join(usb)}" if usb else "a USB serial adapter"
    if not bridges:
        others = "; ".join(map(_describe, plugged)) or "no other either"
        raise LinkError(f"No serial port of {wanted} was found ({others}): plug the board in, or give --port")
    found = "; ".join(map(_describe, bridges.values()))
    raise LinkError(f"There are {len(bridges)} serial ports of {wanted}: choose with --port. Found: {found}")


def _id(port: Any) -> str:
    return f"{port.vid:04x}:{port.pid:04x}"


def _describe(port: Any) -> str:
    return f"{port.device}, {_id(port)} {port.description}"


def _remedy(error: Exception) -> str:
    text = str(error)
    if "Permission" in text or "Access is denied" in text:
        return f"{text}: close what else has it open; on Linux, join the group that owns it, mostly dialout"
    return next((remedy for pattern, remedy in _REMEDIES.items() if re.search(pattern, text)), text)


def _one_line(text: str) -> str:
    return " ".join(text.split())
