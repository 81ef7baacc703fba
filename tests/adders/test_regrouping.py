import numpy as np
import pytest

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.logic_target import ECP5, ICE40, LOGIC_ELEMENTS
from quantnn.adders.regrouping import regrouped
from quantnn.adders.solve import Effort, solve
from quantnn.arithmetic import Box, IntegerRange

BYTES = Box.uniform(IntegerRange(-128, 127), 12)
TARGETS = [ECP5, ICE40, LOGIC_ELEMENTS]


def cost(graph, inputs, target):
    return int(target.adders(graph, inputs).sum())


def output_depths(graph):
    return [graph.depths[node] if node >= 0 else 0 for node, _, _ in graph.outputs]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@pytest.mark.parametrize("seed", range(6))
def test_the_same_is_computed_for_less_and_nothing_is_deeper(seed, target):
    random = np.random.default_rng(seed)
    matrix = random.integers(-40, 41, (12, 10)) * (random.random((12, 10)) < 0.6)
    matrix[:, 3] = matrix[:, 4]
    wanted = LinearMap(matrix, BYTES, random.integers(-300, 300, 10))
    graph = solve(wanted, Effort(0, seed % 3))
    found = regrouped(graph, BYTES, target)
    assert found.proves(wanted)
    assert cost(found, BYTES, target) < cost(graph, BYTES, target)
    assert all(np.array(output_depths(found)) <= output_depths(graph))
    assert np.array_equal(found.adders, regrouped(graph, BYTES, target).adders)


def test_a_difference_is_turned_where_that_passes_low_bits():
    """8a - b adds all its 12 bits, b - 8a only those from the third on; c - (b - 8a) takes no more than before."""
    inputs = Box.uniform(IntegerRange(0, 255), 4)
    graph = AdderGraph(4, [], [(0, 1, 3, 0, -1), (4, 2, 0, 0, 1), (4, 3, 0, 0, 1)], [(5, 0, 1), (6, 0, 1)])
    found = regrouped(graph, inputs, LOGIC_ELEMENTS)
    assert found.adders.tolist()[0] == [1, 0, 0, 3, -1]
    assert found.adders.tolist()[1:] == [[2, 4, 0, 0, -1], [3, 4, 0, 0, -1]]
    assert LOGIC_ELEMENTS.adders(graph, inputs).tolist() == [12, 13, 13]
    assert LOGIC_ELEMENTS.adders(found, inputs).tolist() == [9, 13, 13]


def test_a_narrow_operand_is_added_where_the_sum_is_narrow():
    """Two numbers up to 3 are added first, in 3 bits, not each to a byte."""
    inputs = Box([0, 0, 0], [3, 255, 3])
    graph = AdderGraph(3, [], [(0, 1, 0, 0, 1), (3, 2, 0, 0, 1)], [(4, 0, 1)])
    found = regrouped(graph, inputs, LOGIC_ELEMENTS)
    assert [sorted(row[:2]) for row in found.adders.tolist()] == [[0, 2], [1, 3]]
    assert cost(found, inputs, LOGIC_ELEMENTS) == 3 + 9


def test_outputs_and_what_others_read_stay():
    """Of a chain each node of which is an output, nothing can change."""
    graph = AdderGraph(3, [], [(0, 1, 3, 0, -1), (3, 2, 0, 0, 1)], [(3, 0, 1), (4, 0, 1), (-1, 0, 1)])
    inputs = Box.uniform(IntegerRange(0, 255), 3)
    found = regrouped(graph, inputs, LOGIC_ELEMENTS)
    assert np.array_equal(found.adders, graph.adders)
    assert np.array_equal(found.outputs, graph.outputs)


def test_what_has_no_adders_stays_as_it_is():
    graph = AdderGraph(2, [5], [], [(1, 2, -1), (2, 0, 1)])
    found = regrouped(graph, Box.uniform(IntegerRange(0, 3), 2), ECP5)
    assert np.array_equal(found.outputs, graph.outputs)
    assert len(found.adders) == 0
