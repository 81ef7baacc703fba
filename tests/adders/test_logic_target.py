import numpy as np
import pytest

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.logic_target import ECP5, LOGIC_ELEMENTS, chain_widths
from quantnn.arithmetic import Box, IntegerRange

NIBBLES = Box.uniform(IntegerRange(0, 15), 2)


@pytest.mark.parametrize(
    ("adder", "width"),
    [
        ([0, 1, 0, 0, 1], 5),  # 0..30
        ([0, 1, 0, 0, -1], 5),  # -15..15
        ([0, 1, 2, 0, 1], 7 - 2),  # 0..75, of which two places are the right operand's
        ([0, 1, 0, 2, 1], 7 - 2),
        ([0, 1, 0, 2, -1], 7 - 2),  # -60..15, of which two are the left operand's
        ([0, 1, 2, 0, -1], 7),  # -15..60: what is subtracted does not pass
        ([0, 1, 4, 0, 1], 0),  # side by side
        ([0, 1, 0, 4, 1], 0),
        ([0, 1, 0, 4, -1], 9 - 4),
        ([0, 1, 1, 3, 1], 8 - 3),  # 0..150
    ],
)
def test_places_below_an_operand_pass(adder, width):
    graph = AdderGraph(2, [], [adder], [[2, 0, 1]])
    assert chain_widths(graph, NIBBLES) == [width]


def test_places_that_are_zero_in_a_node_pass_too():
    graph = AdderGraph(2, [12], [[0, 0, 1, 1, 1], [3, 1, 0, 0, 1], [1, 2, 0, 0, 1]], [[4, 0, 1], [5, 0, 1]])
    # x·4: 0..60 with two zeros below; x·4 + y: 0..75; y + 12: 12..27
    assert chain_widths(graph, NIBBLES) == [6 - 1, 7 - 2, 5 - 2]


def test_chains_take_whole_cells():
    assert [LOGIC_ELEMENTS.adder(width) for width in range(6)] == [0, 1, 2, 3, 4, 5]
    assert [ECP5.adder(width) for width in range(5, 11)] == [6, 6, 8, 8, 10, 10]
    graph = AdderGraph(2, [], [[0, 1, 0, 0, 1], [2, 1, 1, 0, 1]], [[3, 0, 1]])
    np.testing.assert_array_equal(ECP5.adders(graph, NIBBLES), [6, 6])
