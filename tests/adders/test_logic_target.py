import pytest

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.logic_target import ECP5, ICE40, LOGIC_ELEMENTS, Addition, additions
from quantnn.arithmetic import Box, IntegerRange

NIBBLES = Box.uniform(IntegerRange(0, 15), 2)


@pytest.mark.parametrize(
    ("adder", "addition"),
    [
        ([0, 1, 0, 0, 1], Addition(5, 8, 0)),  # 0..30
        ([0, 1, 0, 0, -1], Addition(5, 8, 4)),  # -15..15
        ([0, 1, 2, 0, 1], Addition(7 - 2, 4 + 2, 0)),  # 0..75, of which two places are the right operand's
        ([0, 1, 0, 2, 1], Addition(7 - 2, 2 + 4, 0)),
        ([0, 1, 0, 2, -1], Addition(7 - 2, 2 + 4, 4)),  # -60..15, of which two are the left operand's
        ([0, 1, 2, 0, -1], Addition(7, 4 + 4, 4)),  # -15..60: what is subtracted does not pass
        ([0, 1, 4, 0, 1], Addition(0, 0, 0)),  # side by side
        ([0, 1, 0, 4, 1], Addition(0, 0, 0)),
        ([0, 1, 0, 4, -1], Addition(9 - 4, 4, 4)),
        ([0, 1, 1, 3, 1], Addition(8 - 3, 2 + 4, 0)),  # 0..150
        ([0, 0, 1, 0, -1], Addition(4, 7, 4)),  # 2x - x, which is as wide as x
    ],
)
def test_places_below_an_operand_pass(adder, addition):
    graph = AdderGraph(2, [], [adder], [[2, 0, 1]])
    assert additions(graph, NIBBLES) == [addition]


def test_places_that_are_zero_in_a_node_pass_and_constants_do_not_vary():
    graph = AdderGraph(2, [12], [[0, 0, 1, 1, 1], [3, 1, 0, 0, 1], [1, 2, 0, 0, 1]], [[4, 0, 1], [5, 0, 1]])
    # x·4: 0..60 with two zeros below; x·4 + y: 0..75; y + 12: 12..27
    wanted = [Addition(6 - 1, 8, 0), Addition(7 - 2, 4 + 2, 0), Addition(5 - 2, 2, 0)]
    assert additions(graph, NIBBLES) == wanted


def test_a_logic_element_adds_a_bit():
    assert [LOGIC_ELEMENTS.adder(Addition(width, 2 * width, 0)) for width in range(6)] == [0, 1, 2, 3, 4, 5]
    assert LOGIC_ELEMENTS.adder(Addition(8, 14, 7)) == 8
    assert ICE40.adder(Addition(8, 14, 7)) == 15


def test_chains_take_whole_cells():
    assert [ECP5.adder(Addition(width, 2 * width, 0)) for width in range(5, 11)] == [6, 6, 8, 8, 10, 10]
    graph = AdderGraph(2, [], [[0, 1, 0, 0, 1], [2, 1, 1, 0, 1]], [[3, 0, 1]])
    assert ECP5.adders(graph, NIBBLES).tolist() == [6, 6]


def test_short_sums_are_luts_and_more_of_them_where_four_inputs_do_not_reach():
    """As counted after synthesis of sums of 1 + 1, 2 + 1, 2 + 2, 3 + 1, 3 + 2 and 3 + 3 bits."""
    sums = [Addition(2, 2, 0), Addition(3, 3, 0), Addition(3, 4, 0), Addition(4, 4, 0), Addition(4, 5, 0)]
    assert [ECP5.adder(each) for each in [*sums, Addition(4, 6, 0)]] == [2, 3, 3, 4, 6, 10]
    assert ECP5.adder(Addition(4, 7, 0)) == 10
