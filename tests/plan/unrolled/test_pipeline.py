from dataclasses import replace

import numpy as np
import pytest
from networks import BYTE, random_network, random_samples
from unrolled_pipelines import unrolled

from quantnn.adders.logic_target import ECP5
from quantnn.adders.solve import solve
from quantnn.arithmetic import Box, IntegerRange, Requantizer
from quantnn.errors import DoesNotFitError
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import evaluate
from quantnn.network.table import Table
from quantnn.plan.unrolled.operations import Constant
from quantnn.plan.unrolled.pipeline import UnrolledPipeline, linear_maps
from quantnn.plan.unrolled.schedule import Pipelining


def every_wire_holds(pipeline, samples):
    """Whether each operation's values lie in its range, and which ranges are reached at both ends."""
    wires = []
    for operation in pipeline.operations:
        element = getattr(operation, "element", None)
        values = operation(*(wires[s] for s in operation.sources)) if element is None else samples[:, element]
        wires.append(values)
        assert operation.range.lo <= values.min() and values.max() <= operation.range.hi, operation


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("target", [None, ECP5])
def test_every_layer_is_the_references(seed, target):
    network = random_network(seed)
    pipeline = unrolled(network, target=target)
    samples = random_samples(network, 200, seed)
    expected = evaluate(network, samples)
    for got, wanted in zip(pipeline.answers(samples), expected.layers, strict=True):
        np.testing.assert_array_equal(got, wanted)
    np.testing.assert_array_equal(pipeline(samples), expected.logits)
    every_wire_holds(pipeline, samples)


def dense(weights, requantizer, bias=0, table=None):
    weights = np.array(weights)
    return Dense(
        np.full(weights.shape[1], bias),
        requantizer,
        weights=weights,
        weight_range=IntegerRange(-(2**50), 2**50),
        table=table,
    )


def test_a_graph_of_something_else_is_refused():
    network = random_network(2)
    inputs = Box.uniform(network.input, network.in_features)
    graphs = [solve(replace(each, constants=each.constants + 1)) for each in linear_maps(network.layers, inputs)]
    with pytest.raises(ValueError, match="must compute its layer's"):
        UnrolledPipeline.of(network.layers, inputs, Pipelining(2), graphs)


def test_rounding_is_part_of_the_constants():
    inputs = Box.uniform(BYTE, 2)
    rounding = dense([[1, 2], [3, 4]], Requantizer.make(2, BYTE, multiplier=(1, 3), shift=4), bias=5)
    (wanted,) = linear_maps([rounding], inputs)
    assert wanted.constants.tolist() == [5 + 8, 5]


def test_accumulators_that_are_too_wide_are_refused():
    with pytest.raises(DoesNotFitError, match="at most 40 bits, not 48"):
        linear_maps([dense([[2**40]], Requantizer.make(1, BYTE))], Box.uniform(BYTE, 1))


def test_tables_that_are_too_long_are_refused():
    index = IntegerRange(0, 2047)
    layer = dense([[9]], Requantizer.make(1, index), table=Table(index, tuple(i & 7 for i in range(2048)), BYTE))
    inputs = Box.uniform(BYTE, 1)
    with pytest.raises(DoesNotFitError, match="at most 1024 indices"):
        UnrolledPipeline.of([layer], inputs, Pipelining(2), [solve(each) for each in linear_maps([layer], inputs)])


def test_a_small_network_on_all_of_its_inputs():
    nibble = IntegerRange(-8, 7)
    layers = (
        dense([[3, -5, 2], [7, 1, -2]], Requantizer.make(3, nibble, multiplier=3, negative_multiplier=1, shift=4), 3),
        dense([[1, 2], [-3, 6], [4, 1]], Requantizer.make(2, BYTE, shift=1), -2),
    )
    network = IntegerNetwork(nibble, layers, False)
    points = np.stack(np.meshgrid(np.arange(-8, 8), np.arange(-8, 8)), axis=-1).reshape(-1, 2)
    pipeline = unrolled(network)
    for got, wanted in zip(pipeline.answers(points), evaluate(network, points).layers, strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("every", [1, 2, 4])
def test_taps_are_where_a_layer_has_ended(every):
    pipeline = unrolled(random_network(5, widths=[6, 7, 5, 3]), Pipelining(every))
    stages = [tap.stage for tap in pipeline.taps]
    assert stages == sorted(stages) and stages[-1] < pipeline.schedule.count == pipeline.latency - 1
    for tap in pipeline.taps:
        assert max(pipeline.schedule.stages[term.operation] for term in tap.values) <= tap.stage


def test_costs_of_a_single_sum():
    """Two bytes into registers, a sum of nine bits with its own, and a bit that says that there is a sample."""
    layer = dense([[1], [1]], Requantizer.make(1, IntegerRange(0, 510)))
    inputs = Box.uniform(BYTE, 2)
    graphs = [solve(each) for each in linear_maps([layer], inputs)]
    pipeline = UnrolledPipeline.of([layer], inputs, Pipelining(2), graphs)
    assert (pipeline.latency, pipeline.register_bits, pipeline.logic_elements) == (2, 8 + 8 + 9 + 2, 8 + 8 + 9 + 2)
    assert not any(isinstance(each, Constant) for each in pipeline.operations)
