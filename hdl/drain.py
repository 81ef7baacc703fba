"""The shared requantizers of a layer, with their parameter memory and activation tables."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.counter import WrappingCounter
from quantnn.hdl.memory import ReadOnlyMemory
from quantnn.hdl.requantizer import Requantizer, shape_of
from quantnn.plan.engine import EnginePlan
from quantnn.plan.memory import MemoryPlan

__all__ = ["Drain"]


class Drain(wiring.Component):
    """Requantizes the sums of a layer, ``lanes`` channels per beat, in the order of the channels.

    Parameters
    ----------
    plan : EnginePlan

    Members
    -------
    start : In(1)
        A beat of sums follows, ``ReadOnlyMemory.LATENCY`` cycles later.
    sums : In(array of lanes sums)
    valid : Out(1)
        High in the cycle of a result, ``plan.drain_latency`` cycles after its sums.
    o : Out(array of lanes outputs)
    """

    def __init__(self, plan: EnginePlan):
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
        m.submodules.parameters = rom = ReadOnlyMemory(
            MemoryPlan("parameters", len(words), plan.lanes * parameters.width), words
        )
        m.submodules.beat = beat = WrappingCounter(len(words))
        m.d.comb += [beat.step.eq(self.start), rom.address.eq(beat.count)]

        for lane in range(plan.lanes):
            m.submodules[f"requantizer_{lane}"] = requantizer = Requantizer(parameters)
            m.d.comb += [
                requantizer.sum.eq(self.sums[lane]),
                requantizer.word.eq(rom.data.word_select(lane, parameters.width)),
            ]
            if table is None:
                m.d.comb += self.o[lane].eq(requantizer.o)
            else:
                contents = table.words()
                memory = MemoryPlan("table", len(contents), table.output.width)
                m.submodules[f"table_{lane}"] = function = ReadOnlyMemory(memory, contents)
                m.d.comb += [function.address.eq(requantizer.o), self.o[lane].eq(function.data)]

        flight = Signal(rom.LATENCY + plan.drain_latency)
        m.d.sync += flight.eq(Cat(self.start, flight))
        m.d.comb += self.valid.eq(flight[-1])
        return m
