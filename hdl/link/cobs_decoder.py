"""Frames from a byte stream in which zeros are the ends of frames."""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.link.uart_receiver import RECEIVED

__all__ = ["FRAMED", "CobsDecoder"]

FRAMED = data.StructLayout({"data": 8, "end": 1, "whole": 1})
"""A byte of a frame, or its end; ``whole``, at the end, says that nothing was wrong with the encoding."""


class CobsDecoder(wiring.Component):
    """Consistent overhead byte stuffing undone: each code byte says where the next zero is.

    Cheshire and Baker, *Consistent Overhead Byte Stuffing*, IEEE/ACM Transactions on Networking 7 (1999), section 3. A
    frame that ends before its code says so, or in which a byte was broken, is not whole. Nothing between two zeros is
    no frame. One cycle of latency.

    Members
    -------
    i : In(stream of RECEIVED)
    o : Out(stream of FRAMED)
        Always ready, like ``i``.
    """

    def __init__(self):
        super().__init__(
            {
                "i": In(stream.Signature(RECEIVED, always_ready=True)),
                "o": Out(stream.Signature(FRAMED, always_ready=True)),
            }
        )

    def elaborate(self, platform):
        m = Module()
        byte = self.i.payload.data
        left = Signal(8)
        begun = Signal()
        broken = Signal()
        zero_follows = Signal()
        m.d.sync += [
            self.o.valid.eq(0),
            self.o.payload.data.eq(byte),
            self.o.payload.end.eq(0),
            self.o.payload.whole.eq((left == 0) & ~broken),
        ]
        with m.If(self.i.valid):
            with m.If(self.i.payload.error):
                m.d.sync += [begun.eq(1), broken.eq(1)]
            with m.Elif(byte == 0):
                m.d.sync += [
                    self.o.valid.eq(begun),
                    self.o.payload.end.eq(1),
                    left.eq(0),
                    begun.eq(0),
                    broken.eq(0),
                ]
            with m.Elif(left == 0):
                m.d.sync += [left.eq(byte - 1), zero_follows.eq(byte != 0xFF), begun.eq(1)]
                with m.If(begun & zero_follows):
                    m.d.sync += [self.o.valid.eq(1), self.o.payload.data.eq(0)]
            with m.Else():
                m.d.sync += [self.o.valid.eq(1), left.eq(left - 1)]
        return m
