"""PE × SIMD multipliers with their weights and accumulators."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.core.counter import WrappingCounter
from quantnn.hdl.core.memory import ReadOnlyMemory
from quantnn.hdl.core.requantizer import shape_of
from quantnn.plan.folded_dense import FoldedDensePlan

__all__ = ["MacArray"]


class MacArray(wiring.Component):
    """Sums of products of one fold after another, free running.

    What goes to every multiplier, the word and the weights' address, passes through registers of its own on the way,
    which tools may copy to stand near their multipliers; and each multiplier has registers at its operands and its
    product, which it may hold itself.

    The word of cycle t is multiplied with the weights of its column and fold. With the last column's word the ``pe``
    sums move into a shift register; from cycle t + ``MAC_LATENCY`` + ``tree_levels`` on they leave ``lanes`` per
    cycle. Cycles without a word add zero, so no register needs an enable. Reset has to last until zeros have passed
    through: ``MAC_LATENCY`` + ``tree_levels`` cycles.

    Parameters
    ----------
    plan : FoldedDensePlan

    Members
    -------
    valid, word : In(1), In(array of simd elements)
        A word of activations, columns in order, fold after fold.
    last : In(1)
        Whether it is the last column.
    start : Out(1)
        Goes ahead of each beat of ``sums`` by ``ReadOnlyMemory.LATENCY`` cycles.
    sums : Out(array of lanes sums)
        Without bias, modulo the accumulator's width.
    """

    def __init__(self, plan: FoldedDensePlan):
        self._plan = plan
        self._sum = plan.parameters.accumulator.width
        super().__init__(
            {
                "valid": In(1),
                "word": In(data.ArrayLayout(shape_of(plan.input), plan.simd)),
                "last": In(1),
                "start": Out(1),
                "sums": Out(data.ArrayLayout(self._sum, plan.lanes)),
            }
        )

    def elaborate(self, platform):
        m = Module()
        plan, levels = self._plan, self._plan.tree_levels

        m.submodules.position = position = WrappingCounter(plan.folds * plan.columns)
        m.submodules.weights = weights = ReadOnlyMemory(plan.weight_memory, plan.weight_words())
        address = Signal.like(position.count, reset_less=True)
        m.d.comb += [position.step.eq(self.valid), weights.address.eq(address)]
        m.d.sync += address.eq(position.count)
        factors = Signal.like(weights.data, name="factors", reset_less=True)
        m.d.sync += factors.eq(weights.data)

        activations = Mux(self.valid, self.word.as_value(), 0)
        for stage in range(1, plan.MAC_LATENCY - 1):
            register = Signal.like(self.word, name=f"activations_{stage}", reset_less=True)
            m.d.sync += register.as_value().eq(activations)
            activations = register.as_value()

        finishing = Signal(plan.MAC_LATENCY - 2 + levels)
        transfer = Signal(init=1)
        m.d.sync += [finishing.eq(Cat(self.valid & self.last, finishing)), transfer.eq(finishing[-1])]

        queue = Signal(data.ArrayLayout(self._sum, plan.pe), reset_less=True)
        for pe in range(plan.pe):
            total = self._products(m, pe, factors, register)
            accumulator = Signal(self._sum, name=f"accumulator_{pe}", reset_less=True)
            added = Signal(self._sum, name=f"added_{pe}")
            m.d.comb += added.eq(accumulator + total)
            m.d.sync += accumulator.eq(Mux(transfer, 0, added))
            behind = queue[pe + plan.lanes] if pe + plan.lanes < plan.pe else 0
            m.d.sync += queue[pe].eq(Mux(transfer, added, behind))
        for lane in range(plan.lanes):
            m.d.comb += self.sums[lane].eq(queue[lane] if lane < plan.pe else 0)

        m.submodules.fold = fold = WrappingCounter(plan.folds)
        remaining = Signal(range(plan.drain(0) + 1))
        ending = finishing[-ReadOnlyMemory.LATENCY]
        m.d.comb += [fold.step.eq(ending), self.start.eq(remaining != 0)]
        with m.If(ending):
            m.d.sync += remaining.eq(Mux(fold.last, plan.drain(plan.folds - 1), plan.drain(0)))
        with m.Elif(self.start):
            m.d.sync += remaining.eq(remaining - 1)
        return m

    def _products(self, m, pe, word, activations):
        """The registered sum of a PE's products."""
        plan, weight = self._plan, self._plan.layer.weight_range
        style = {"multstyle": "logic"} if plan.in_logic else {}
        terms = []
        for place in range(plan.simd):
            bits = word.word_select(pe * plan.simd + place, weight.width)
            factor = bits.as_signed() if weight.signed else bits
            value = factor * activations[place]
            product = Signal.like(value, name=f"product_{pe}_{place}", reset_less=True, attrs=style)
            m.d.sync += product.eq(value)
            terms.append(product)
        for level in range(plan.tree_levels):
            pairs = [terms[i : i + 2] for i in range(0, len(terms), 2)]
            terms = []
            for number, pair in enumerate(pairs):
                value = pair[0] + pair[1] if len(pair) == 2 else pair[0]
                term = Signal.like(value, name=f"sum_{pe}_{level}_{number}", reset_less=True)
                m.d.sync += term.eq(value)
                terms.append(term)
        return terms[0]
