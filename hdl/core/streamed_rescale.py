"""A per-feature input requantizer in the stream."""

from amaranth.hdl import Module, Signal

from quantnn.hdl.core.counter import WrappingCounter
from quantnn.hdl.core.drained_engine import DrainedEngine
from quantnn.hdl.core.memory import ReadOnlyMemory
from quantnn.plan.streamed_rescale import StreamedRescalePlan

__all__ = ["StreamedRescale"]


class StreamedRescale(DrainedEngine):
    """A word per cycle; only a sample's first word ever waits, for room in the queue."""

    plan_type = StreamedRescalePlan

    def elaborate(self, platform):
        m = Module()
        plan = self._plan
        drain, queue = self._output(m)
        m.submodules.beat = beat = WrappingCounter(plan.queue.beats)

        first = Signal(init=1)
        accept = Signal()
        m.d.comb += [
            self.i.ready.eq(queue.room | ~first),
            accept.eq(self.i.valid & self.i.ready),
            beat.step.eq(accept),
            queue.reserve.eq(accept & first),
            drain.start.eq(accept),
        ]
        with m.If(accept):
            m.d.sync += first.eq(beat.last)

        for lane in range(plan.lanes):
            value = self.i.payload[lane]
            for cycle in range(ReadOnlyMemory.LATENCY):
                delayed = Signal.like(value, name=f"feature_{lane}_{cycle}", reset_less=True)
                m.d.sync += delayed.eq(value)
                value = delayed
            m.d.comb += drain.sums[lane].eq(value)
        return m
