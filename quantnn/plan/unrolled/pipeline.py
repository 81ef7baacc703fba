"""A run of unrolled layers as one pipeline that takes a sample in every cycle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Self

import numpy as np

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.packing import Packing
from quantnn.arithmetic import Box, Integers
from quantnn.errors import DoesNotFitError
from quantnn.network.layers import Dense, Layer
from quantnn.plan.unrolled.dataflow import Dataflow
from quantnn.plan.unrolled.finishing import Finishing
from quantnn.plan.unrolled.operations import Add, Constant, Operation, Term
from quantnn.plan.unrolled.schedule import Pipelining, Schedule

__all__ = ["Tap", "UnrolledPipeline", "linear_maps"]

_MAX_ACCUMULATOR_BITS = 40
"""So that no product or sum on the way leaves an int64."""


@dataclass(frozen=True)
class Tap:
    """Where a layer's outputs can be seen, all of one sample at the same time.

    Parameters
    ----------
    stage : int
        The first stage in which all of them are there, and no layer before is missing.
    values : tuple of Term
        One per output.
    """

    stage: int
    values: tuple[Term, ...]


@dataclass(frozen=True, eq=False)
class UnrolledPipeline:
    """Operations in stages: every cycle a sample in, every cycle the answers to another one out.

    Nothing in it waits, and nothing has a reset or an enable. Registers take the inputs, and registers give the
    outputs.

    Parameters
    ----------
    layers : tuple of Layer
    inputs : Box
        The range of each input of the first layer.
    operations : tuple of Operation
        Each behind those that it reads.
    values : tuple of tuple of Term
        Every layer's outputs.
    pipelining : Pipelining

    Members
    -------
    latency : int
        Cycles from a sample at the input to its answers at the output.
    taps : tuple of Tap
        One per layer.
    """

    layers: tuple[Layer, ...]
    inputs: Box
    operations: tuple[Operation, ...]
    values: tuple[tuple[Term, ...], ...]
    pipelining: Pipelining

    @classmethod
    def of(
        cls, layers: Sequence[Layer], inputs: Box, pipelining: Pipelining, graphs: Sequence[AdderGraph | Packing]
    ) -> Self:
        """The pipeline of these layers, with a graph or a packing for each of their :func:`linear_maps`.

        Raises
        ------
        DoesNotFitError
            A layer cannot be unrolled: a table with too many indices, accumulators that are too wide.
        ValueError
            A graph computes something else than its layer.
        """
        flow = Dataflow(inputs)
        terms, box, left = flow.leaves(), inputs, iter(graphs)
        values = []
        for layer in layers:
            wanted = _linear_map(layer, box)
            if isinstance(layer, Dense):
                graph = next(left)
                if not graph.proves(wanted):
                    raise ValueError("An adder graph must compute its layer's accumulators")
                sums = flow.graph(graph, terms, box) if isinstance(graph, AdderGraph) else flow.packing(graph, terms)
            else:
                offsets = wanted.constants.tolist()
                ranges = wanted.outputs
                sums = [
                    flow.sum(term, flow.constant(offset), 1, ranges[n])
                    for n, (term, offset) in enumerate(zip(terms, offsets, strict=True))
                ]
            finishings = zip(_finishings(layer, box), sums, strict=True)
            terms = [finishing(flow, term, layer.table) for finishing, term in finishings]
            box = layer.output_box(box)
            values.append(tuple(terms))
        return cls(tuple(layers), inputs, *_used(flow.operations, values), pipelining)

    @property
    def latency(self) -> int:
        return self.schedule.count + 1

    @property
    def outputs(self) -> tuple[Term, ...]:
        """The last layer's."""
        return self.values[-1]

    @cached_property
    def schedule(self) -> Schedule:
        outputs = tuple(term.operation for term in self.outputs)
        return Schedule(self.operations, outputs, self.pipelining)

    @cached_property
    def taps(self) -> tuple[Tap, ...]:
        stages = self.schedule.stages
        last = accumulate((max(stages[term.operation] for term in terms) for terms in self.values), max)
        return tuple(Tap(stage, terms) for stage, terms in zip(last, self.values, strict=True))

    @property
    def register_bits(self) -> int:
        """Of all register banks, and a bit per bank for what says that there is a sample."""
        return self.schedule.register_bits + self.latency

    @property
    def logic_elements(self) -> int:
        """Estimate of 4-input LUTs with a flip-flop: a bit of a sum takes one, and has its first register in it."""
        return sum(self.layer_logic)

    @property
    def layer_logic(self) -> tuple[int, ...]:
        """The same layer by layer: an operation belongs to the first layer whose outputs come behind it."""
        banks = [life - stage for stage, life in zip(self.schedule.stages, self.schedule.lives, strict=True)]
        *before, last = self._by_layer([_elements(*pair) for pair in zip(self.operations, banks, strict=True)])
        return (*before, last + self.latency)

    @property
    def layer_adders(self) -> tuple[int, ...]:
        """Sums and differences, layer by layer."""
        sums = (isinstance(operation, Add) and not operation.joined for operation in self.operations)
        return self._by_layer([int(is_sum) for is_sum in sums])

    def _by_layer(self, counts: Sequence[int]) -> tuple[int, ...]:
        """What is counted for each operation, for each layer together."""
        ends = [1 + max(term.operation for term in terms) for terms in self.values]
        ends[-1] = len(counts)
        layer, totals = 0, [0] * len(ends)
        for number, count in enumerate(counts):
            while number >= ends[layer]:
                layer += 1
            totals[layer] += count
        return tuple(totals)

    def __call__(self, samples: Integers) -> Integers:
        """The last layer's outputs, int64 of shape (n, outputs), for samples of shape (n, inputs)."""
        return self.answers(samples)[-1]

    def answers(self, samples: Integers) -> tuple[Integers, ...]:
        """Every layer's outputs, each int64 of shape (n, outputs)."""
        columns = np.asarray(samples, dtype=np.int64).T
        wires: list[Integers] = []
        for operation in self.operations:
            operands = (wires[source] for source in operation.sources)
            element = getattr(operation, "element", None)
            wires.append(operation(*operands) if element is None else columns[element])
        count = len(samples)
        return tuple(
            np.stack([np.broadcast_to(wires[t.operation] << t.shift, (count,)) for t in terms], axis=1)
            for terms in self.values
        )


