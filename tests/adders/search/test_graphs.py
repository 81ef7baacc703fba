import numpy as np
import pytest
from sums import filled

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.cost import adder_bits
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.search.annealing import node_bits
from quantnn.adders.search.graphs import column_bits, put_column, written
from quantnn.adders.search.greedy import greedy
from quantnn.adders.search.trees import new_terms
from quantnn.arithmetic import Box, IntegerRange


@pytest.mark.parametrize("shared", [False, True])
def test_what_is_written_is_the_matrix_at_the_bits_counted(shared):
    matrix = np.random.default_rng(2).integers(-11, 12, (7, 5))
    matrix[:, 3] = 0
    columns, digits, patterns = filled(matrix, 6)
    if shared:
        greedy(columns, digits, patterns, 8)
    terms, adders, ends = new_terms(99), np.zeros((200, 5), dtype=np.int64), np.zeros((5, 3), dtype=np.int64)
    count = written(columns, terms, adders, ends)
    graph, wanted = AdderGraph(7, [], adders[:count], ends), LinearMap(matrix, Box.uniform(IntegerRange(-128, 127), 7))
    assert graph.proves(wanted)
    assert graph.depth <= 6
    numbers, nowhere = np.arange(len(columns.keys)), np.zeros((0, 5), dtype=np.int64)
    bits = sum(column_bits(columns, column, terms, numbers, nowhere) for column in range(5))
    bits += sum(node_bits(columns, node) for node in np.flatnonzero(columns.keys >= 0))
    assert bits == adder_bits(graph, wanted.inputs).sum()


def test_a_column_is_put_down_digit_by_digit():
    columns, _, _ = filled([[7], [-2]])
    terms = new_terms(9)
    assert put_column(columns, 0, terms, np.array([4, 5])) == 3
    found = sorted(zip(terms.node[:3].tolist(), terms.shift[:3].tolist(), terms.sign[:3].tolist(), strict=True))
    assert found == [(4, 0, -1), (4, 3, 1), (5, 1, -1)]
