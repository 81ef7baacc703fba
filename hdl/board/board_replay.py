"""A replay in a board's top: who may begin one, what has the core meanwhile, and until when its counts are shown."""

from amaranth.hdl import ClockSignal, Elaboratable, Module, ResetSignal, Signal

from quantnn.hdl.board.pins import SEGMENTS
from quantnn.hdl.board.replay_gate import ReplayGate
from quantnn.plan.replay import REPLAY_BYTES, ReplayPlan

__all__ = ["BoardReplay"]


class BoardReplay(Elaboratable):
    """The stored samples of a board, as built-in samples or replayed, and the gate through which they reach the core.

    Parameters
    ----------
    plan : ReplayPlan
    instance : callable
        Makes the submodule ``quantnn_replay``, a :class:`quantnn.hdl.board.replay.Replay`.

    Members
    -------
    gate : ReplayGate
        Its streams are to be connected; the stored samples are already.
    select, start, ready : Signal(4), Signal, Signal
        A built-in sample, its start, and whether one may be started.
    asked, button : Signal, in
        High for a cycle when the host asks for a replay; a button that begins one when it is pressed.
    core_busy, host_starts : Signal, in
        Whether a sample is in the core, and whether one of the host's is taken now.
    busy : Signal, out
        A replay waits or runs: no sample may be started.
    running, done, perfect : Signal, out
        As those of the replay.
    shown : Signal, out
        Whether its counts are to be shown: from its end on, until another sample is selected or the host sends one.
    reading, place, byte : Signal, in, in and out
        Whether its counts are being sent; the byte at the place of the cycle before.
    display : list of Signal(7), out
        The counts, the rightmost display first.
    """

    def __init__(self, plan: ReplayPlan, instance):
        self._plan = plan
        self._instance = instance
        self.gate = ReplayGate(plan.input, plan.output)
        self.select = Signal(4)
        self.start = Signal()
        self.ready = Signal()
        self.asked = Signal()
        self.button = Signal()
        self.core_busy = Signal()
        self.host_starts = Signal()
        self.busy = Signal()
        self.running = Signal()
        self.done = Signal()
        self.perfect = Signal()
        self.shown = Signal()
        self.reading = Signal()
        self.place = Signal(range(REPLAY_BYTES))
        self.byte = Signal(8)
        self.display = [Signal(SEGMENTS, name=f"display_{place}") for place in range(plan.displays)]

    def elaborate(self, platform):
        m = Module()
        m.submodules.gate = gate = self.gate
        pressed = Signal()
        holds = Signal()
        ready = Signal()
        segments = Signal(SEGMENTS * self._plan.displays)
        m.d.sync += pressed.eq(self.button)
        m.d.comb += [
            gate.running.eq(self.running),
            self.busy.eq(holds | self.running),
            self.ready.eq(ready & ~self.busy & ~self.shown),
        ]
        m.d.comb += [shown.eq(segments.word_select(place, SEGMENTS)) for place, shown in enumerate(self.display)]
        m.submodules.replay = self._instance(
            "quantnn_replay",
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            i_select=self.select,
            i_start=self.start,
            o_ready=ready,
            o_m_axis_tvalid=gate.samples.valid,
            i_m_axis_tready=gate.samples.ready,
            o_m_axis_tdata=gate.samples.payload.data,
            o_m_axis_tlast=gate.samples.payload.last,
            i_request=self.asked | (self.button & ~pressed),
            o_holds=holds,
            i_free=~self.core_busy & ~self.reading,
            o_running=self.running,
            i_answered=gate.answered,
            i_number=gate.number,
            o_done=self.done,
            o_perfect=self.perfect,
            i_place=self.place,
            o_byte=self.byte,
            **({"o_display": segments} if self.display else {}),
        )
        before = Signal.like(self.select)
        m.d.sync += before.eq(self.select)
        with m.If(self.done):
            m.d.sync += self.shown.eq(1)
        with m.Elif(self.host_starts | (self.select != before)):
            m.d.sync += self.shown.eq(0)
        return m
