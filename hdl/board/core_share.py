"""One core for the host and for the built-in samples."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.beats import BeatFormat
from quantnn.hdl.link.beat_assembler import beat_layout
from quantnn.hdl.link.pause_timer import PauseTimer

__all__ = ["CoreShare"]


class CoreShare(wiring.Component):
    """Gives the core to one sample at a time, so that every answer is known to be that sample's.

    The host goes first. Whenever it was heard, the built-in samples pause for a while. Beats pass through registers on
    either side of the core, every other cycle at most.

    Parameters
    ----------
    input, output : BeatFormat
        The core's streams.
    pause_cycles : int
        How long the built-in samples pause, at least 2.

    Members
    -------
    heard : In(1)
        High for a cycle when the host was heard.
    link_waiting, link_start, link_i, link_o : In(1), Out(1), In(stream), Out(stream)
        The host's: whether a sample waits, whether it is taken now, its beats, and those of its answer.
    player_waiting, player_start, player_i : In(1), Out(1), In(stream)
        The same of the built-in samples; nobody needs all of their answers.
    core_i, core_o : Out(stream), In(stream)
        The core's ends.
    busy : Out(1)
        Whether a sample is in the core.
    done : Out(1)
        High for a cycle when an answer has ended.
    linked : Out(1)
        Whether the sample in the core, or the one that was, is the host's.
    number : Out(class_width)
        The answer's class, when ``done`` is high.
    """

    def __init__(self, input: BeatFormat, output: BeatFormat, pause_cycles: int):
        self._output = output
        self._pause_cycles = pause_cycles
        beats_in, beats_out = (stream.Signature(beat_layout(form)) for form in (input, output))
        super().__init__(
            {
                "heard": In(1),
                "link_waiting": In(1),
                "link_start": Out(1),
                "link_i": In(beats_in),
                "link_o": Out(beats_out),
                "player_waiting": In(1),
                "player_start": Out(1),
                "player_i": In(beats_in),
                "core_i": Out(beats_in),
                "core_o": In(beats_out),
                "busy": Out(1),
                "done": Out(1),
                "linked": Out(1),
                "number": Out(output.class_width),
            }
        )

    def elaborate(self, platform):
        m = Module()
        m.submodules.pause = pause = PauseTimer(self._pause_cycles)
        m.d.comb += [
            pause.start.eq(self.heard),
            self.link_start.eq(~self.busy & self.link_waiting),
            self.player_start.eq(~self.busy & ~self.link_waiting & self.player_waiting & ~pause.running),
        ]
        with m.If(self.link_start | self.player_start):
            m.d.sync += [self.busy.eq(1), self.linked.eq(self.link_start)]

        offered = Signal()
        m.d.comb += [
            self.link_i.ready.eq(self.linked & ~self.core_i.valid),
            self.player_i.ready.eq(~self.linked & ~self.core_i.valid),
            offered.eq(Mux(self.linked, self.link_i.valid, self.player_i.valid)),
        ]
        with m.If(self.core_i.valid):
            m.d.sync += self.core_i.valid.eq(~self.core_i.ready)
        with m.Else():
            m.d.sync += [
                self.core_i.valid.eq(offered),
                self.core_i.payload.eq(Mux(self.linked, self.link_i.payload, self.player_i.payload)),
            ]

        full = Signal()
        taken = Signal()
        m.d.comb += [
            self.core_o.ready.eq(~full),
            self.link_o.valid.eq(full & self.busy & self.linked),
            taken.eq(full & (self.link_o.ready | ~self.link_o.valid)),
        ]
        with m.If(full):
            m.d.sync += full.eq(~taken)
        with m.Else():
            m.d.sync += [full.eq(self.core_o.valid), self.link_o.payload.eq(self.core_o.payload)]

        place = self._output.per_beat * self._output.element.width
        m.d.comb += [
            self.done.eq(taken & self.busy & self.link_o.payload.last),
            self.number.eq(self.link_o.payload.data[place : place + self._output.class_width]),
        ]
        with m.If(self.done):
            m.d.sync += self.busy.eq(0)
        return m
