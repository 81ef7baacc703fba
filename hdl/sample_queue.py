"""The queue between two engines: whole samples, given as often as the reader needs them."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.counter import WrappingCounter
from quantnn.hdl.memory import block_ram
from quantnn.hdl.requantizer import shape_of
from quantnn.plan.queue import QueuePlan

__all__ = ["SampleQueue"]


class SampleQueue(wiring.Component):
    """Beats of ``lanes`` elements in, words of ``word`` elements out, each sample ``replays`` times in a row.

    A writer first reserves the room of a whole sample and may then write that sample's beats whenever it likes, so
    that its pipeline never has to stop. A word is at the output two cycles after the beat that completes it. Reading
    starts as soon as the first word is there. Element places beyond the sample's last hold old elements.

    Parameters
    ----------
    plan : QueuePlan

    Members
    -------
    room : Out(1)
        Whether a sample can be reserved now.
    reserve : In(1)
        Reserves a sample's words; only while ``room`` is high.
    valid, beat : In(1), In(array of lanes elements)
        A beat of a reserved sample.
    o : Out(stream of arrays of word elements)
    """

    def __init__(self, plan: QueuePlan):
        self._plan = plan
        element = shape_of(plan.element)
        super().__init__(
            {
                "room": Out(1),
                "reserve": In(1),
                "valid": In(1),
                "beat": In(data.ArrayLayout(element, plan.lanes)),
                "o": Out(stream.Signature(data.ArrayLayout(element, plan.word))),
            }
        )

    def elaborate(self, platform):
        m = Module()
        plan = self._plan
        m.submodules.memory = memory = block_ram(plan.memory("queue"))
        write, read = memory.write_port(), memory.read_port()

        m.submodules.beats = beats = WrappingCounter(plan.beats)
        m.d.comb += beats.step.eq(self.valid)
        ratio = plan.word // plan.lanes
        complete = Signal()
        if ratio == 1:
            m.d.comb += [complete.eq(1), write.data.eq(self.beat)]
        else:
            part = Signal(range(ratio))
            width = len(self.beat.as_value())
            m.d.comb += complete.eq((part == ratio - 1) | beats.last)
            with m.If(self.valid):
                m.d.sync += part.eq(Mux(complete, 0, part + 1))
            held = Signal(width * (ratio - 1))
            for place in range(ratio):
                beat = self.beat.as_value()
                if place < ratio - 1:
                    old = held.word_select(place, width)
                    with m.If(self.valid & (part == place)):
                        m.d.sync += old.eq(beat)
                    beat = Mux(part == place, beat, old)
                m.d.comb += write.data.word_select(place, width).eq(beat)
        written = Signal()
        m.d.comb += [written.eq(self.valid & complete), write.en.eq(written)]
        with m.If(written):
            m.d.sync += write.addr.eq(write.addr + 1)

        base = Signal.like(read.addr)
        stored = Signal(range(plan.depth + 1))
        step, freed = Signal(), Signal()
        m.submodules.words = words = WrappingCounter(plan.words)
        m.submodules.passes = passes = WrappingCounter(plan.replays)
        advance = Signal()
        m.d.comb += [
            advance.eq(~self.o.valid | self.o.ready),
            step.eq(advance & (stored > Mux(passes.last, 0, words.count))),
            words.step.eq(step),
            passes.step.eq(step & words.last),
            freed.eq(step & passes.last),
            read.addr.eq(base + Mux(passes.last, 0, words.count)),
            read.en.eq(advance),
            self.o.payload.eq(read.data),
        ]
        m.d.sync += [base.eq(base + freed), stored.eq(stored + written - freed)]
        with m.If(advance):
            m.d.sync += self.o.valid.eq(step)

        free = Signal(range(plan.depth + 1), init=plan.depth)
        m.d.sync += free.eq(free + freed - Mux(self.reserve, plan.words, 0))
        m.d.comb += self.room.eq(free >= plan.words)
        return m
