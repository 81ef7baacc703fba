"""Frames of the host link, put together from docs/link.md without the code that it documents."""

import random
import struct
import zlib

from cobs import cobs

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.plan.link import LinkPlan

__all__ = [
    "ANSWER", "ERROR", "FORMATS", "HELLO", "IDENTITY", "PLAN", "REPLAY", "REPLAYED", "SAMPLE", "encoded", "parse",
    "raw", "some_frames",
]  # fmt: skip

HELLO, SAMPLE, REPLAY, IDENTITY, ANSWER, REPLAYED, ERROR = 0x01, 0x02, 0x03, 0x81, 0x82, 0x83, 0xFF

PLAN = LinkPlan(
    BeatFormat(elements=5, element=IntegerRange(0, 255), per_beat=2),
    BeatFormat(elements=3, element=IntegerRange(-500, 500), per_beat=2, class_width=2),
    clock_hz=4_000_000,
    baud=1_000_000,
)
"""Samples of three beats of two bytes; answers of two beats of three bytes."""


FORMATS = [
    BeatFormat(elements=7, element=IntegerRange(-100, 100), per_beat=3),
    BeatFormat(elements=4, element=IntegerRange(0, 255), per_beat=1),
    BeatFormat(elements=5, element=IntegerRange(0, 31), per_beat=5),
    BeatFormat(elements=1, element=IntegerRange(0, 1)),
    BeatFormat(elements=40, element=IntegerRange(0, 255), per_beat=20),
]
"""Beats of one byte and of many, samples of one beat and of many."""


def raw(type, sequence, payload=b"", version=1):
    """A frame before it is encoded."""
    body = struct.pack("<BBHH", version, type, sequence, len(payload)) + bytes(payload)
    return body + struct.pack("<I", zlib.crc32(body))


def encoded(type, sequence, payload=b"", version=1):
    """A frame as it goes over the line, with its end."""
    return cobs.encode(raw(type, sequence, payload, version)) + b"\0"


def parse(line):
    """The (type, sequence, payload) of every frame in the bytes of a line, all of which have to be whole."""
    *pieces, rest = bytes(line).split(b"\0")
    assert rest == b"", "the line ends in the middle of a frame"
    frames = []
    for piece in pieces:
        body = cobs.decode(piece)
        version, type, sequence, length = struct.unpack_from("<BBHH", body)
        assert (version, length) == (1, len(body) - 10)
        assert struct.unpack("<I", body[-4:])[0] == zlib.crc32(body[:-4])
        frames.append((type, sequence, body[6:-4]))
    return frames


def some_frames():
    """Contents that are awkward to encode."""
    draw = random.Random(3)
    yield from (b"", b"\0", b"\0\0", b"\1", b"\xff", b"a\0", b"\0a", b"a\0b\0\0c")
    yield from (bytes([7]) * count for count in (253, 254, 255, 256, 508, 509))
    yield from (bytes([7]) * 254 + b"\0", bytes([7]) * 253 + b"\0", b"\0" + bytes([7]) * 254)
    yield from (bytes(draw.choice((0, 0, 1, 255, 9)) for _ in range(draw.randrange(1, 60))) for _ in range(40))
