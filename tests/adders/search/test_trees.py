import numpy as np
import pytest

from quantnn.adders.adder_graph import AdderGraph
from quantnn.adders.cost import adder_bits
from quantnn.adders.linear_map import LinearMap
from quantnn.adders.search.trees import adder_width, new_terms, put_term, sum_up
from quantnn.arithmetic import Box, IntegerRange


def summed(shifts, signs, depths, limit):
    """The adders of a tree over 8-bit inputs, one for each term, and the bits that it counted."""
    terms, count = new_terms(len(shifts)), len(shifts)
    for place in range(count):
        put_term(terms, place, place, shifts[place], signs[place], depths[place], -128, 127, 0)
    adders = np.zeros((count - 1, 5), dtype=np.int64)
    bits = sum_up(terms, count, limit, adders, count)
    return adders, [(terms.node[0], terms.shift[0], terms.sign[0])], bits


@pytest.mark.parametrize("count", [2, 3, 7, 16, 33, 64, 100])
@pytest.mark.parametrize("signed", [False, True])
def test_a_tree_sums_its_terms_as_deep_as_it_may_be(count, signed):
    random = np.random.default_rng(count)
    shifts = random.integers(0, 5, count)
    signs = random.choice([-1, 1], count) if signed else np.full(count, -1)
    levels = (count - 1).bit_length()
    for extra in (0, 2):
        adders, ends, bits = summed(shifts, signs, np.zeros(count, dtype=np.int64), 1 << levels + extra)
        graph = AdderGraph(count, [], adders, ends)
        wanted = LinearMap((signs << shifts)[:, None], Box.uniform(IntegerRange(-128, 127), count))
        assert graph.proves(wanted)
        assert graph.depth <= levels + extra
        assert graph.outputs[0, 2] == 1 or not (signs > 0).any()
        assert bits == adder_bits(graph, wanted.inputs).sum()


def test_deep_terms_are_added_last():
    adders, ends, _ = summed([0] * 5, [1] * 5, [2, 0, 0, 0, 0], 8)
    depths = [2, 0, 0, 0, 0]
    for left, right, *_ in adders.tolist():
        depths.append(1 + max(depths[left], depths[right]))
    assert depths[ends[0][0]] == 3


def test_a_tree_begins_where_sums_are_narrow():
    adders, _, bits = summed([0, 9, 0], [1, 1, 1], [0, 0, 0], 1 << 9)
    assert sorted(adders[0, :2].tolist()) == [0, 2]
    # Operands of 8 bits count as 8; what carries out of them lies where the term above begins.
    assert bits == 8 + adder_width(-256, 254, 0, -128 << 9, 127 << 9, 9, False)


@pytest.mark.parametrize("seed", range(30))
def test_the_width_of_an_adder_is_what_costs_count(seed):
    random = np.random.default_rng(seed)
    ends = np.sort(random.integers(-200, 200, (2, 2)), axis=1)
    shifts, sign = random.integers(0, 6, 2), int(random.choice([-1, 1]))
    graph = AdderGraph(2, [], [[0, 1, *shifts, sign]], [[2, 0, 1]])
    (lo, hi), (lo_other, hi_other) = (ends << shifts[:, None]).tolist()
    width = adder_width(lo, hi, shifts[0], lo_other, hi_other, shifts[1], sign < 0)
    assert width == adder_bits(graph, Box(ends[:, 0], ends[:, 1])).sum()
