"""The sending half of a UART."""

from amaranth.hdl import Cat, Const, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["UartTransmitter"]


class UartTransmitter(wiring.Component):
    """Bytes to a serial line: a start bit, 8 data bits, least significant first, a stop bit, no parity.

    Parameters
    ----------
    divisor : int
        Cycles of a bit, at least 2.

    Members
    -------
    i : In(stream of bytes)
        A byte is taken every 10 · divisor + 1 cycles.
    tx : Out(1)
        The line, high when idle; a register.
    """

    def __init__(self, divisor: int):
        if divisor < 2:
            raise ValueError(f"A bit must have at least 2 cycles, not {divisor}")
        self._divisor = divisor
        super().__init__({"i": In(stream.Signature(8)), "tx": Out(1, init=1)})

    def elaborate(self, platform):
        m = Module()
        wait = Signal(range(self._divisor))
        left = Signal(range(10))
        bits = Signal(9, init=0b1_1111_1111)
        busy = Signal()
        m.d.comb += self.i.ready.eq(~busy)
        with m.If(busy):
            m.d.sync += wait.eq(wait - 1)
            with m.If(wait == 0):
                m.d.sync += [
                    self.tx.eq(bits[0]),
                    bits.eq(Cat(bits[1:], Const(1))),
                    wait.eq(self._divisor - 1),
                    left.eq(left - 1),
                    busy.eq(left != 0),
                ]
        with m.Elif(self.i.valid):
            m.d.sync += [
                self.tx.eq(0),
                bits.eq(Cat(self.i.payload, Const(1))),
                wait.eq(self._divisor - 1),
                left.eq(9),
                busy.eq(1),
            ]
        return m
