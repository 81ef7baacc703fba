"""The network alone, with an AXI4-Stream at either end."""

from amaranth.hdl import Module, ResetInserter, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.core import folded_dense, streamed_rescale, unrolled_engine  # noqa: F401  these register their engines
from quantnn.hdl.core.classifier import Classifier
from quantnn.hdl.core.engine import ENGINES
from quantnn.hdl.core.input_stage import InputStage
from quantnn.hdl.core.register_slice import RegisterSlice
from quantnn.plan.core import CorePlan

__all__ = ["Core"]


class Core(wiring.Component):
    """A pipeline of engines that all work at the same time, each on a sample of its own.

    Register slices at both ends: no path leads through the core or from a port far into it.

    ``rst`` is synchronous and active high, for a cycle or more. The core then keeps itself in reset for
    ``plan.reset_cycles`` more, during which it takes no input and gives no output. Samples under way at a reset are
    lost. Only two registers see ``rst`` itself: everything else is reset by a register, which tools may copy.

    Parameters
    ----------
    plan : CorePlan

    Members
    -------
    rst : In(1)
    s_axis_tvalid, s_axis_tready, s_axis_tdata, s_axis_tlast : samples in, as ``plan.input`` says
    m_axis_tvalid, m_axis_tready, m_axis_tdata, m_axis_tlast : logits and class out, as ``plan.output`` says
    """

    def __init__(self, plan: CorePlan):
        self._plan = plan
        super().__init__(
            {
                "rst": In(1),
                "s_axis_tvalid": In(1),
                "s_axis_tready": Out(1),
                "s_axis_tdata": In(plan.input.tdata_width),
                "s_axis_tlast": In(1),
                "m_axis_tvalid": Out(1),
                "m_axis_tready": In(1),
                "m_axis_tdata": Out(plan.output.tdata_width),
                "m_axis_tlast": Out(1),
            }
        )

    def elaborate(self, platform):
        m = Module()
        plan = self._plan
        settling = Signal(range(plan.reset_cycles + 1), init=plan.reset_cycles)
        held = Signal(init=1)
        with m.If(settling != 0):
            m.d.sync += settling.eq(settling - 1)
        m.d.sync += held.eq(settling > 1)
        with m.If(self.rst):
            m.d.sync += [settling.eq(plan.reset_cycles), held.eq(1)]
        insert = ResetInserter({"sync": held})

        beat = {"data": plan.input.tdata_width, "last": 1}, {"data": plan.output.tdata_width, "last": 1}
        entry, exit = (RegisterSlice(data.StructLayout(fields)) for fields in beat)
        source = InputStage(plan)
        engines = [ENGINES[type(engine)](engine) for engine in plan.engines]
        sink = Classifier(plan.output)
        m.submodules.entry = insert(entry)
        m.submodules.input_stage = insert(source)
        for number, engine in zip(plan.places, engines, strict=True):
            m.submodules[f"layer_{number}"] = insert(engine)
        m.submodules.classifier = insert(sink)
        m.submodules.exit = insert(exit)

        stages = [source, *engines]
        for upstream, downstream in zip(stages, engines, strict=False):
            wiring.connect(m, upstream.o, downstream.i)
        wiring.connect(m, engines[-1].o, sink.i)
        m.d.comb += [
            entry.i.valid.eq(self.s_axis_tvalid & ~held),
            entry.i.payload.data.eq(self.s_axis_tdata),
            entry.i.payload.last.eq(self.s_axis_tlast),
            self.s_axis_tready.eq(entry.i.ready & ~held),
            source.valid.eq(entry.o.valid),
            source.data.eq(entry.o.payload.data),
            source.last.eq(entry.o.payload.last),
            entry.o.ready.eq(source.ready),
            exit.i.valid.eq(sink.valid),
            exit.i.payload.data.eq(sink.data),
            exit.i.payload.last.eq(sink.last),
            sink.ready.eq(exit.i.ready),
            self.m_axis_tvalid.eq(exit.o.valid & ~held),
            self.m_axis_tdata.eq(exit.o.payload.data),
            self.m_axis_tlast.eq(exit.o.payload.last),
            exit.o.ready.eq(self.m_axis_tready & ~held),
        ]
        return m
