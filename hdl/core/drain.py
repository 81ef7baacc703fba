"""The shared requantizers of a layer, with their parameter memory and activation tables."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.core.counter import WrappingCounter
from quantnn.hdl.core.memory import ReadOnlyMemory
from quantnn.hdl.core.requantizer import Requantizer, shape_of
from quantnn.plan.drained_engine import DrainedEnginePlan

__all__ = ["Drain"]


class Drain(wiring.Component):
    """Requantizes the sums of a layer, ``lanes`` channels per beat, in the order of the channels.

    Places of the last beat beyond the last channel hold 0. The signal ``results`` shows ``o`` to a testbench, under a
    name that no submodule's port has.

    Parameters
    ----------
    plan : DrainedEnginePlan

    Members
    -------
    start : In(1)
        A beat of sums follows, ``ReadOnlyMemory.LATENCY`` cycles later.
    sums : In(array of lanes sums)
    valid : Out(1)
        High in the cycle of a result, ``plan.drain_latency`` cycles after its sums.
    o : Out(array of lanes outputs)
    """

    def __init__(self, plan: DrainedEnginePlan):
        self._plan = plan
        super().__init__(
            {
                "start": In(1),
                "sums": In(data.ArrayLayout(plan.parameters.accumulator.width, plan.lanes)),
                "valid": Out(1),
                "o": Out(data.ArrayLayout(shape_of(plan.layer.output), plan.lanes)),
            }
        )

    def elaborate(self, platform):
        m = Module()
        plan, parameters, table = self._plan, self._plan.parameters, self._plan.layer.table
        words = parameters.words(plan.lanes)
        m.submodules.parameters = rom = ReadOnlyMemory(plan.parameter_memory, words)
        m.submodules.beat = beat = WrappingCounter(len(words))
        m.d.comb += [beat.step.eq(self.start), rom.address.eq(beat.count)]

        flight = Signal(rom.LATENCY + plan.drain_latency)
        m.d.sync += flight.eq(Cat(self.start, flight))
        results = Signal(self.o.shape(), name="results")
        m.d.comb += [self.valid.eq(flight[-1]), self.o.eq(results)]

        used = plan.layer.out_features - (len(words) - 1) * plan.lanes
        beyond = Signal.like(flight)
        masked = used < plan.lanes and (table is not None or 0 not in plan.layer.requantizer.output)
        if masked:
            m.d.sync += beyond.eq(Cat(beat.last, beyond))

        for lane in range(plan.lanes):
            m.submodules[f"requantizer_{lane}"] = requantizer = Requantizer(parameters)
            m.d.comb += [
                requantizer.sum.eq(self.sums[lane]),
                requantizer.word.eq(rom.data.word_select(lane, parameters.width)),
            ]
            value = requantizer.o
            if table is not None:
                function = ReadOnlyMemory(plan.table_memories[lane], table.words())
                m.submodules[f"table_{lane}"] = function
                m.d.comb += function.address.eq(requantizer.o)
                value = function.data
            m.d.comb += results[lane].eq(Mux(beyond[-1], 0, value) if masked and lane >= used else value)
        return m
