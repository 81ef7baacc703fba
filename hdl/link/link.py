"""The board's end of the host link."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.link.beat_assembler import BeatAssembler
from quantnn.hdl.link.beat_serializer import BeatSerializer
from quantnn.hdl.link.cobs_decoder import CobsDecoder
from quantnn.hdl.link.cobs_encoder import CobsEncoder
from quantnn.hdl.link.identity import LinkIdentity
from quantnn.hdl.link.reader import LinkReader
from quantnn.hdl.link.samples import LinkSamples
from quantnn.hdl.link.uart_receiver import UartReceiver
from quantnn.hdl.link.uart_transmitter import UartTransmitter
from quantnn.hdl.link.writer import LinkWriter
from quantnn.plan.link import LinkPlan
from quantnn.plan.replay import REPLAY_BYTES

__all__ = ["Link"]

REPLAY_PORTS = {
    "replay": Out(1),
    "replayed": In(1),
    "reading": Out(1),
    "place": Out(range(REPLAY_BYTES)),
    "count": In(8),
}


class Link(wiring.Component):
    """Samples from a serial line to the core, answers back, as docs/link.md describes.

    One sample is in the core at a time, so an answer belongs to the sample that was started last. That costs nothing,
    as the line is slower than the core.

    Parameters
    ----------
    plan : LinkPlan
    fingerprint : bytes
        The design's, 8 bytes.

    Members
    -------
    rx, tx : In(1), Out(1)
        The line. ``rx`` is synchronized here, ``tx`` is a register.
    accepted : Out(1)
        High for a cycle when a frame of the host counted.
    waiting : Out(1)
        Whether a sample waits for the core.
    start : In(1)
        The core takes it now; only while ``waiting`` is high, and not before the answer to the one before was taken.
    m_axis_tvalid, m_axis_tready, m_axis_tdata, m_axis_tlast : the sample
    s_axis_tvalid, s_axis_tready, s_axis_tdata, s_axis_tlast : its answer
    replay, replayed : Out(1), In(1)
        High for a cycle when the host asks for a replay, and when one has ended. These and the following only where the
        plan has a replay.
    reading : Out(1)
        Whether the counts of the replay are being sent, and may not change.
    place, count : Out(range(REPLAY_BYTES)), In(8)
        A place among the counts, and the byte at the place of the cycle before.
    """

    def __init__(self, plan: LinkPlan, fingerprint: bytes):
        self._plan = plan
        self._fingerprint = fingerprint
        super().__init__(
            {
                "rx": In(1, init=1),
                "tx": Out(1, init=1),
                "accepted": Out(1),
                "waiting": Out(1),
                "start": In(1),
                "m_axis_tvalid": Out(1),
                "m_axis_tready": In(1),
                "m_axis_tdata": Out(plan.input.tdata_width),
                "m_axis_tlast": Out(1),
                "s_axis_tvalid": In(1),
                "s_axis_tready": Out(1),
                "s_axis_tdata": In(plan.output.tdata_width),
                "s_axis_tlast": In(1),
                **(REPLAY_PORTS if plan.replay else {}),
            }
        )

    def elaborate(self, platform):
        m = Module()
        plan = self._plan
        m.submodules.receiver = receiver = UartReceiver(plan.divisor)
        m.submodules.decoder = decoder = CobsDecoder()
        m.submodules.reader = reader = LinkReader(plan)
        m.submodules.samples = samples = LinkSamples(plan)
        m.submodules.assembler = assembler = BeatAssembler(plan.input)
        m.submodules.serializer = serializer = BeatSerializer(plan.output)
        m.submodules.writer = writer = LinkWriter(plan)
        m.submodules.identity = identity = LinkIdentity(plan, self._fingerprint)
        m.submodules.encoder = encoder = CobsEncoder(plan.frame_memory)
        m.submodules.transmitter = transmitter = UartTransmitter(plan.divisor)

        wiring.connect(m, receiver.o, decoder.i)
        wiring.connect(m, decoder.o, reader.i)
        wiring.connect(m, samples.o, assembler.i)
        wiring.connect(m, serializer.o, writer.answer)
        wiring.connect(m, reader.notice, writer.notice)
        wiring.connect(m, writer.o, encoder.i)
        wiring.connect(m, encoder.o, transmitter.i)

        under_way = Signal()
        # The next sample may be started, and change the sequence, while the answer still waits for its header.
        sequence = Signal(16)
        with m.If(self.s_axis_tvalid & self.s_axis_tready):
            m.d.sync += sequence.eq(samples.sequence)
        # A cycle late, which does no harm: a hello is noticed many cycles after the samples before it were committed.
        quiet = Signal()
        m.d.sync += quiet.eq(~samples.waiting & ~under_way)
        with m.If(self.start):
            m.d.sync += under_way.eq(1)
        with m.Elif(self.s_axis_tvalid & self.s_axis_tready & self.s_axis_tlast):
            m.d.sync += under_way.eq(0)
        m.d.comb += [
            receiver.rx.eq(self.rx),
            self.tx.eq(transmitter.tx),
            reader.room.eq(samples.room),
            samples.write.eq(reader.write),
            samples.offset.eq(reader.offset),
            samples.byte.eq(reader.byte),
            samples.commit.eq(reader.commit),
            self.accepted.eq(reader.accepted),
            self.waiting.eq(samples.waiting),
            samples.start.eq(self.start),
            writer.sequence.eq(sequence),
            writer.quiet.eq(quiet),
            writer.byte.eq(identity.byte),
            identity.place.eq(writer.place),
            identity.dropped.eq(reader.dropped),
            self.m_axis_tvalid.eq(assembler.o.valid),
            assembler.o.ready.eq(self.m_axis_tready),
            self.m_axis_tdata.eq(assembler.o.payload.data),
            self.m_axis_tlast.eq(assembler.o.payload.last),
            serializer.i.valid.eq(self.s_axis_tvalid),
            self.s_axis_tready.eq(serializer.i.ready),
            serializer.i.payload.data.eq(self.s_axis_tdata),
            serializer.i.payload.last.eq(self.s_axis_tlast),
        ]
        if plan.replay:
            with m.If(self.replayed & reader.notice.valid & reader.notice.payload.replay):
                m.d.sync += self.reading.eq(1)
            with m.Elif(reader.notice.ready):
                m.d.sync += self.reading.eq(0)
            m.d.comb += [
                self.replay.eq(reader.replay),
                writer.counted.eq(self.reading),
                writer.count.eq(self.count),
                self.place.eq(writer.place),
            ]
        return m
