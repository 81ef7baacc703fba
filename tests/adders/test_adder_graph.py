import numpy as np
import pytest

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.solve import solve
from quantnn.arithmetic import Box, IntegerRange

GRAPH = AdderGraph(2, [3], [[0, 1, 3, 0, -1], [1, 0, 2, 0, 1], [4, 2, 0, 1, 1]], [[3, 1, -1], [5, 0, 1], [-1, 0, 1]])
"""Inputs x, y; -2·(8x - y), x + 4y + 6, and 0."""


def test_nodes_are_what_their_definition_says():
    x, y = np.meshgrid(np.arange(-3, 4), np.arange(-3, 4))
    samples = np.stack([x.ravel(), y.ravel()], axis=1)
    wanted = np.stack([-2 * (8 * x - y), x + 4 * y + 6, 0 * x], axis=-1).reshape(-1, 3)
    np.testing.assert_array_equal(GRAPH(samples), wanted)
    assert GRAPH.depth == 2


def test_boxes_are_exact():
    inputs = Box.of([IntegerRange(-1, 2), IntegerRange(0, 3)])
    box = GRAPH.boxes(inputs)
    assert (box[3].lo, box[3].hi) == (-8 - 3, 16)
    assert (box[5].lo, box[5].hi) == (-1 + 6, 2 + 12 + 6)


def test_a_graph_proves_its_own_matrix_and_no_other():
    inputs = Box.uniform(IntegerRange(-8, 7), 2)
    matrix, constants = np.array([[-16, 1, 0], [2, 4, 0]]), np.array([0, 6, 0])
    assert GRAPH.proves(LinearMap(matrix, inputs, constants))
    for row in range(2):
        for column in range(3):
            other = matrix.copy()
            other[row, column] += 1
            assert not GRAPH.proves(LinearMap(other, inputs, constants))
    assert not GRAPH.proves(LinearMap(matrix, inputs, constants + 1))


def test_a_saved_graph_comes_back():
    again = AdderGraph.from_arrays(GRAPH.arrays())
    np.testing.assert_array_equal(again.forms, GRAPH.forms)
    np.testing.assert_array_equal(again.outputs, GRAPH.outputs)


@pytest.mark.parametrize(
    ("adders", "outputs"),
    [
        ([[0, 3, 0, 0, 1]], [[0, 0, 1]]),
        ([[0, -1, 0, 0, 1]], [[0, 0, 1]]),
        ([], [[3, 0, 1]]),
        ([[0, 1, 63, 0, 1]], [[0, 0, 1]]),
        ([[0, 1, 0, 0, 0]], [[0, 0, 1]]),
        ([], np.zeros((0, 3))),
    ],
)
def test_what_is_no_graph_is_refused(adders, outputs):
    with pytest.raises(ValueError):
        AdderGraph(2, [5], adders, outputs)


@pytest.mark.parametrize("seed", range(20))
def test_solved_graphs_compute_their_matrix(seed):
    random = np.random.default_rng(seed)
    shape = random.integers(1, 9, 2)
    matrix = random.integers(-20, 21, shape) * random.integers(0, 2, shape)
    wanted = LinearMap(matrix, Box.uniform(IntegerRange(-8, 7), shape[0]), random.integers(-9, 10, shape[1]))
    graph = solve(wanted)
    samples = random.integers(-8, 8, (50, shape[0]))
    np.testing.assert_array_equal(graph(samples), wanted(samples))
