"""The queue between two engines: whole samples, given as often as the reader needs them."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.core.counter import WrappingCounter
from quantnn.hdl.core.memory import block_ram
from quantnn.hdl.core.requantizer import shape_of
from quantnn.plan.queue import QueuePlan

__all__ = ["SampleQueue"]


class SampleQueue(wiring.Component):
    """Beats of ``lanes`` elements in, words of ``word`` elements out, each sample ``replays`` times in a row.

    A writer first reserves the room of a whole sample and may then write that sample's beats whenever it likes, so
    that its pipeline never has to stop. A word is at the output four cycles after the beat that completes it, however
    many of its sample are still to come, and its place is free, at the latest, in the cycle behind the one in which it
    is there for the last time. Element places beyond the sample's last hold old elements.

    Parameters
    ----------
    plan : QueuePlan

    Members
    -------
    room : Out(1)
        Whether a sample can be reserved now; a register.
    room_kept, room_left : Out(1)
        What it will be in the next cycle, if nothing is reserved in this one, and if a sample is.
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
                "room": Out(1, init=1),
                "room_kept": Out(1),
                "room_left": Out(1),
                "reserve": In(1),
                "valid": In(1),
                "beat": In(data.ArrayLayout(element, plan.lanes)),
                "o": Out(stream.Signature(data.ArrayLayout(element, plan.word))),
            }
        )

    def elaborate(self, platform):
        m = Module()
        m.submodules.memory = memory = block_ram(self._plan.memory("queue"))
        write = memory.write_port()
        read = memory.read_port()
        written = self._write(m, write)
        freed = self._read(m, read, written)
        self._count_room(m, freed)
        return m

    def _write(self, m, write):
        """Beats become words in a register in front of the memory; returns whether one is written."""
        plan = self._plan
        m.submodules.beats = beats = WrappingCounter(plan.beats)
        m.d.comb += beats.step.eq(self.valid)
        ratio = plan.word // plan.lanes
        part = Signal(range(max(2, ratio)))
        complete = (part == ratio - 1) | beats.last
        word = Signal(plan.word * plan.element.width, reset_less=True)
        with m.If(self.valid):
            m.d.sync += part.eq(Mux(complete, 0, part + 1))
        for place in range(ratio):
            with m.If(self.valid & (part == place)):
                m.d.sync += word.word_select(place, len(self.beat.as_value())).eq(self.beat)
        m.d.comb += write.data.eq(word)
        m.d.sync += write.en.eq(self.valid & complete)
        with m.If(write.en):
            m.d.sync += write.addr.eq(write.addr + 1)
        return write.en

    def _read(self, m, read, written):
        """Words go to the output, pass after pass; returns whether one was read for the last time in the cycle before.

        One stands at the memory's output while ``loaded``, another in the register behind, which is the queue's output
        and may be the memory's own; each moves on when the place before it is or becomes free.

        Whether there is a word from ``address`` on, ``more``, is a register. ``ahead`` counts them, but for what came
        and went in the cycle before, so that no adder waits for the reader.
        """
        plan = self._plan
        address = Signal.like(read.addr)
        ahead = Signal(range(plan.depth + 1))
        arrived = Signal()
        change = Signal.like(ahead)
        several = Signal()
        more = Signal()
        loaded = Signal()
        output = Signal(read.data.shape(), reset_less=True)
        moves = Signal()
        advance = Signal()
        step = Signal()
        rewind = Signal()
        freeing = Signal(init=plan.replays == 1)
        freed = Signal()
        m.submodules.words = words = WrappingCounter(plan.words)
        m.submodules.reads = reads = WrappingCounter(plan.words * plan.replays)
        m.d.comb += [
            moves.eq(~self.o.valid | self.o.ready),
            advance.eq(~loaded | moves),
            step.eq(advance & more),
            words.step.eq(step),
            reads.step.eq(step),
            rewind.eq(words.last & ~reads.last),
            read.addr.eq(address),
            read.en.eq(advance),
            self.o.payload.eq(output),
        ]
        with m.If(moves):
            m.d.sync += [self.o.valid.eq(loaded), output.eq(read.data)]
        with m.If(advance):
            m.d.sync += loaded.eq(step)
        now = Signal.like(ahead)
        m.d.comb += [
            now.eq((Cat(1, ahead) + Cat(arrived, change))[1:]),  # one adder: what arrived comes in as its carry
            several.eq(now > 1),
        ]
        m.d.sync += [
            arrived.eq(written),
            change.eq(Mux(step, Mux(rewind, plan.words - 1, -1), 0)),
            ahead.eq(now),
            more.eq(written | Mux(step, rewind | several, more)),
            freed.eq(step & freeing),
        ]
        with m.If(step):
            m.d.sync += address.eq(address + Mux(rewind, 1 - plan.words, 1))
            if plan.replays > 1:
                last_pass = reads.count == plan.words * (plan.replays - 1) - 1
                m.d.sync += freeing.eq(~reads.last & (freeing | last_pass))
        return freed

    def _count_room(self, m, freed):
        """``room`` is a register: it counts a reservation at once, and a place two cycles after it is ``freed``.

        Counted are whole samples: one more fits whenever a sample's words were freed, beginning with what the depth
        leaves over. So no path adds up words.
        """
        words, depth = self._plan.words, self._plan.depth
        m.submodules.spare = spare = WrappingCounter(words, init=depth % words)
        fitting = Signal(range(depth // words + 1), init=depth // words)
        several = Signal(init=depth // words > 1)
        granted = Signal()
        m.d.comb += [
            spare.step.eq(freed),
            self.room_left.eq(several | granted),
            self.room_kept.eq(self.room_left | self.room),
        ]
        m.d.sync += [
            granted.eq(freed & spare.last),
            self.room.eq(Mux(self.reserve, self.room_left, self.room_kept)),
            fitting.eq(fitting + granted - self.reserve),
            several.eq(fitting + granted > 1 + self.reserve),
        ]
