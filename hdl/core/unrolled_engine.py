"""Layers in a row as one free-running pipeline."""

from amaranth.hdl import Cat, Module, Mux, Signal

from quantnn.hdl.core.engine import Engine
from quantnn.hdl.core.unrolled.datapath import UnrolledDatapath
from quantnn.plan.unrolled_engine import UnrolledPlan

__all__ = ["UnrolledEngine"]


class UnrolledEngine(Engine):
    """A sample enters whenever the queue has room for what comes of it; nothing behind ever waits.

    Where samples leave in several beats, the next one enters no sooner than that many cycles later.
    """

    plan_type = UnrolledPlan

    def elaborate(self, platform):
        m = Module()
        plan = self._plan
        queue = self._queue(m)
        m.submodules[plan.PIPELINE] = pipeline = UnrolledDatapath(plan.pipeline)
        width = plan.pipeline.inputs.union.width
        accept = Signal()
        waiting = Signal(range(plan.beats))
        m.d.comb += [
            self.i.ready.eq(queue.room & (waiting == 0)),
            accept.eq(self.i.valid & self.i.ready),
            queue.reserve.eq(accept),
            pipeline.valid.eq(accept),
            pipeline.i.eq(Cat(self.i.payload[place].as_unsigned()[:width] for place in range(plan.in_features))),
        ]
        if plan.beats == 1:
            m.d.comb += [queue.valid.eq(pipeline.done), queue.beat.eq(pipeline.o)]
            return m

        beat = len(queue.beat.as_value())
        leaving = Signal(plan.beats * beat, reset_less=True)
        left = Signal(range(plan.beats + 1))
        m.d.sync += [
            waiting.eq(Mux(accept, plan.beats - 1, Mux(waiting == 0, 0, waiting - 1))),
            left.eq(Mux(pipeline.done, plan.beats, Mux(left == 0, 0, left - 1))),
            leaving.eq(Mux(pipeline.done, pipeline.o, leaving >> beat)),
        ]
        m.d.comb += [queue.valid.eq(left != 0), queue.beat.eq(leaving[:beat])]
        return m
