"""A board that is a Python object: a port and a link behind it, after docs/link.md, that can be made to fail."""

import struct

from cobs import cobs
from link_frames import ANSWER, ERROR, HELLO, IDENTITY, SAMPLE, encoded

__all__ = ["ANSWER_BYTES", "BUSY", "FINGERPRINT", "FakeBoard", "answer_to"]

BUSY = 4
SAMPLE_BYTES, ANSWER_BYTES = 6, 3
FINGERPRINT = bytes(range(8))


def answer_to(sample):
    """What the fake board answers."""
    return bytes(sum(sample[place::3]) & 0xFF for place in range(3))


class FakeBoard:
    """A port. What a test wants to go wrong it says by overriding ``question`` or ``reply``.

    Parameters
    ----------
    window : int
        What it says, and what it insists on: with more questions unanswered it fails.
    delay : int
        Reads after which a reply arrives.
    """

    def __init__(self, *, window=3, delay=0, fingerprint=FINGERPRINT, version=1, identity=None):
        self.window, self.delay, self.version = window, delay, version
        self.identity = identity or struct.pack(
            "<8sHHHIH", fingerprint, SAMPLE_BYTES, ANSWER_BYTES, window, 50_000_000, 0
        )
        self.heard = bytearray()
        self.replies = []
        self.out = bytearray()
        self.asked = []
        self.reads = 0
        self.closed = False

    def write(self, data):
        self.heard += data
        *pieces, rest = bytes(self.heard).split(b"\0")
        self.heard = bytearray(rest)
        for piece in filter(None, pieces):
            try:
                body = cobs.decode(piece)
            except cobs.DecodeError:
                continue
            _, kind, sequence, _ = struct.unpack_from("<BBHH", body)
            self.question(kind, sequence, body[6:-4])

    def question(self, kind, sequence, payload):
        """A frame from the host."""
        if kind == HELLO:
            self.reply(encoded(IDENTITY, sequence, self.identity, self.version))
        elif kind == SAMPLE:
            self.asked.append(sequence)
            self.reply(encoded(ANSWER, sequence, answer_to(payload)))
        else:
            self.reply(encoded(ERROR, sequence, b"\2"))

    def reply(self, data):
        """Bytes to the host."""
        self.replies.append((self.reads + self.delay, data))
        assert sum(len(data) == len(encoded(ANSWER, 0, bytes(3))) for _, data in self.replies) <= self.window

    @property
    def in_waiting(self):
        return len(self.out)

    def read(self, size):
        self.reads += 1
        while self.replies and self.replies[0][0] < self.reads:
            self.out += self.replies.pop(0)[1]
        data, self.out = bytes(self.out[:size]), self.out[size:]
        return data

    def close(self):
        self.closed = True
