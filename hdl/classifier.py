"""The core's output: logits, and the class that they elect."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.beats import BeatFormat
from quantnn.hdl.counter import WrappingCounter
from quantnn.hdl.requantizer import shape_of

__all__ = ["Classifier"]


class Classifier(wiring.Component):
    """Passes the logits on, each beat with the index of the greatest so far; the lowest index wins a tie.

    The class of a single logit is whether it exceeds 0.

    A register stage: a beat leaves one cycle after it came, and beats follow each other without a gap.

    Parameters
    ----------
    format : BeatFormat
        The core's output; without a class field if ``class_width`` is 0.

    Members
    -------
    i : In(stream of arrays of per_beat logits)
    valid, ready, data, last : AXI4-Stream master
        The class that stands in the beat with ``last`` is the sample's.
    """

    LATENCY = 1

    def __init__(self, format: BeatFormat):
        self._format = format
        super().__init__(
            {
                "i": In(stream.Signature(data.ArrayLayout(shape_of(format.element), format.per_beat))),
                "valid": Out(1),
                "ready": In(1),
                "data": Out(format.tdata_width),
                "last": Out(1),
            }
        )

    def elaborate(self, platform):
        m = Module()
        form = self._format
        m.submodules.beat = beat = WrappingCounter(form.beats)
        accept = Signal()
        m.d.comb += [
            self.i.ready.eq(~self.valid | self.ready),
            accept.eq(self.i.valid & self.i.ready),
            beat.step.eq(accept),
        ]
        best, winner = self._running_argmax(m, beat)
        if form.elements == 1:
            winner = self.i.payload[0] > 0
        with m.If(accept):
            fields = [self.i.payload.as_value(), winner[: form.class_width]]
            m.d.sync += [self.data.eq(Cat(*fields)), self.last.eq(beat.last)]
        with m.If(self.i.ready):
            m.d.sync += self.valid.eq(self.i.valid)
        with m.If(accept):
            m.d.sync += [self._best.eq(best), self._winner.eq(winner)]
        return m

    def _running_argmax(self, m, beat):
        """Greatest logit and its index, over this beat and those before it in the sample."""
        form = self._format
        self._best = Signal(shape_of(form.element), name="best")
        self._winner = Signal(max(1, form.class_width), name="winner")
        used = form.elements - (form.beats - 1) * form.per_beat
        first = beat.count == 0
        best, winner = self._best, self._winner
        for place in range(form.per_beat):
            logit = self.i.payload[place]
            wins = logit > best
            if place == 0:
                wins = first | wins
            if place >= used:
                wins = wins & ~beat.last
            greater = Signal(shape_of(form.element), name=f"best_{place}")
            index = Signal(max(1, form.class_width), name=f"winner_{place}")
            m.d.comb += [
                greater.eq(Mux(wins, logit, best)),
                index.eq(Mux(wins, beat.count * form.per_beat + place, winner)),
            ]
            best, winner = greater, index
        return best, winner
