"""A pause of seconds in cycles of a fast clock."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["PauseTimer"]

_LEAST = 2


class PauseTimer(wiring.Component):
    """High for a number of cycles after the last start.

    Seconds are many bits of cycles, whose carry would limit the clock. So a short counter runs, and each time it wraps
    a second short one takes a step; what either has reached goes through a register.

    Parameters
    ----------
    cycles : int
        At least 2.

    Members
    -------
    start : In(1)
        The pause begins, or begins anew.
    running : Out(1)
        High for exactly ``cycles`` cycles, from the one behind ``start`` on; a register.

    Raises
    ------
    ValueError
        The pause is shorter.
    """

    def __init__(self, cycles: int):
        if cycles < _LEAST:
            raise ValueError(f"A pause must have at least {_LEAST} cycles, not {cycles}")
        self._cycles = cycles
        super().__init__({"start": In(1), "running": Out(1)})

    def elaborate(self, platform):
        m = Module()
        after = self._cycles - _LEAST
        bits = max(2, (after.bit_length() + 1) // 2)
        steps, rest = divmod(after, 1 << bits)
        fast = Signal(bits)
        slow = Signal(range(steps + 1))
        step = Signal()
        near = Signal()
        there = Signal()
        m.d.sync += [
            fast.eq(fast + 1),
            step.eq(fast == (1 << bits) - 2),
            near.eq(slow == steps),
            there.eq(fast == rest),
        ]
        with m.If(step):
            m.d.sync += slow.eq(slow + 1)
        with m.If(near & there):
            m.d.sync += self.running.eq(0)
        # All of a counter starts at 0, as the flip-flops of an iCE40 tile are all set or all cleared: a counter that
        # starts elsewhere is torn apart.
        with m.If(self.start):
            m.d.sync += [
                fast.eq(0),
                slow.eq(0),
                step.eq(0),
                near.eq(steps == 0),
                there.eq(0),
                self.running.eq(1),
            ]
        return m
