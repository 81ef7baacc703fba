"""Samples that came through the link and wait for the core."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.core.memory import block_ram
from quantnn.plan.link import LinkPlan

__all__ = ["LinkSamples"]


class LinkSamples(wiring.Component):
    """Slots in a memory, each for a sequence number and a sample, that are filled and emptied in turn.

    A frame is written into the next free slot while it arrives; it counts only from ``commit`` on, so that a broken one
    leaves nothing behind. A sample that is started is given whole; then its slot is free.

    Parameters
    ----------
    plan : LinkPlan

    Members
    -------
    room : Out(1)
        Whether a slot is free.
    write, offset, byte : In(1), In(range(slot_bytes)), In(8)
        Writes a byte of the free slot: the sequence number at 0 and 1, the sample from 2 on.
    commit : In(1)
        The free slot holds a sample now.
    waiting : Out(1)
        Whether a sample can be started.
    start : In(1)
        Gives the oldest sample; only while ``waiting`` is high.
    sequence : Out(16)
        That sample's, from its first byte on until the next is started.
    o : Out(stream of bytes)
        The sample, a byte every three cycles.
    """

    def __init__(self, plan: LinkPlan):
        self._plan = plan
        super().__init__(
            {
                "room": Out(1, init=1),
                "write": In(1),
                "offset": In(range(plan.slot_bytes)),
                "byte": In(8),
                "commit": In(1),
                "waiting": Out(1),
                "start": In(1),
                "sequence": Out(16),
                "o": Out(stream.Signature(8)),
            }
        )

    def elaborate(self, platform):
        m = Module()
        plan = self._plan
        m.submodules.memory = memory = block_ram(plan.sample_memory)
        write, read = memory.write_port(), memory.read_port()
        offset_bits = len(self.offset)

        filled = Signal(range(plan.slots))
        emptied = Signal(range(plan.slots))
        held = Signal(range(plan.slots + 1))
        gone = Signal()
        m.d.sync += write.en.eq(0)
        with m.If(self.write):
            m.d.sync += [
                write.en.eq(1),
                write.addr[:offset_bits].eq(self.offset),
                write.addr[offset_bits:].eq(filled),
                write.data.eq(self.byte),
            ]
        with m.If(self.commit):
            m.d.sync += filled.eq(filled + 1)
        with m.If(gone):
            m.d.sync += emptied.eq(emptied + 1)
        m.d.sync += held.eq(held + self.commit - gone)

        offset = Signal(range(plan.slot_bytes))
        byte = Signal(8, reset_less=True)  # without enable or reset, it can be the block RAM's own register
        last = Signal()
        m.d.comb += [
            read.addr.eq(offset | (emptied << offset_bits)),
            read.en.eq(1),
            self.o.payload.eq(byte),
        ]
        m.d.sync += byte.eq(read.data)
        with m.FSM():
            with m.State("wait"):
                m.d.comb += self.waiting.eq(held != 0)
                m.d.sync += offset.eq(0)
                with m.If(self.start):
                    m.next = "fetch"
            with m.State("fetch"):
                m.d.sync += last.eq(offset == plan.sample_bytes + 1)
                m.next = "settle"
            with m.State("settle"):
                m.next = "give"
                with m.If(offset < 2):
                    m.next = "keep"
            with m.State("keep"):
                m.d.sync += [self.sequence.eq(Cat(self.sequence[8:], byte)), offset.eq(offset + 1)]
                m.next = "fetch"
            with m.State("give"):
                m.d.comb += self.o.valid.eq(1)
                with m.If(self.o.ready):
                    m.d.sync += offset.eq(offset + 1)
                    m.next = "fetch"
                    with m.If(last):
                        m.d.comb += gone.eq(1)
                        m.next = "wait"
        m.d.comb += self.room.eq(held != plan.slots)
        return m
