"""Seven-segment display."""

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["DASH", "DIGITS", "SevenSegment"]

DIGITS = (0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F, 0x77, 0x7C, 0x39, 0x5E, 0x79, 0x71)
"""Segments a (bit 0) to g (bit 6) of 0 to 9, A, b, C, d, E, F."""

DASH = 0x40


class SevenSegment(wiring.Component):
    """A hexadecimal digit, a dash or nothing as segments; combinational.

    Members
    -------
    digit : In(4)
        What to show.
    dash : In(1)
        Show a dash instead.
    blank : In(1)
        Show nothing; wins over ``dash``.
    segments : Out(7)
        a (bit 0) to g (bit 6), 1 is lit.
    """

    def __init__(self):
        super().__init__({"digit": In(4), "dash": In(1), "blank": In(1), "segments": Out(7)})

    def elaborate(self, platform):
        m = Module()
        with m.If(self.blank):
            m.d.comb += self.segments.eq(0)
        with m.Elif(self.dash):
            m.d.comb += self.segments.eq(DASH)
        with m.Else(), m.Switch(self.digit):
            for digit, segments in enumerate(DIGITS):
                with m.Case(digit):
                    m.d.comb += self.segments.eq(segments)
        return m
