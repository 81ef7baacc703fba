"""Frames as a byte stream in which zeros are the ends of frames."""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.core.memory import block_ram
from quantnn.plan.memory import MemoryPlan

__all__ = ["BYTE", "CobsEncoder"]

BYTE = data.StructLayout({"data": 8, "last": 1})
"""A byte of a frame that is to be sent."""


class CobsEncoder(wiring.Component):
    """Consistent overhead byte stuffing: zeros are replaced by the distance to the next.

    Cheshire and Baker, *Consistent Overhead Byte Stuffing*, IEEE/ACM Transactions on Networking 7 (1999), section 3. A
    distance is known only when the next zero comes, so a frame is collected in a memory, where each distance is written
    to the place of the zero before it. Then it leaves, and a zero behind it; until that is gone, no byte is taken.

    Parameters
    ----------
    memory : MemoryPlan
        With room for a frame, and a byte more for every 254.

    Members
    -------
    i : In(stream of BYTE)
        A byte every two cycles.
    o : Out(stream of bytes)
    """

    def __init__(self, memory: MemoryPlan):
        self._plan = memory
        super().__init__({"i": In(stream.Signature(BYTE)), "o": Out(stream.Signature(8))})

    def elaborate(self, platform):
        m = Module()
        m.submodules.memory = memory = block_ram(self._plan)
        write, read = memory.write_port(), memory.read_port()

        byte = Signal(8)
        last = Signal()
        code = Signal(8, init=1)
        place = Signal(range(self._plan.depth))
        free = Signal(range(self._plan.depth + 1), init=1)
        sent = Signal(range(self._plan.depth + 1))
        ends_block = Signal()
        closes = Signal()
        writing = Signal()
        target = Signal.like(place)
        value = Signal(8)
        stored = Signal(8, reset_less=True)  # without enable or reset, it can be the block RAM's own register
        m.d.sync += [
            stored.eq(read.data),
            ends_block.eq(self.i.payload.data == 0),
            closes.eq(code == 0xFE),
            write.en.eq(writing),
            write.addr.eq(target),
            write.data.eq(value),
        ]
        m.d.comb += [read.en.eq(1), read.addr.eq(sent)]
        with m.FSM():
            with m.State("take"):
                m.d.comb += self.i.ready.eq(1)
                m.d.sync += [byte.eq(self.i.payload.data), last.eq(self.i.payload.last)]
                with m.If(self.i.valid):
                    m.next = "store"
            with m.State("store"):
                m.d.comb += [writing.eq(1), target.eq(free), value.eq(byte)]
                m.d.sync += [free.eq(free + 1), code.eq(code + 1)]
                with m.If(ends_block):
                    m.d.comb += [target.eq(place), value.eq(code)]
                    m.d.sync += [place.eq(free), code.eq(1)]
                m.next = "take"
                with m.If(last):
                    m.next = "finish"
                with m.Elif(~ends_block & closes):
                    m.next = "close"
            with m.State("close"):  # 254 bytes without a zero: a block of its own
                m.d.comb += [writing.eq(1), target.eq(place), value.eq(0xFF)]
                m.d.sync += [place.eq(free), free.eq(free + 1), code.eq(1)]
                m.next = "take"
            with m.State("finish"):
                m.d.comb += [writing.eq(1), target.eq(place), value.eq(code)]
                m.d.sync += sent.eq(0)
                m.next = "write"
            with m.State("write"):  # the code, before it is fetched
                m.next = "fetch"
            with m.State("fetch"):
                m.d.sync += sent.eq(sent + 1)
                m.next = "settle"
            with m.State("settle"):
                m.next = "copy"
            with m.State("copy"):
                m.d.sync += self.o.payload.eq(stored)
                m.next = "send"
            with m.State("send"):
                m.d.comb += self.o.valid.eq(1)
                with m.If(self.o.ready):
                    m.next = "fetch"
                    with m.If(sent == free):
                        m.d.sync += self.o.payload.eq(0)
                        m.next = "end"
            with m.State("end"):
                m.d.comb += self.o.valid.eq(1)
                with m.If(self.o.ready):
                    m.d.sync += [place.eq(0), free.eq(1), code.eq(1)]
                    m.next = "take"
        return m
