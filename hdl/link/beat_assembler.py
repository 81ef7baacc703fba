"""Beats of an AXI4-Stream from bytes."""

from amaranth.hdl import Cat, Module
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.beats import BeatFormat
from quantnn.hdl.core.counter import WrappingCounter

__all__ = ["BeatAssembler", "beat_layout"]


def beat_layout(form: BeatFormat):
    """A beat as it stands in a stream."""
    return data.StructLayout({"data": form.tdata_width, "last": 1})


class BeatAssembler(wiring.Component):
    """The bytes of a sample, least significant of a beat first, become its beats; ``last`` marks a sample's last.

    The bytes move through a shift register, so a beat takes as many cycles as it has bytes, and one more to leave.

    Parameters
    ----------
    format : BeatFormat

    Members
    -------
    i : In(stream of bytes)
    o : Out(stream of beat_layout(format))
        Registers.
    """

    def __init__(self, format: BeatFormat):
        self._format = format
        super().__init__({"i": In(stream.Signature(8)), "o": Out(stream.Signature(beat_layout(format)))})

    def elaborate(self, platform):
        m = Module()
        m.submodules.byte = byte = WrappingCounter(self._format.bytes)
        m.submodules.beat = beat = WrappingCounter(self._format.beats)
        m.d.comb += [self.i.ready.eq(~self.o.valid), byte.step.eq(self.i.valid & self.i.ready)]
        with m.If(byte.step):
            m.d.sync += [
                self.o.payload.data.eq(Cat(self.o.payload.data, self.i.payload)[8:]),
                self.o.payload.last.eq(beat.last),
                self.o.valid.eq(byte.last),
            ]
        with m.If(self.o.valid & self.o.ready):
            m.d.comb += beat.step.eq(1)
            m.d.sync += self.o.valid.eq(0)
        return m
