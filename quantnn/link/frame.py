"""Frames as bytes on the line."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from cobs import cobs

from quantnn.plan.link import CRC_BYTES, HEADER_BYTES, MAX_PAYLOAD, PROTOCOL

__all__ = ["Frame", "FrameDecoder"]

_HEADER = struct.Struct("<BBHH")
_CRC = struct.Struct("<I")
LONGEST = HEADER_BYTES + MAX_PAYLOAD + CRC_BYTES


@dataclass(frozen=True)
class Frame:
    """One message.

    Parameters
    ----------
    type : int
        A :class:`quantnn.plan.link.FrameType`, or what a later version of the protocol calls so.
    sequence : int
        0 to 65535; an answer carries that of its question.
    payload : bytes
        At most 65535.
    version : int
        Of the protocol, 0 to 255.

    Raises
    ------
    ValueError
        A field does not fit.
    """

    type: int
    sequence: int
    payload: bytes = b""
    version: int = PROTOCOL

    def __post_init__(self) -> None:
        for name, most in (("version", 0xFF), ("type", 0xFF), ("sequence", 0xFFFF)):
            if not 0 <= getattr(self, name) <= most:
                raise ValueError(f"A frame's {name} must lie in 0..{most}, not be {getattr(self, name)}")
        if len(self.payload) > MAX_PAYLOAD:
            raise ValueError(f"A frame must carry at most {MAX_PAYLOAD} bytes, not {len(self.payload)}")

    def encode(self) -> bytes:
        """The frame as it is sent, with the zero that ends it."""
        head = _HEADER.pack(self.version, self.type, self.sequence, len(self.payload))
        body = head + self.payload
        return bytes(cobs.encode(body + _CRC.pack(zlib.crc32(body)))) + b"\0"

    @classmethod
    def decode(cls, encoded: bytes) -> Frame:
        """From what stood between two zeros.

        Raises
        ------
        ValueError
            It is damaged.
        """
        try:
            raw = cobs.decode(encoded)
        except cobs.DecodeError as error:
            raise ValueError(str(error)) from None
        if len(raw) < HEADER_BYTES + CRC_BYTES:
            raise ValueError(f"A frame must have at least {HEADER_BYTES + CRC_BYTES} bytes, not {len(raw)}")
        body, crc = raw[:-CRC_BYTES], raw[-CRC_BYTES:]
        version, type, sequence, length = _HEADER.unpack_from(body)
        if _CRC.unpack(crc)[0] != zlib.crc32(body):
            raise ValueError("The CRC is wrong")
        if length != len(body) - HEADER_BYTES:
            raise ValueError(f"The payload must have {length} bytes, not {len(body) - HEADER_BYTES}")
        return cls(type, sequence, body[HEADER_BYTES:], version)


class FrameDecoder:
    """Frames from a stream of bytes. What is damaged is left out and counted.

    Members
    -------
    damaged : int
        Pieces between zeros that were no frame.
    """

    def __init__(self) -> None:
        self.damaged = 0
        self._partial = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that these bytes complete."""
        self._partial += data
        *pieces, rest = bytes(self._partial).split(b"\0")
        # A line that never sends a zero must not fill the memory.
        self._partial = bytearray(rest[: 2 * LONGEST])
        for piece in filter(None, pieces):
            try:
                yield Frame.decode(piece)
            except ValueError:
                self.damaged += 1
