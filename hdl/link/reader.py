"""Frames from the host, checked."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.crc import catalog
from amaranth.lib.wiring import In, Out

from quantnn.hdl.link.cobs_decoder import FRAMED
from quantnn.plan.link import CRC_BYTES, HEADER_BYTES, PROTOCOL, ErrorCode, FrameType, LinkPlan

__all__ = ["LinkReader", "notice_layout"]


def notice_layout(plan: LinkPlan):
    """What the host is to be told: who it speaks to, what came of a replay, or why its frame led to nothing."""
    return data.StructLayout({"hello": 1, **({"replay": 1} if plan.replay else {}), "code": 8, "sequence": 16})


_SEQUENCE, _LENGTH = 2, 4
"""Places in the header."""


class LinkReader(wiring.Component):
    """Takes frames apart; nothing of a frame has an effect before its last byte was right.

    A frame counts if it is whole, as long as its header says, and its CRC is right; any other is dropped and counted.
    Of those that count, a sample of the right length is committed, if a slot was free when it began; everything else
    leads to a notice. While one waits, further notices are dropped: the host asks again.

    Parameters
    ----------
    plan : LinkPlan

    Members
    -------
    i : In(stream of FRAMED)
        Always ready.
    room, write, offset, byte, commit
        As those of :class:`quantnn.hdl.link.samples.LinkSamples`.
    notice : Out(stream of notice_layout(plan))
    replay : Out(1)
        High for a cycle when a replay is asked for, which a notice waits for from then on; only where there is one.
    accepted : Out(1)
        High for a cycle when a frame counted.
    dropped : Out(16)
        Frames that did not, since the reset; stays at its greatest.
    """

    def __init__(self, plan: LinkPlan):
        self._plan = plan
        super().__init__(
            {
                "i": In(stream.Signature(FRAMED, always_ready=True)),
                "room": In(1),
                "write": Out(1),
                "offset": Out(range(plan.slot_bytes)),
                "byte": Out(8),
                "commit": Out(1),
                "notice": Out(stream.Signature(notice_layout(plan))),
                **({"replay": Out(1)} if plan.replay else {}),
                "accepted": Out(1),
                "dropped": Out(16),
            }
        )

    def elaborate(self, platform):
        m = Module()
        m.submodules.crc = crc = catalog.CRC32_ISO_HDLC(data_width=8).create()
        byte = self.i.payload.data
        place = Signal(range(HEADER_BYTES + 1))
        version_right = Signal()
        is_hello = Signal()
        is_sample = Signal()
        is_replay = Signal()
        slot = Signal()
        sequence = Signal(16)
        length = Signal(16)
        left = Signal(17)
        long = Signal()
        full = Signal()
        arrives = Signal()
        ends = Signal()
        m.d.comb += [
            arrives.eq(self.i.valid & ~self.i.payload.end),
            ends.eq(self.i.valid & self.i.payload.end),
            crc.data.eq(byte),
            crc.valid.eq(arrives),
            crc.start.eq(ends),
            self.byte.eq(byte),
        ]
        counts = Signal()
        fits = Signal()
        empty = Signal()
        ended = Signal()
        m.d.sync += ended.eq(ends)
        with m.If(arrives):
            with m.If(place != HEADER_BYTES):
                m.d.sync += place.eq(place + 1)
            with m.Switch(place):
                with m.Case(0):
                    m.d.sync += version_right.eq(byte == PROTOCOL)
                with m.Case(1):
                    m.d.sync += [
                        is_hello.eq(byte == FrameType.HELLO),
                        is_sample.eq(byte == FrameType.SAMPLE),
                        slot.eq(self.room),
                    ]
                    if self._plan.replay:
                        m.d.sync += is_replay.eq(byte == FrameType.REPLAY)
                with m.Case(_SEQUENCE, _SEQUENCE + 1):
                    m.d.sync += sequence.eq(Cat(sequence[8:], byte))
                with m.Case(_LENGTH, _LENGTH + 1):
                    m.d.sync += [length.eq(Cat(length[8:], byte)), left.eq(Cat(length[8:], byte) + CRC_BYTES)]
                with m.Default():
                    m.d.sync += [left.eq(left - 1), long.eq(long | (left == 0))]
            in_slot = (place == _SEQUENCE) | (place == _SEQUENCE + 1) | (place == HEADER_BYTES)
            m.d.comb += self.write.eq(in_slot & version_right & is_sample & slot & ~full)
            with m.If(self.write):
                m.d.sync += [
                    self.offset.eq(self.offset + 1),
                    full.eq(self.offset == self._plan.sample_bytes + 1),
                ]
        with m.If(ends):
            m.d.sync += [
                counts.eq(self.i.payload.whole & crc.match_detected & (place == HEADER_BYTES) & (left == 0) & ~long),
                fits.eq(length == self._plan.sample_bytes),
                empty.eq(length == 0),
                place.eq(0),
                self.offset.eq(0),
                long.eq(0),
                full.eq(0),
            ]

        asks = is_hello | is_replay if self._plan.replay else is_hello
        code = Signal(8)
        with m.If(~version_right):
            m.d.comb += code.eq(ErrorCode.VERSION)
        with m.Elif(~asks & ~is_sample):
            m.d.comb += code.eq(ErrorCode.TYPE)
        with m.Elif((asks & ~empty) | (is_sample & ~fits)):
            m.d.comb += code.eq(ErrorCode.LENGTH)
        with m.Elif(is_sample & ~slot):
            m.d.comb += code.eq(ErrorCode.BUSY)
        noted = Signal()
        m.d.comb += [
            self.accepted.eq(ended & counts),
            self.commit.eq(self.accepted & is_sample & (code == 0)),
            noted.eq(self.accepted & ~self.commit),
        ]
        with m.If(ended & ~counts & ~self.dropped.all()):
            m.d.sync += self.dropped.eq(self.dropped + 1)
        with m.If(self.notice.valid):
            m.d.sync += self.notice.valid.eq(~self.notice.ready)
        with m.Elif(noted):
            m.d.sync += [
                self.notice.valid.eq(1),
                self.notice.payload.hello.eq(code == 0),
                self.notice.payload.code.eq(code),
                self.notice.payload.sequence.eq(sequence),
            ]
            if self._plan.replay:
                m.d.comb += self.replay.eq((code == 0) & is_replay)
                m.d.sync += [
                    self.notice.payload.hello.eq((code == 0) & is_hello),
                    self.notice.payload.replay.eq(self.replay),
                ]
        return m
