"""The samples that a board keeps: one at a time for its switches, or all of them through the core, counted."""

from amaranth.hdl import Array, Cat, Const, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.board.decimal_scroll import DecimalScroll
from quantnn.hdl.board.replay_counters import ReplayCounters
from quantnn.hdl.board.replay_player import ReplayPlayer
from quantnn.plan.replay import COUNTER_BITS, REPLAY_BYTES, ReplayPlan

__all__ = ["Replay"]


class Replay(wiring.Component):
    """Plays a sample when told to, like :class:`quantnn.hdl.board.sample_player.SamplePlayer`, and replays all of them.

    A replay begins when nothing else is in the core, and then has the core for itself: one beat in every cycle in which
    the core takes one. What came of it stays until the next begins.

    Parameters
    ----------
    plan : ReplayPlan
    samples : uint8 array of shape (plan.samples, beats, bytes)
    expected : sequence of int
        The reference's classes, one per sample.
    labels : sequence of int or None
        The true classes, if ``plan.labelled``.
    mark : int
        32 bits that tell this set from others.
    step_cycles : int
        Cycles between two steps of what scrolls over the displays, at least 3.

    Members
    -------
    select, start, ready
        As those of the sample player; a start only counts while neither ``holds`` nor ``running`` is high.
    m_axis_tvalid, m_axis_tready, m_axis_tdata, m_axis_tlast : the beats
    request : In(1)
        High for a cycle: replay. Without effect while a replay waits or runs, but in its last cycle.
    holds : Out(1)
        A replay waits for the core.
    free : In(1)
        Nothing is in the core, or is about to be while ``holds`` is high, and nobody reads the counts.
    running : Out(1)
        A replay has the core.
    answered, number : In(1), In(class_width)
        While ``running``: the core gives the last beat of an answer, and the class in it.
    done : Out(1)
        High for a cycle when a replay has ended; the last in which it runs.
    perfect : Out(1)
        Whether all classes were the reference's.
    place, byte : In(range(REPLAY_BYTES)), Out(8)
        The counts as bytes, least significant first: answers, right ones, those that are the reference's, cycles,
        ``mark``; the byte at the place of the cycle before.
    display : Out(7 · displays)
        As that of :class:`quantnn.hdl.board.decimal_scroll.DecimalScroll`; only with displays.
    """

    def __init__(self, plan: ReplayPlan, samples, expected, labels=None, *, mark: int, step_cycles: int):
        self._plan = plan
        self._mark = mark
        self._step_cycles = step_cycles
        self._samples = samples
        self._classes = expected, labels
        super().__init__(
            {
                "select": In(4),
                "start": In(1),
                "ready": Out(1),
                "m_axis_tvalid": Out(1),
                "m_axis_tready": In(1),
                "m_axis_tdata": Out(plan.input.tdata_width),
                "m_axis_tlast": Out(1),
                "request": In(1),
                "holds": Out(1),
                "free": In(1),
                "running": Out(1),
                "answered": In(1),
                "number": In(plan.output.class_width),
                "done": Out(1),
                "perfect": Out(1),
                "place": In(range(REPLAY_BYTES)),
                "byte": Out(8),
                **({"display": Out(7 * plan.displays)} if plan.displays else {}),
            }
        )

    def elaborate(self, platform):
        m = Module()
        m.submodules.player = player = ReplayPlayer(self._plan, self._samples)
        m.submodules.counters = counters = ReplayCounters(self._plan, *self._classes)
        begin = Signal()
        m.d.comb += [
            begin.eq(self.holds & self.free & player.ready),
            player.select.eq(self.select),
            player.all.eq(begin),
            player.start.eq(self.start | begin),
            self.ready.eq(player.ready),
            self.m_axis_tvalid.eq(player.m_axis_tvalid),
            player.m_axis_tready.eq(self.m_axis_tready),
            self.m_axis_tdata.eq(player.m_axis_tdata),
            self.m_axis_tlast.eq(player.m_axis_tlast),
            counters.begin.eq(begin),
            counters.taken.eq(self.running & player.m_axis_tvalid & self.m_axis_tready),
            counters.answered.eq(self.running & self.answered),
            counters.number.eq(self.number),
            self.done.eq(counters.done),
        ]
        with m.If(begin):
            m.d.sync += [self.holds.eq(0), self.running.eq(1)]
        with m.Elif(self.request & (~self.running | self.done)):
            m.d.sync += self.holds.eq(1)
        with m.If(self.done):
            m.d.sync += self.running.eq(0)
        m.d.sync += self.perfect.eq(counters.matching == self._plan.samples)

        counts = [counters.samples, counters.correct, counters.matching, counters.cycles, Const(self._mark, 32)]
        told = Cat(Cat(count, Const(0, COUNTER_BITS - len(count))) for count in counts)
        m.d.sync += self.byte.eq(Array(told[8 * n : 8 * n + 8] for n in range(REPLAY_BYTES))[self.place])
        if self._plan.displays:
            m.submodules.scroll = scroll = DecimalScroll(self._plan, self._step_cycles)
            m.d.comb += [
                scroll.correct.eq(counters.correct),
                scroll.samples.eq(counters.samples),
                scroll.cycles.eq(counters.cycles),
                scroll.start.eq(self.done),
                self.display.eq(scroll.display),
            ]
        return m
