"""Bytes from the beats of an AXI4-Stream."""

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.beats import BeatFormat
from quantnn.hdl.core.counter import WrappingCounter
from quantnn.hdl.link.beat_assembler import beat_layout
from quantnn.hdl.link.cobs_encoder import BYTE

__all__ = ["BeatSerializer"]


class BeatSerializer(wiring.Component):
    """The beats of an answer become bytes, least significant of a beat first; ``last`` marks the last beat's last.

    Parameters
    ----------
    format : BeatFormat

    Members
    -------
    i : In(stream of beat_layout(format))
        A beat is taken when the bytes of the one before are gone; ``ready`` is a register.
    o : Out(stream of BYTE)
    """

    def __init__(self, format: BeatFormat):
        self._format = format
        super().__init__({"i": In(stream.Signature(beat_layout(format))), "o": Out(stream.Signature(BYTE))})

    def elaborate(self, platform):
        m = Module()
        m.submodules.byte = byte = WrappingCounter(self._format.bytes)
        beat = Signal(self._format.tdata_width)
        last = Signal()
        m.d.comb += [
            self.i.ready.eq(~self.o.valid),
            self.o.payload.data.eq(beat[:8]),
            self.o.payload.last.eq(last & byte.last),
            byte.step.eq(self.o.valid & self.o.ready),
        ]
        with m.If(byte.step):
            m.d.sync += [beat.eq(beat[8:]), self.o.valid.eq(~byte.last)]
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += [beat.eq(self.i.payload.data), last.eq(self.i.payload.last), self.o.valid.eq(1)]
        return m
