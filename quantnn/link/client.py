"""The host's end of the link: questions, answers, and what to do when one is lost."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from quantnn.errors import LinkError
from quantnn.link.frame import Frame, FrameDecoder
from quantnn.link.port import Port
from quantnn.plan.link import PROTOCOL, ErrorCode, FrameType

__all__ = ["Client", "Identity", "Replayed"]

_IDENTITY = struct.Struct("<8sHHHIH")
_REPLAYED = struct.Struct("<5I")
_SEQUENCES = 1 << 16
_CHUNK = 4096
_BUSY_SECONDS = 0.01


@dataclass(frozen=True)
class Identity:
    """What a board says of itself.

    Parameters
    ----------
    fingerprint : bytes
        Of the network in it, 8 bytes.
    sample_bytes, answer_bytes : int
        Length of a sample and of an answer.
    window : int
        Samples that may be under way.
    clock_hz : int
        The core's clock, as planned.
    dropped : int
        Damaged frames that came to the board since its reset, 65535 for more.
    """

    fingerprint: bytes
    sample_bytes: int
    answer_bytes: int
    window: int
    clock_hz: int
    dropped: int

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """From an identity frame; fields that a later version added are ignored."""
        if len(payload) < _IDENTITY.size:
            raise LinkError(f"The board's identity has {len(payload)} bytes instead of {_IDENTITY.size}: {_REBUILD}")
        found = cls(*_IDENTITY.unpack_from(payload))
        if not found.window:
            raise LinkError(f"The board's window must be at least 1 sample, not 0: {_REBUILD}")
        return found


@dataclass(frozen=True)
class Replayed:
    """What a board counted in a replay.

    Parameters
    ----------
    samples, correct, matching : int
        Answers, those whose class is the true one, and those whose class is the reference's.
    cycles : int
        From the first beat into the core to the last answer out of it.
    mark : int
        CRC-32 of the samples and labels that the board keeps.
    """

    samples: int
    correct: int
    matching: int
    cycles: int
    mark: int

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """From what a board says of a replay; fields that a later version added are ignored."""
        if len(payload) < _REPLAYED.size:
            raise LinkError(f"The board's counts have {len(payload)} bytes instead of {_REPLAYED.size}: {_REBUILD}")
        return cls(*_REPLAYED.unpack_from(payload))


_REBUILD = "build and flash the design with this quantnn"


@dataclass
class _Question:
    """A sample that is under way; ``wait`` is how long its answer may take before it is asked again."""

    index: int
    frame: bytes
    asked: float
    wait: float
    deadline: float
    repeated: int = 0


class Client:
    """Asks a board.

    Parameters
    ----------
    port : Port
    patience : float
        Seconds after which a question is asked again, at least as long as ``window`` samples take on the line. More
        where the board turns out to be slower, or what is asked again would keep it from what is new: twice as long
        as the answer to a question that was asked once took last, and, until there is such a one, twice as long as
        before each time a question is asked again.
    attempts : int
        The board is taken for dead when nothing was answered for as many times ``patience``, or what has become of it.

    Members
    -------
    damaged : int
        Pieces between zeros that came and were no frame.
    repeated : int
        Questions that were asked again.
    """

    def __init__(self, port: Port, patience: float = 0.5, attempts: int = 8):
        self._port = port
        self._patience = patience
        self._attempts = attempts
        self._decoder = FrameDecoder()
        self._sequence = random.randrange(_SEQUENCES)
        self._heard = 0
        self._usual = patience
        self._wait = patience
        self.repeated = 0

    @property
    def damaged(self) -> int:
        return self._decoder.damaged

    def hello(self) -> Identity:
        """Who is there. Whatever the board still had to answer comes before this and is forgotten.

        An answer to any of this client's hellos will do, so that a board that takes longer than ``patience`` is found.

        Raises
        ------
        LinkError
            Nobody is there, or somebody else: says what was heard.
        """
        echoed = False
        said = set()
        for _ in range(self._attempts):
            sequence = self._next_sequence()
            said.add(sequence)
            # The zero ends whatever noise or half a frame came before.
            self._write(b"\0" + Frame(FrameType.HELLO, sequence).encode())
            for frame in self._frames(time.monotonic() + self._patience):
                echoed |= frame.type == FrameType.HELLO
                if frame.type not in (FrameType.IDENTITY, FrameType.ERROR) or frame.sequence not in said:
                    continue
                if frame.version != PROTOCOL or frame.payload == bytes([ErrorCode.VERSION]):
                    raise LinkError(
                        f"The board speaks version {frame.version} of the protocol, not {PROTOCOL}: {_REBUILD}"
                    )
                if frame.type == FrameType.IDENTITY:
                    return Identity.read(frame.payload)
        if echoed:
            raise LinkError("The port only echoes what is sent: the lines to and from the board are connected")
        if self._heard:
            raise LinkError(
                f"{self._heard} bytes came, but no answer: another design is in the board, or the port is another one"
            )
        raise LinkError("Nothing answers: flash the design (quantnn flash), and check port, cable and power")

    def infer(self, samples: Sequence[bytes], window: int) -> Iterator[bytes]:
        """The answer to each sample, in order.

        Up to ``window`` samples are under way. One whose answer does not come is sent again, with the same sequence
        number; as an answer carries that number, a second answer to the same sample does no harm.

        Raises
        ------
        LinkError
            The board stopped answering, or does not understand.
        """
        under_way: dict[int, _Question] = {}
        answers: dict[int, bytes] = {}
        # What was answered and asked more often still has answers to come, which show that the board is alive.
        again: dict[int, int] = {}
        asked = given = 0
        answered = time.monotonic()
        while given < len(samples):
            while asked < len(samples) and len(under_way) < window:
                sequence = self._next_sequence()
                encoded = Frame(FrameType.SAMPLE, sequence, samples[asked]).encode()
                now = time.monotonic()
                under_way[sequence] = _Question(asked, encoded, now, self._wait, now + self._wait)
                self._write(encoded)
                asked += 1
            for frame in self._frames():
                if (question := under_way.get(frame.sequence)) is None:
                    if frame.type == FrameType.ANSWER and again.get(frame.sequence):
                        again[frame.sequence] -= 1
                        answered = time.monotonic()
                    continue
                if frame.type == FrameType.ANSWER:
                    answers[question.index] = frame.payload
                    del under_way[frame.sequence]
                    again[frame.sequence] = question.repeated
                    answered = time.monotonic()
                    if not question.repeated:
                        self._usual = self._wait = max(self._patience, 2 * (answered - question.asked))
                elif frame.type == FrameType.ERROR:
                    self._refused(question, frame)
            while given in answers:
                yield answers.pop(given)
                given += 1
            if time.monotonic() > answered + self._attempts * self._usual:
                done = f"{given} of {len(samples)} samples"
                raise LinkError(f"The board stopped answering after {done}: check cable and power, then reset it")
            self._repeat(under_way)

    def replay(self) -> Replayed:
        """Have the board send all samples that it keeps through the core, and count.

        Each time that ``patience`` is over it is asked again, which begins no second replay while one is under way.

        Raises
        ------
        LinkError
            The board has no replay, or did not answer.
        """
        sequence = self._next_sequence()
        encoded = Frame(FrameType.REPLAY, sequence).encode()
        for attempt in range(self._attempts):
            self._write(encoded)
            self.repeated += attempt > 0
            for frame in self._frames(time.monotonic() + self._patience):
                if frame.sequence != sequence:
                    continue
                if frame.type == FrameType.REPLAYED:
                    return Replayed.read(frame.payload)
                if frame.type == FrameType.ERROR:
                    raise LinkError("The board has no replay: export with --replay, then build and flash the design")
        raise LinkError("The board did not finish its replay: check cable and power, reset it, or give more --patience")

    def _refused(self, question: _Question, frame: Frame) -> None:
        if frame.payload == bytes([ErrorCode.BUSY]):
            question.deadline = min(question.deadline, time.monotonic() + _BUSY_SECONDS)
            question.wait = max(self._patience, question.wait) / 2  # nothing was lost: no longer than before
            return
        reasons = {ErrorCode.LENGTH: "its length", ErrorCode.TYPE: "its type", ErrorCode.VERSION: "its version"}
        reason = next((text for code, text in reasons.items() if frame.payload == bytes([code])), "an unknown reason")
        raise LinkError(f"The board refuses sample {question.index} for {reason}: {_REBUILD}")

    def _repeat(self, under_way: dict[int, _Question]) -> None:
        now = time.monotonic()
        for question in under_way.values():
            if now >= question.deadline:
                self._write(question.frame)
                question.wait *= 2
                question.deadline = now + question.wait
                question.repeated += 1
                self._wait = max(self._wait, question.wait)
                self.repeated += 1

    def _frames(self, until: float = 0.0) -> Iterator[Frame]:
        """Frames as they come, until a time, and at least once."""
        while True:
            try:
                data = self._port.read(max(1, min(self._port.in_waiting, _CHUNK)))
            except OSError as error:
                raise LinkError(f"The connection to the board broke: {error}") from None
            self._heard += len(data)
            yield from self._decoder.feed(data)
            if time.monotonic() >= until:
                return

    def _write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except OSError as error:
            raise LinkError(f"The connection to the board broke: {error}") from None

    def _next_sequence(self) -> int:
        self._sequence = (self._sequence + 1) % _SEQUENCES
        return self._sequence
