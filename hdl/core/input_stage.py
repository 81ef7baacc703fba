"""The core's input: whole samples, in words as the first engine reads them."""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.core.counter import WrappingCounter
from quantnn.hdl.core.framer import Framer
from quantnn.hdl.core.requantizer import shape_of
from quantnn.hdl.core.sample_queue import SampleQueue
from quantnn.plan.core import CorePlan

__all__ = ["InputStage"]


class InputStage(wiring.Component):
    """A framer, and behind it a queue where the first engine reads wider words or reads a sample more than once.

    Parameters
    ----------
    plan : CorePlan

    Members
    -------
    valid, ready, data, last : AXI4-Stream slave
    o : Out(stream of arrays of elements)
    """

    def __init__(self, plan: CorePlan):
        self._plan = plan
        word = plan.engines[0].word
        super().__init__(
            {
                "valid": In(1),
                "ready": Out(1),
                "data": In(plan.input.tdata_width),
                "last": In(1),
                "o": Out(stream.Signature(data.ArrayLayout(shape_of(plan.input.element), word))),
            }
        )

    def elaborate(self, platform):
        m = Module()
        plan = self._plan
        m.submodules.framer = framer = Framer(plan.input)
        m.d.comb += [
            framer.valid.eq(self.valid),
            framer.data.eq(self.data),
            framer.last.eq(self.last),
            self.ready.eq(framer.ready),
        ]
        if plan.input_queue is None:
            wiring.connect(m, framer.o, wiring.flipped(self.o))
            return m

        m.submodules.queue = queue = SampleQueue(plan.input_queue)
        m.submodules.beat = beat = WrappingCounter(plan.input_queue.beats)
        first = Signal(init=1)
        framed = Signal.like(framer.o.payload, reset_less=True)
        m.d.comb += [
            framer.o.ready.eq(queue.room | ~first),
            beat.step.eq(framer.o.valid & framer.o.ready),
            queue.reserve.eq(beat.step & first),
            queue.beat.eq(framed),
        ]
        m.d.sync += [queue.valid.eq(beat.step), framed.eq(framer.o.payload)]
        with m.If(beat.step):
            m.d.sync += first.eq(beat.last)
        wiring.connect(m, queue.o, wiring.flipped(self.o))
        return m
