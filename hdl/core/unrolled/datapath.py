"""The pipeline of a run of unrolled layers."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from quantnn.hdl.core.requantizer import shape_of
from quantnn.hdl.core.unrolled.expressions import expression, low_bits, shifted
from quantnn.plan.unrolled.bit_operations import BitSum
from quantnn.plan.unrolled.operations import Add, Constant, Input
from quantnn.plan.unrolled.pipeline import UnrolledPipeline

__all__ = ["UnrolledDatapath"]


_KEEP = "yosys"
"""Any text is true for Yosys. Quartus needs no such help, and might add cells where it sees the 1 that it knows."""


class UnrolledDatapath(wiring.Component):
    """A sample in and the answers to another one out in every cycle, ``pipeline.latency`` cycles later.

    Nothing waits: whoever sends a sample has room for its answers. Only the bits that say where samples are have a
    reset. For testbenches, ``layer_<n>_valid`` says that ``layer_<n>_results`` are a sample's outputs of layer n,
    each in the layer's format, the first lowest. Their registers serve nothing else, so synthesis removes them.

    Parameters
    ----------
    pipeline : UnrolledPipeline

    Members
    -------
    valid : In(1)
    i : In(the first layer's inputs, each in ``pipeline.inputs.union``'s format, the first lowest)
    done : Out(1)
    o : Out(the last layer's outputs, each in the layer's format, the first lowest)
    """

    def __init__(self, pipeline: UnrolledPipeline):
        self._pipeline = pipeline
        inputs, last = pipeline.inputs, pipeline.layers[-1]
        # Not arrays: of a port whose elements have names, abc9 makes two wires with the same name.
        super().__init__(
            {
                "valid": In(1),
                "i": In(inputs.union.width * len(inputs)),
                "done": Out(1),
                "o": Out(last.output.width * last.out_features),
            }
        )

    def elaborate(self, platform):
        m = Module()
        pipeline, schedule = self._pipeline, self._pipeline.schedule
        flight = Signal(pipeline.latency)
        m.d.sync += flight.eq(Cat(self.valid, flight))
        m.d.comb += self.done.eq(flight[-1])

        wires = _Wires(m, pipeline)
        for number, operation in enumerate(pipeline.operations):
            if isinstance(operation, Input):
                wires.take(number, self.i.word_select(operation.element, pipeline.inputs.union.width))
            else:
                stage = schedule.stages[number]
                wires.drive(number, expression(operation, *(wires.at(s, stage) for s in operation.sources)))

        for number, (layer, tap) in enumerate(zip(pipeline.layers, pipeline.taps, strict=True)):
            valid = Signal(name=f"layer_{number}_valid", attrs={"tap": 1})
            results = Signal(layer.out_features * layer.output.width, name=f"layer_{number}_results", attrs={"tap": 1})
            m.d.comb += [
                valid.eq(flight[tap.stage]),
                results.eq(wires.joined(tap.values, tap.stage, layer.output.width)),
            ]
        width = pipeline.layers[-1].output.width
        m.d.comb += self.o.eq(wires.joined(pipeline.outputs, schedule.count, width))
        return m


class _Wires:
    """Each value in the stage in which it is made, and registers behind it for later ones, made when asked for."""

    def __init__(self, m, pipeline):
        self._m, self._pipeline = m, pipeline
        self._values = [[] for _ in pipeline.operations]
        self._kept = _kept(pipeline)

    def take(self, number, port):
        """An input: its first register is that of stage 0."""
        wire = Signal(shape_of(self._pipeline.operations[number].range), name=f"v{number}", reset_less=True)
        self._m.d.sync += wire.eq(port)
        self._values[number] = [wire]

    def drive(self, number, value):
        operation = self._pipeline.operations[number]
        if isinstance(operation, Constant):
            self._values[number] = [value]
            return
        attributes = {"keep": _KEEP} if number in self._kept else {}
        wire = Signal(shape_of(operation.range), name=f"v{number}", attrs=attributes)
        self._m.d.comb += wire.eq(value)
        self._values[number] = [wire]

    def at(self, number, stage):
        """A value in a stage that is not before its own."""
        chain = self._values[number]
        if isinstance(self._pipeline.operations[number], Constant):
            return chain[0]
        while len(chain) <= stage - self._pipeline.schedule.stages[number]:
            register = Signal(chain[0].shape(), name=f"v{number}_{len(chain)}", reset_less=True)
            self._m.d.sync += register.eq(chain[-1])
            chain.append(register)
        return chain[stage - self._pipeline.schedule.stages[number]]

    def joined(self, terms, stage, width):
        """Values side by side, with that many bits each."""
        return Cat(low_bits(shifted(self.at(term.operation, stage), term.shift), width) for term in terms)


def _kept(pipeline):
    """Sums that only another sum of their stage reads, whole.

    Yosys would merge them into one sum of many operands, made of carry-save adders: two LUTs for a bit instead of one.
    """
    stages, readers = pipeline.schedule.stages, {}
    for number, operation in enumerate(pipeline.operations):
        for source in operation.sources:
            readers.setdefault(source, []).append(number)
    return {
        number
        for number, by in readers.items()
        if isinstance(pipeline.operations[number], (Add, BitSum))
        and any(isinstance(pipeline.operations[r], (Add, BitSum)) and stages[r] == stages[number] for r in by)
    }
