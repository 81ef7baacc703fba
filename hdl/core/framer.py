"""Samples of the right length from an AXI4-Stream of any."""

from amaranth.hdl import Const, Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.beats import BeatFormat
from quantnn.hdl.core.counter import WrappingCounter
from quantnn.hdl.core.requantizer import shape_of

__all__ = ["Framer"]


class Framer(wiring.Component):
    """One sample out for every frame in: a frame that ends early is filled with zeros, one that goes on is cut.

    Element places beyond the sample's last are zeroed, whatever stands there.

    Parameters
    ----------
    format : BeatFormat

    Members
    -------
    valid, ready, data, last : AXI4-Stream slave
    o : Out(stream of arrays of per_beat elements)
    """

    def __init__(self, format: BeatFormat):
        self._format = format
        super().__init__(
            {
                "valid": In(1),
                "ready": Out(1),
                "data": In(format.tdata_width),
                "last": In(1),
                "o": Out(stream.Signature(data.ArrayLayout(shape_of(format.element), format.per_beat))),
            }
        )

    def elaborate(self, platform):
        m = Module()
        form = self._format
        m.submodules.beat = beat = WrappingCounter(form.beats)
        filling = Signal()
        cutting = Signal()
        m.d.comb += [
            self.o.valid.eq(filling | (self.valid & ~cutting)),
            self.ready.eq(cutting | (self.o.ready & ~filling)),
            beat.step.eq(self.o.valid & self.o.ready),
        ]
        used = form.elements - (form.beats - 1) * form.per_beat
        for place in range(form.per_beat):
            beyond = beat.last if place >= used else Const(0)
            with m.If(~filling & ~beyond):
                m.d.comb += self.o.payload[place].eq(self.data.word_select(place, form.element.width))
        with m.If(beat.step):
            with m.If(beat.last):
                m.d.sync += [filling.eq(0), cutting.eq(~filling & ~self.last)]
            with m.Elif(~filling):
                m.d.sync += filling.eq(self.last)
        with m.If(cutting & self.valid & self.last):
            m.d.sync += cutting.eq(0)
        return m
