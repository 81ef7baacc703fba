"""A stage between two streams that cuts every path through them."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["RegisterSlice"]


class RegisterSlice(wiring.Component):
    """What comes in leaves one cycle later, a transfer per cycle; all outputs, ``i.ready`` too, come from registers.

    While the sink stalls there is room for the one transfer that was already under way.

    Parameters
    ----------
    shape : ShapeLike
        Of the payload.

    Members
    -------
    i : In(stream)
    o : Out(stream)
    """

    LATENCY = 1

    def __init__(self, shape):
        super().__init__({"i": In(stream.Signature(shape)), "o": Out(stream.Signature(shape))})

    def elaborate(self, platform):
        m = Module()
        waiting = Signal()
        spare = Signal.like(self.i.payload, reset_less=True)
        output = Signal.like(self.i.payload, reset_less=True)
        m.d.comb += [self.i.ready.eq(~waiting), self.o.payload.eq(output)]
        with m.If(~waiting):
            m.d.sync += spare.eq(self.i.payload)
        with m.If(~self.o.valid | self.o.ready):
            m.d.sync += [
                output.eq(Mux(waiting, spare, self.i.payload)),
                self.o.valid.eq(waiting | self.i.valid),
                waiting.eq(0),
            ]
        with m.Elif(self.i.valid):
            m.d.sync += waiting.eq(1)
        return m
