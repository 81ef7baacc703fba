"""Which of the built-in samples somebody wants to see."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["SampleSelector"]


class SampleSelector(wiring.Component):
    """Switches give a sample's number in binary; without switches, each press of a button leads to the next.

    A button is looked at every so many cycles only, so that its bouncing is not taken for presses.

    Parameters
    ----------
    switches : int
        Switches there are, of which the first four count; 0 for a button.
    samples : int
        Built-in samples, 1 to 16.
    bounce_cycles : int
        Cycles between two looks at the button.

    Members
    -------
    switch : In(switches)
    button : In(1)
        1 is pressed; synchronized.
    select : Out(4)
        The sample.
    present : Out(1)
        Whether there is such a sample.
    """

    def __init__(self, switches: int, samples: int, bounce_cycles: int):
        self._samples = samples
        self._bounce_cycles = bounce_cycles
        super().__init__({"switch": In(switches), "button": In(1), "select": Out(4), "present": Out(1)})

    def elaborate(self, platform):
        m = Module()
        if len(self.switch):
            m.d.comb += [self.select.eq(self.switch[:4]), self.present.eq(self.select < self._samples)]
            return m
        wait = Signal(range(self._bounce_cycles), init=self._bounce_cycles - 1)
        before = Signal()
        m.d.comb += self.present.eq(1)
        with m.If(wait != 0):
            m.d.sync += wait.eq(wait - 1)
        with m.Else():
            m.d.sync += [wait.eq(self._bounce_cycles - 1), before.eq(self.button)]
            with m.If(self.button & ~before):
                m.d.sync += self.select.eq(self.select + 1)
                with m.If(self.select == self._samples - 1):
                    m.d.sync += self.select.eq(0)
        return m
