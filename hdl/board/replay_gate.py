"""The core's ends: a replay's while one runs, else those of who shares the core."""

from amaranth.hdl import Module, Mux
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.beats import BeatFormat
from quantnn.hdl.link.beat_assembler import beat_layout

__all__ = ["ReplayGate"]


class ReplayGate(wiring.Component):
    """Connects the stored samples with the core, directly in a replay, else as built-in samples; combinational.

    Parameters
    ----------
    input, output : BeatFormat
        The core's streams.

    Members
    -------
    running : In(1)
        Whether a replay has the core; changes only while the core is empty and nobody else sends.
    samples : In(stream)
        The stored samples.
    core_i, core_o : Out(stream), In(stream)
        The core's ends.
    share_i, share_o, player_i : In(stream), Out(stream), Out(stream)
        ``core_i``, ``core_o`` and ``player_i`` of :class:`quantnn.hdl.board.core_share.CoreShare`.
    answered, number : Out(1), Out(class_width)
        The core gives the last beat of an answer, and the class in it.
    """

    def __init__(self, input: BeatFormat, output: BeatFormat):
        self._output = output
        into, out = (stream.Signature(beat_layout(form)) for form in (input, output))
        super().__init__(
            {
                "running": In(1),
                "samples": In(into),
                "core_i": Out(into),
                "core_o": In(out),
                "share_i": In(into),
                "share_o": Out(out),
                "player_i": Out(into),
                "answered": Out(1),
                "number": Out(output.class_width),
            }
        )

    def elaborate(self, platform):
        m = Module()
        place = self._output.per_beat * self._output.element.width
        m.d.comb += [
            self.core_i.valid.eq(Mux(self.running, self.samples.valid, self.share_i.valid)),
            self.core_i.payload.eq(Mux(self.running, self.samples.payload, self.share_i.payload)),
            self.share_i.ready.eq(self.core_i.ready & ~self.running),
            self.samples.ready.eq(Mux(self.running, self.core_i.ready, self.player_i.ready)),
            self.player_i.valid.eq(self.samples.valid & ~self.running),
            self.player_i.payload.eq(self.samples.payload),
            self.share_o.valid.eq(self.core_o.valid & ~self.running),
            self.share_o.payload.eq(self.core_o.payload),
            self.core_o.ready.eq(self.share_o.ready | self.running),
            self.answered.eq(self.core_o.valid & self.core_o.payload.last),
            self.number.eq(self.core_o.payload.data[place : place + self._output.class_width]),
        ]
        return m
