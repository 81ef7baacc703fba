"""A dense layer on the folded engine."""

from amaranth.hdl import Module, Mux, Signal

from quantnn.hdl.core.counter import WrappingCounter
from quantnn.hdl.core.drained_engine import DrainedEngine
from quantnn.hdl.core.mac_array import MacArray
from quantnn.plan.folded_dense import FoldedDensePlan

__all__ = ["FoldedDense"]


class FoldedDense(DrainedEngine):
    """Reads a sample once per output fold, ``simd`` inputs a cycle.

    Only the last column of a fold ever waits: until the shift register has been drained of the fold before, and, in
    a sample's first fold, until the queue has room for the sample.
    """

    plan_type = FoldedDensePlan

    def elaborate(self, platform):
        m = Module()
        plan = self._plan
        drain, queue = self._output(m)
        m.submodules.column = column = WrappingCounter(plan.columns)
        m.submodules.fold = fold = WrappingCounter(plan.folds)
        m.submodules.mac = mac = MacArray(plan)

        first_fold = Signal(init=1)
        draining = Signal(range(max(2, plan.drain(0))))
        drained = Signal(init=1)
        may_finish = Signal(init=1)
        accept = Signal()
        finish = Signal()
        m.d.comb += [
            self.i.ready.eq(~column.last | may_finish),
            accept.eq(self.i.valid & self.i.ready),
            finish.eq(accept & column.last),
            column.step.eq(accept),
            fold.step.eq(finish),
            queue.reserve.eq(finish & first_fold),
            mac.valid.eq(accept),
            mac.word.eq(self.i.payload),
            mac.last.eq(column.last),
            drain.start.eq(mac.start),
            drain.sums.eq(mac.sums),
        ]
        full, rest = plan.drain(0) - 1, plan.drain(plan.folds - 1) - 1
        # What may be in the next cycle, either way, is known before it is known whether a fold finishes.
        drained_behind = Mux(fold.last, rest == 0, full == 0)
        drained_else = drained | (draining == 1)
        room_behind = Mux(first_fold, queue.room_left, queue.room_kept) | ~fold.last
        room_else = queue.room_kept | ~first_fold
        m.d.sync += may_finish.eq(Mux(finish, drained_behind & room_behind, drained_else & room_else))
        with m.If(finish):
            m.d.sync += [
                draining.eq(Mux(fold.last, rest, full)),
                drained.eq(drained_behind),
                first_fold.eq(fold.last),
            ]
        with m.Else():
            m.d.sync += [draining.eq(Mux(drained, draining, draining - 1)), drained.eq(drained_else)]
        return m
