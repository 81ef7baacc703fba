"""Counts in decimal, scrolling over seven-segment displays."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.board.seven_segment import SevenSegment
from quantnn.hdl.link.pause_timer import PauseTimer
from quantnn.plan.replay import COUNTER_BITS, ReplayPlan

__all__ = ["DecimalScroll"]

_SIGN = 5
_BLANK, _DASH, _C = 0b10000, 0b10001, 0xC
"""Signs: a hexadecimal digit, or one of these."""


class DecimalScroll(wiring.Component):
    """Shows ``correct-samples Ccycles`` in decimal without leading zeros, a sign further to the left every so often.

    The signs stand in a ring of registers that turns. They are worked out one after the other, by doubling and adding
    three, in some hundred cycles in which nothing is shown.

    Parameters
    ----------
    plan : ReplayPlan
        With displays.
    step_cycles : int
        Cycles between two steps, at least 2.

    Members
    -------
    correct, samples, cycles : In
        The counts; stay from ``start`` on until they are worked out.
    start : In(1)
        They are other ones now.
    display : Out(7 · displays)
        Segments a (lowest) to g of each display, 1 is lit; the rightmost display lowest.
    """

    def __init__(self, plan: ReplayPlan, step_cycles: int):
        self._plan = plan
        self._step_cycles = step_cycles
        count = In(range(plan.samples + 1))
        super().__init__(
            {
                "correct": count,
                "samples": count,
                "cycles": In(COUNTER_BITS),
                "start": In(1),
                "display": Out(7 * plan.displays),
            }
        )

    def elaborate(self, platform):
        m = Module()
        displays, signs = self._plan.displays, self._plan.signs
        blanks = sum(_BLANK << _SIGN * place for place in range(signs))
        ring = Signal(_SIGN * signs, init=blanks)
        shown = Signal()
        put = Signal()
        sign = Signal(_SIGN)
        with m.If(put):
            m.d.sync += ring.eq(Cat(ring[_SIGN:], sign))
        m.submodules.timer = timer = PauseTimer(self._step_cycles - 1)

        digits = len(str((1 << COUNTER_BITS) - 1))
        binary = Signal(COUNTER_BITS)
        decimal = Signal(4 * digits)
        doublings = Signal(range(COUNTER_BITS))
        place = Signal(range(digits))
        leading = Signal()
        ended = Signal(range(3))
        written = Signal(range(signs + 1))
        nibbles = [decimal[4 * digit : 4 * digit + 4] for digit in range(digits)]
        adjusted = Cat(Mux(nibble >= 5, nibble + 3, nibble)[:4] for nibble in nibbles)

        def load(number):
            """Begin with a number."""
            return [binary.eq(number), decimal.eq(0), doublings.eq(COUNTER_BITS - 1)]

        with m.If(put):
            m.d.sync += written.eq(written + 1)
        asked = Signal()
        turns = Signal()
        filled = Signal()
        m.d.comb += timer.start.eq(turns | filled)
        with m.If(self.start):
            m.d.sync += [asked.eq(1), shown.eq(0)]
        with m.FSM():
            with m.State("turn"):
                m.d.comb += [turns.eq(shown & ~timer.running), sign.eq(ring[:_SIGN]), put.eq(turns)]
                with m.If(asked & ~self.start):
                    m.d.comb += put.eq(0)
                    m.d.sync += [asked.eq(0), ended.eq(0), written.eq(0), *load(self.correct)]
                    m.next = "double"
            with m.State("double"):
                m.d.sync += [
                    Cat(binary, decimal).eq(Cat(Const(0, 1), binary, adjusted)),
                    doublings.eq(doublings - 1),
                    place.eq(digits - 1),
                    leading.eq(1),
                ]
                with m.If(doublings == 0):
                    m.next = "digit"
            with m.State("digit"):
                m.d.comb += [sign.eq(nibbles[-1]), put.eq(~leading | (nibbles[-1] != 0) | (place == 0))]
                m.d.sync += [leading.eq(~put), decimal.eq(decimal << 4), place.eq(place - 1)]
                with m.If(place == 0):
                    m.d.sync += ended.eq(ended + 1)
                    with m.Switch(ended):
                        with m.Case(0):
                            m.next = "dash"
                        with m.Case(1):
                            m.next = "blank"
                        with m.Default():
                            m.next = "fill"
            with m.State("dash"):
                m.d.comb += [sign.eq(_DASH), put.eq(1)]
                m.d.sync += load(self.samples)
                m.next = "double"
            with m.State("blank"):
                m.d.comb += [sign.eq(_BLANK), put.eq(1)]
                m.next = "c"
            with m.State("c"):
                m.d.comb += [sign.eq(_C), put.eq(1)]
                m.d.sync += load(self.cycles)
                m.next = "double"
            with m.State("fill"):
                m.d.comb += [sign.eq(_BLANK), filled.eq(written == signs), put.eq(~filled)]
                with m.If(filled):
                    m.d.sync += shown.eq(~asked & ~self.start)
                    m.next = "turn"
        for place in range(displays):
            m.submodules[f"display_{place}"] = segment = SevenSegment()
            head = _SIGN * (displays - 1 - place)
            here = ring[head : head + _SIGN] if head < len(ring) else Const(_BLANK, _SIGN)
            m.d.comb += [
                segment.digit.eq(here[:4]),
                segment.dash.eq(here == _DASH),
                segment.blank.eq(~shown | (here == _BLANK)),
                self.display[7 * place : 7 * place + 7].eq(segment.segments),
            ]
        return m
