"""The reset of a board's design."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.cdc import FFSynchronizer
from amaranth.lib.wiring import In, Out

__all__ = ["BoardReset"]


class BoardReset(wiring.Component):
    """Resets from power-up on, and whenever it is asked to, and for some cycles after that.

    Its registers know no reset themselves, so it may make that of the domain which it is in.

    Parameters
    ----------
    cycles : int
        Cycles of reset after the last cause is gone, at least 1.

    Members
    -------
    button : In(1)
        Whether to reset, asynchronous.
    locked : In(1)
        Whether the clock may be used, asynchronous.
    o : Out(1)
        The reset, a register; follows its causes by five cycles.
    """

    def __init__(self, cycles: int):
        if cycles < 1:
            raise ValueError(f"A reset must last at least 1 cycle, not {cycles}")
        self._cycles = cycles
        super().__init__({"button": In(1), "locked": In(1), "o": Out(1, init=1)})

    def elaborate(self, platform):
        m = Module()
        cause = Signal()
        left = Signal(range(self._cycles + 1), init=self._cycles, reset_less=True)
        counting = Signal(init=1, reset_less=True)
        reset = Signal(init=1, reset_less=True)
        m.submodules.synchronizer = FFSynchronizer(self.button | ~self.locked, cause, init=1)
        with m.If(cause):
            m.d.sync += left.eq(self._cycles)
        with m.Elif(left != 0):
            m.d.sync += left.eq(left - 1)
        # Nothing in front of the register: tools may copy it, each copy near what it resets.
        m.d.sync += [counting.eq(left != 0), reset.eq(counting)]
        m.d.comb += self.o.eq(reset)
        return m
