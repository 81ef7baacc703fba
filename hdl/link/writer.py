"""Frames to the host."""

from amaranth.hdl import Cat, Const, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.crc import catalog
from amaranth.lib.wiring import In, Out

from quantnn.hdl.link.cobs_encoder import BYTE
from quantnn.hdl.link.reader import notice_layout
from quantnn.plan.link import CRC_BYTES, HEADER_BYTES, PROTOCOL, FrameType, LinkPlan
from quantnn.plan.replay import REPLAY_BYTES

__all__ = ["LinkWriter"]


class LinkWriter(wiring.Component):
    """Puts header and CRC around answers, the board's identity, what came of a replay, and error codes.

    Answers come before notices. An identity waits until ``quiet``, so that no answer to a sample from before the host's
    hello comes behind it. What came of a replay waits until it is ``counted``.

    Parameters
    ----------
    plan : LinkPlan

    Members
    -------
    answer : In(stream of BYTE)
    sequence : In(16)
        The answer's; read when its first byte is there.
    notice : In(stream of notice_layout(plan))
    quiet : In(1)
        Whether no sample waits or is in the core.
    place, byte : Out(range(plan.identity_bytes)), In(8)
        As those of :class:`quantnn.hdl.link.identity.LinkIdentity`.
    counted, count : In(1), In(8)
        Whether the replay that a notice waits for has ended, and the byte of its counts at the place of the cycle
        before; only where there is one.
    o : Out(stream of BYTE)
        Registers; a byte every two cycles at most.
    """

    def __init__(self, plan: LinkPlan):
        self._plan = plan
        super().__init__(
            {
                "answer": In(stream.Signature(BYTE)),
                "sequence": In(16),
                "notice": In(stream.Signature(notice_layout(plan))),
                "quiet": In(1),
                "place": Out(range(max(plan.identity_bytes, plan.replay_bytes))),
                "byte": In(8),
                **({"counted": In(1), "count": In(8)} if plan.replay else {}),
                "o": Out(stream.Signature(BYTE)),
            }
        )

    def elaborate(self, platform):
        m = Module()
        m.submodules.crc = crc = catalog.CRC32_ISO_HDLC(data_width=8).create()

        kind = Signal(8)
        shift = Signal(8 * HEADER_BYTES)
        left = Signal(range(HEADER_BYTES))
        load = Signal()
        m.d.comb += [
            load.eq(~self.o.valid),
            crc.data.eq(self.o.payload.data),
            crc.valid.eq(self.o.valid & self.o.ready),
        ]
        with m.If(self.o.ready):
            m.d.sync += self.o.valid.eq(0)

        def put(value, last=0):
            return [self.o.payload.data.eq(value), self.o.payload.last.eq(last), self.o.valid.eq(1)]

        def head(type, sequence, length):
            fields = (Const(PROTOCOL, 8), Const(type, 8), sequence, Const(length, 16))
            return [kind.eq(type), shift.eq(Cat(fields)), left.eq(HEADER_BYTES - 1)]

        with m.FSM():
            with m.State("wait"):
                m.d.comb += crc.start.eq(1)
                m.d.sync += self.place.eq(0)
                with m.If(load & self.answer.valid):
                    m.d.sync += head(FrameType.ANSWER, self.sequence, self._plan.answer_bytes)
                    m.next = "header"
                if self._plan.replay:
                    with m.Elif(load & self.notice.valid & self.notice.payload.replay), m.If(self.counted):
                        m.d.sync += head(FrameType.REPLAYED, self.notice.payload.sequence, REPLAY_BYTES)
                        m.next = "header"
                with m.Elif(load & self.notice.valid & ~self.notice.payload.hello):
                    m.d.sync += head(FrameType.ERROR, self.notice.payload.sequence, 1)
                    m.next = "header"
                with m.Elif(load & self.notice.valid & self.quiet):
                    m.d.sync += head(FrameType.IDENTITY, self.notice.payload.sequence, self._plan.identity_bytes)
                    m.next = "header"
            with m.State("header"), m.If(load):
                m.d.sync += [*put(shift[:8]), shift.eq(shift >> 8), left.eq(left - 1)]
                with m.If(left == 0), m.Switch(kind):
                    with m.Case(FrameType.ANSWER):
                        m.next = "answer"
                    with m.Case(FrameType.IDENTITY):
                        m.next = "identity"
                    if self._plan.replay:
                        with m.Case(FrameType.REPLAYED):
                            m.next = "replayed"
                    with m.Default():
                        m.next = "error"
            with m.State("answer"), m.If(load & self.answer.valid):
                m.d.comb += self.answer.ready.eq(1)
                m.d.sync += put(self.answer.payload.data)
                with m.If(self.answer.payload.last):
                    m.next = "check"
            with m.State("identity"), m.If(load):
                m.d.sync += [*put(self.byte), self.place.eq(self.place + 1)]
                with m.If(self.place == self._plan.identity_bytes - 1):
                    m.d.comb += self.notice.ready.eq(1)
                    m.next = "check"
            if self._plan.replay:
                with m.State("replayed"), m.If(load):
                    m.d.sync += [*put(self.count), self.place.eq(self.place + 1)]
                    with m.If(self.place == REPLAY_BYTES - 1):
                        m.d.comb += self.notice.ready.eq(1)
                        m.next = "check"
            with m.State("error"), m.If(load):
                m.d.comb += self.notice.ready.eq(1)
                m.d.sync += put(self.notice.payload.code)
                m.next = "check"
            with m.State("check"), m.If(load):
                m.d.sync += [shift.eq(crc.crc), left.eq(CRC_BYTES - 1)]
                m.next = "crc"
            with m.State("crc"), m.If(load):
                m.d.sync += [*put(shift[:8], last=left == 0), shift.eq(shift >> 8), left.eq(left - 1)]
                with m.If(left == 0):
                    m.next = "wait"
        return m