def _elements(operation: Operation, banks: int) -> int:
    """Logic elements of an operation whose value stands in so many register banks."""
    if isinstance(operation, Constant):
        return 0
    width = operation.range.width
    if not operation.sources:
        return width * (banks + 1)
    return max(operation.luts(), operation.fresh) + width * banks - (operation.fresh if banks else 0)


def linear_maps(layers: Sequence[Layer], inputs: Box) -> list[LinearMap]:
    """What the adder graphs have to compute, one for each dense layer of a run whose inputs lie in that box.

    Raises
    ------
    DoesNotFitError
        Accumulators are too wide.
    """
    maps = []
    for layer in layers:
        if isinstance(layer, Dense):
            maps.append(_linear_map(layer, inputs))
        inputs = layer.output_box(inputs)
    return maps


def _linear_map(layer: Layer, inputs: Box) -> LinearMap:
    """Accumulators, with what of rounding can be added to them."""
    accumulators = layer.accumulator_box(inputs)
    if accumulators.union.width > _MAX_ACCUMULATOR_BITS:
        raise DoesNotFitError(
            f"An unrolled layer's accumulators must take at most {_MAX_ACCUMULATOR_BITS} bits, not"
            f" {accumulators.union.width}: use --engine folded"
        )
    matrix = layer.weights if isinstance(layer, Dense) else np.eye(layer.in_features, dtype=np.int64)
    offsets = [finishing.offset for finishing in _finishings(layer, inputs)]
    return LinearMap(matrix, inputs, layer.bias + np.array(offsets, dtype=np.int64))


def _finishings(layer: Layer, inputs: Box) -> Iterator[Finishing]:
    """One per channel."""
    for channel, values in enumerate(layer.accumulator_box(inputs)):
        yield Finishing.of(layer.requantizer, channel, values)


def _used(
    operations: Sequence[Operation], values: Sequence[tuple[Term, ...]]
) -> tuple[tuple[Operation, ...], tuple[tuple[Term, ...], ...]]:
    """The operations that some layer's output needs."""
    needed = {term.operation for terms in values for term in terms}
    for number in range(len(operations) - 1, -1, -1):
        if number in needed:
            needed.update(operations[number].sources)
    kept = [n for n, each in enumerate(operations) if n in needed]
    numbers = {old: new for new, old in enumerate(kept)}
    renamed = tuple(operations[n].renumbered(numbers) for n in kept)
    return renamed, tuple(tuple(t.renumbered(numbers) for t in terms) for terms in values)
