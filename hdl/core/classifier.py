"""The core's output: logits, and the class that they elect."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.beats import BeatFormat
from quantnn.hdl.core.counter import WrappingCounter
from quantnn.hdl.core.requantizer import shape_of
from quantnn.plan.core import classifier_latency

__all__ = ["Classifier"]


class Classifier(wiring.Component):
    """Passes the logits on, each beat with the index of the greatest so far; the lowest index wins a tie.

    The class of a single logit is whether it exceeds 0.

    A tree of comparisons with a register after each level finds the greatest logit of a beat, and two more stages
    compare it with the beats before. Beats leave ``classifier_latency(format)`` cycles after they came, without a gap.

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
        advance = Signal()
        m.d.comb += [
            advance.eq(~self.valid | self.ready),
            self.i.ready.eq(advance),
            beat.step.eq(self.i.valid & advance),
        ]

        def registered(value, name, *, reset_less=True):
            """The value one stage later."""
            register = Signal.like(value, name=name, reset_less=reset_less)
            with m.If(advance):
                m.d.sync += register.eq(value)
            return register

        valid, logits = self.i.valid, self.i.payload.as_value()
        first, last = beat.count == 0, beat.last
        ranked = self._ranked(beat)
        for level in range(classifier_latency(form) - 2):
            valid, logits = registered(valid, f"valid_{level}", reset_less=False), registered(logits, f"logits_{level}")
            first, last = registered(first, f"first_{level}"), registered(last, f"last_{level}")
            greatest = [_greatest(*ranked[place : place + 2]) for place in range(0, len(ranked), 2)]
            ranked = [
                (registered(rank, f"rank_{level}_{place}"), registered(index, f"index_{level}_{place}"))
                for place, (rank, index) in enumerate(greatest)
            ]

        # Both comparisons that may count are made before it is known which of them does.
        ((next_rank, next_index),) = ranked
        rank, index = registered(next_rank, "rank"), registered(next_index, "index")
        best = Signal.like(rank, reset_less=True)
        winner = Signal.like(index, reset_less=True)
        beats_last_beat = registered(next_rank > rank, "beats_last_beat")
        beats_best = registered(next_rank > best, "beats_best")
        positive = registered(next_rank > self._zero, "positive")
        valid, logits = registered(valid, "valid_beat", reset_less=False), registered(logits, "logits")
        first, last = registered(first, "first_beat"), registered(last, "last_beat")
        wins = Signal()
        won = Signal()
        m.d.comb += wins.eq(valid & (first | Mux(won, beats_last_beat, beats_best)))
        with m.If(advance):
            m.d.sync += won.eq(wins)
        with m.If(advance & wins):
            m.d.sync += [best.eq(rank), winner.eq(index)]
        elected = Mux(wins, index, winner) if form.elements > 1 else positive
        with m.If(advance):
            m.d.sync += self.valid.eq(valid)
        m.d.comb += [
            self.data.eq(registered(Cat(logits, elected[: form.class_width]), "logits_and_class")),
            self.last.eq(registered(last, "last_of_sample")),
        ]
        return m

    @property
    def _zero(self):
        """The rank of a logit of 0."""
        element = self._format.element
        return 1 << (element.width - 1) if element.signed else 0

    def _ranked(self, beat):
        """Per place of the beat, a number without sign that is ordered as the logits are, and the logit's index.

        What stands beyond the sample's last logit ranks lowest, and ties leave it behind: its index is greater.
        """
        form = self._format
        used = form.elements - (form.beats - 1) * form.per_beat
        ranked = []
        for place in range(form.per_beat):
            logit = self.i.payload[place]
            rank = logit.as_unsigned() ^ self._zero if form.element.signed else logit
            if place >= used:
                rank = Mux(beat.last, 0, rank)
            ranked.append((rank, beat.count * form.per_beat + place))
        return ranked


def _greatest(one, other=None):
    """Of two pairs of rank and index, the one with the greater rank, or the first; one without a partner stays."""
    if other is None:
        return one
    greater = other[0] > one[0]
    return tuple(Mux(greater, second, first) for first, second in zip(one, other, strict=True))
