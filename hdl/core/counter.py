"""A counter that wraps at any value."""

from amaranth.hdl import Elaboratable, Module, Signal

__all__ = ["WrappingCounter"]


class WrappingCounter(Elaboratable):
    """Counts ``init`` … ``period`` − 1, then from 0 and again, one step per cycle in which ``step`` is high.

    Members
    -------
    step : Signal(1), in
    count : Signal(range(period)), out
    last : Signal(1), out
        Whether ``count`` is ``period`` − 1; a register, so that it may drive much.
    """

    def __init__(self, period: int, init: int = 0):
        if period < 1:
            raise ValueError(f"A counter's period must be at least 1, not {period}")
        if not 0 <= init < period:
            raise ValueError(f"A counter that wraps at {period} must start below, not at {init}")
        self._period = period
        self.step = Signal()
        self.count = Signal(range(period), init=init)
        self.last = Signal(init=init == period - 1)

    def elaborate(self, platform):
        m = Module()
        if self._period > 1:
            with m.If(self.step):
                m.d.sync += [
                    self.count.eq(self.count + 1),
                    self.last.eq(self.count == self._period - 2),
                ]
                with m.If(self.last):
                    m.d.sync += self.count.eq(0)
        return m
