import pytest

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.cost import GraphCost, adder_bits
from quantnn.arithmetic import Box, IntegerRange

BYTES = Box.uniform(IntegerRange(-128, 127), 2)


def bits(adder, inputs=BYTES, constants=()):
    return adder_bits(AdderGraph(2, constants, [adder], [[2 + len(constants), 0, 1]]), inputs)[0]


@pytest.mark.parametrize(
    ("adder", "wanted"),
    [
        ([0, 1, 0, 0, 1], 8),  # both operands have places 0..6 and a sign
        ([0, 1, 0, 0, -1], 8),
        ([0, 1, 3, 0, 1], 8),  # places 3..9 and a sign
        ([0, 1, 0, 3, 1], 8),
        ([0, 1, 2, 3, 1], 8),
        ([0, 1, 8, 0, 1], 8),  # nothing in common but the sign
    ],
)
def test_an_adder_reaches_from_the_common_place_to_the_highest_and_a_sign(adder, wanted):
    assert bits(adder) == wanted


def test_ranges_decide():
    assert bits([0, 1, 0, 0, 1], Box.of([IntegerRange(0, 1), IntegerRange(0, 1)])) == 1
    assert bits([0, 1, 0, 0, -1], Box.of([IntegerRange(0, 1), IntegerRange(0, 1)])) == 1
    assert bits([0, 1, 0, 0, 1], Box.of([IntegerRange(0, 4), IntegerRange(0, 1)])) == 3
    assert bits([0, 1, 0, 0, 1], Box.of([IntegerRange(-4, 3), IntegerRange(0, 1)])) == 3
    assert bits([0, 1, 0, 0, 1], Box.of([IntegerRange(-5, 3), IntegerRange(0, 1)])) == 4


def test_added_a_power_of_two_needs_one_more_place_than_subtracted_its_opposite():
    assert bits([0, 1, 0, 0, 1], Box.of([IntegerRange(0, 0), IntegerRange(-4, 4)])) == 4
    assert bits([0, 1, 0, 0, 1], Box.of([IntegerRange(0, 0), IntegerRange(-4, 3)])) == 3


def test_a_constant_begins_at_its_lowest_place():
    assert bits([0, 2, 0, 0, 1], constants=[24]) == 8 - 3
    assert bits([0, 2, 0, 0, 1], constants=[25]) == 8


def test_operands_are_as_wide_as_interval_arithmetic_says():
    graph = AdderGraph(2, [], [[0, 1, 0, 0, 1], [2, 1, 0, 0, -1], [3, 0, 0, 1, 1]], [[4, 0, 1]])
    # x + y in -256..254, (x + y) - y in -383..382, of 2x the places above 0
    assert adder_bits(graph, BYTES).tolist() == [8, 9, 10 - 1]
    assert GraphCost.of(graph, BYTES) == GraphCost(3, 26, 3)


def test_a_graph_without_adders_costs_nothing():
    assert GraphCost.of(AdderGraph(2, [], [], [[0, 3, -1]]), BYTES) == GraphCost(0, 0, 0)
