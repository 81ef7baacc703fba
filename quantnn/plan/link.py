"""The host link: its protocol, and what its hardware is made of. The protocol is described in docs/link.md."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from quantnn.arithmetic import ceil_div
from quantnn.beats import BeatFormat
from quantnn.plan.memory import MemoryPlan, Shapes, next_power_of_two
from quantnn.plan.replay import REPLAY_BYTES

__all__ = ["CRC_BYTES", "FINGERPRINT_BYTES", "HEADER_BYTES", "PROTOCOL", "ErrorCode", "FrameType", "LinkPlan"]

PROTOCOL = 1
"""Version of the protocol: the first byte of every frame."""

HEADER_BYTES = 6
"""Version, type, and, two bytes each and least significant first, sequence and length of the payload."""

CRC_BYTES = 4
FINGERPRINT_BYTES = 8
MAX_PAYLOAD = (1 << 16) - 1
MAX_SLOTS = 16
_MIN_DIVISOR = 4
_LOGIC = 880
_REPLAY = 40
_TOLERANCE = 50
"""A bit may be a 50th longer or shorter than asked for; the other end is as inexact, and 1/20 is too much."""


class FrameType(IntEnum):
    """What a frame is; those of the board have bit 7 set, so that nobody takes an echo for an answer."""

    HELLO = 0x01
    SAMPLE = 0x02
    REPLAY = 0x03
    IDENTITY = 0x81
    ANSWER = 0x82
    REPLAYED = 0x83
    ERROR = 0xFF


class ErrorCode(IntEnum):
    """Why the board did not do what a whole frame asked for."""

    VERSION = 1
    TYPE = 2
    LENGTH = 3
    BUSY = 4


@dataclass(frozen=True)
class LinkPlan:
    """The board's end of the link.

    Parameters
    ----------
    input, output : BeatFormat
        The core's streams.
    clock_hz : int
        The core's clock.
    baud : int
        Bits per second of the line.
    slots : int
        Samples that can wait for the core, a power of two from 2 to 16.
    replay : bool
        Whether the board has a replay, which the host may ask for.

    Raises
    ------
    ValueError
        A sample or an answer is longer than a frame, or the clock cannot make the bit rate.
    """

    input: BeatFormat
    output: BeatFormat
    clock_hz: int
    baud: int
    slots: int = 2
    replay: bool = False

    def __post_init__(self) -> None:
        for what, size in (("A sample", self.sample_bytes), ("An answer", self.answer_bytes)):
            if size > MAX_PAYLOAD:
                raise ValueError(f"{what} must have at most {MAX_PAYLOAD} bytes to go through the link, not {size}")
        if not 2 <= self.slots <= MAX_SLOTS or self.slots.bit_count() != 1:
            raise ValueError(f"A link must have 2, 4, 8 or {MAX_SLOTS} slots, not {self.slots}")
        error = abs(self.divisor * self.baud - self.clock_hz)
        if self.divisor < _MIN_DIVISOR or error * _TOLERANCE > self.clock_hz:
            raise ValueError(
                f"The clock must make {self.baud} bits per second to 1 part in {_TOLERANCE},"
                f" in at least {_MIN_DIVISOR} cycles each, but {self.clock_hz} Hz does not: choose another baud"
            )

    @property
    def divisor(self) -> int:
        """Cycles of a bit."""
        return (2 * self.clock_hz + self.baud) // (2 * self.baud)

    @property
    def sample_bytes(self) -> int:
        """Bytes of a sample, its beats one after the other."""
        return self.input.beats * self.input.bytes

    @property
    def answer_bytes(self) -> int:
        """Bytes of an answer, its beats one after the other."""
        return self.output.beats * self.output.bytes

    @property
    def window(self) -> int:
        """Samples that a host may have sent and not have the answer of.

        One is in the core or its answer on the way, so that there is a slot for each other.
        """
        return self.slots + 1

    @property
    def slot_bytes(self) -> int:
        """Bytes of a slot, a power of two: a sequence number and a sample."""
        return next_power_of_two(2 + self.sample_bytes)

    @property
    def identity_bytes(self) -> int:
        """Bytes of the payload of an identity: fingerprint, facts, and two bytes for the dropped frames."""
        return FINGERPRINT_BYTES + len(self.facts) + 2

    @property
    def replay_bytes(self) -> int:
        """Bytes of what is told of a replay, 0 without."""
        return REPLAY_BYTES if self.replay else 0

    @property
    def frame_bytes(self) -> int:
        """Bytes of the longest frame that the board sends, before it is encoded."""
        return HEADER_BYTES + max(self.answer_bytes, self.identity_bytes, self.replay_bytes) + CRC_BYTES

    @property
    def encoded_bytes(self) -> int:
        """Bytes of that frame when it is encoded, its end not counted: one more for every 254."""
        return self.frame_bytes + ceil_div(self.frame_bytes, 254)

    @property
    def facts(self) -> bytes:
        """What the board says of itself between its fingerprint and the number of dropped frames."""
        return struct.pack("<HHHI", self.sample_bytes, self.answer_bytes, self.window, self.clock_hz)

    @property
    def sample_memory(self) -> MemoryPlan:
        """The slots."""
        return MemoryPlan("samples", self.slots * self.slot_bytes, 8, writable=True)

    @property
    def frame_memory(self) -> MemoryPlan:
        """A frame that is being sent."""
        return MemoryPlan("encoder", self.encoded_bytes, 8, writable=True)

    @property
    def identity_memory(self) -> MemoryPlan:
        """The fingerprint and the facts: of logic, as no tool makes block RAM of so little."""
        return MemoryPlan("identity", FINGERPRINT_BYTES + len(self.facts), 8, in_logic=True)

    @property
    def logic_elements(self) -> int:
        """Estimate from the LUT4s and flip-flops that Yosys made for an ECP5, memories not counted."""
        return _LOGIC + _REPLAY * self.replay + self.input.tdata_width // 2 + self.output.tdata_width

    @property
    def memories(self) -> Iterable[MemoryPlan]:
        """Every memory of the link."""
        return (self.sample_memory, self.frame_memory, self.identity_memory)

    @property
    def cycles_per_sample(self) -> int:
        """Cycles between samples when the line is what limits: the longer way, as encoded at its shortest."""
        return 10 * self.divisor * (HEADER_BYTES + max(self.sample_bytes, self.answer_bytes) + CRC_BYTES + 2)

    def with_free_slots(self, shapes: Shapes) -> LinkPlan:
        """With as many slots as block RAM of these shapes holds that two slots take anyway."""
        least = self.sample_memory.blocks(shapes)
        plans = [replace(self, slots=1 << n) for n in (4, 3, 2)]
        return next((plan for plan in plans if plan.sample_memory.blocks(shapes) == least), self)
