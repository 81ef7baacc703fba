"""The receiving half of a UART."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.cdc import FFSynchronizer
from amaranth.lib.wiring import In, Out

__all__ = ["RECEIVED", "UartReceiver"]

RECEIVED = data.StructLayout({"data": 8, "error": 1})
"""A byte from the line; with ``error`` the stop bit was missing, and the byte is none."""


class UartReceiver(wiring.Component):
    """Bytes from a serial line: a start bit, 8 data bits, least significant first, a stop bit, no parity.

    The line is synchronized, a change of a single cycle is filtered out, and each bit is read in its middle. A start
    bit that is over by its middle is noise. After a byte with a missing stop bit the line must go high before the next.

    Parameters
    ----------
    divisor : int
        Cycles of a bit, at least 4.

    Members
    -------
    rx : In(1)
        The line, asynchronous, high when idle.
    o : Out(stream of RECEIVED)
        Nobody can make the line wait: always ready.
    """

    def __init__(self, divisor: int):
        if divisor < 4:
            raise ValueError(f"A bit must have at least 4 cycles, not {divisor}")
        self._divisor = divisor
        super().__init__({"rx": In(1, init=1), "o": Out(stream.Signature(RECEIVED, always_ready=True))})

    def elaborate(self, platform):
        m = Module()
        synchronized = Signal(init=1)
        m.submodules.synchronizer = FFSynchronizer(self.rx, synchronized, init=1)
        recent = Signal(2, init=0b11)
        line = Signal(init=1)
        first, second = recent
        m.d.sync += [
            recent.eq(Cat(synchronized, first)),
            line.eq((synchronized & first) | (synchronized & second) | (first & second)),
        ]

        wait = Signal(range(self._divisor))
        bits = Signal(9)
        m.d.sync += self.o.valid.eq(0)
        with m.If(wait != 0):
            m.d.sync += wait.eq(wait - 1)
        with m.FSM():
            with m.State("idle"):
                m.d.sync += wait.eq(self._divisor // 2 - 1)
                with m.If(~line):
                    m.next = "start"
            with m.State("start"), m.If(wait == 0):
                # A one moves through the bits; it falls out at the bottom with the stop bit.
                m.d.sync += [wait.eq(self._divisor - 1), bits.eq(1 << 8)]
                m.next = "bits"
                with m.If(line):
                    m.next = "idle"
            with m.State("bits"), m.If(wait == 0):
                m.d.sync += wait.eq(self._divisor - 1)
                with m.If(bits[0]):
                    m.d.sync += [
                        self.o.valid.eq(1),
                        self.o.payload.data.eq(bits[1:]),
                        self.o.payload.error.eq(~line),
                    ]
                    m.next = "idle"
                    with m.If(~line):
                        m.next = "broken"
                with m.Else():
                    m.d.sync += bits.eq(Cat(bits[1:], line))
            with m.State("broken"), m.If(line):
                m.next = "idle"
        return m
