from dataclasses import replace

import numpy as np
import pytest

from quantnn.adders.linear_map import LinearMap
from quantnn.adders.logic_target import ECP5, LOGIC_ELEMENTS
from quantnn.adders.pack import pack
from quantnn.adders.packing import Table
from quantnn.arithmetic import Box, IntegerRange


def random_map(seed, inputs, outputs, density, values, most=1):
    random = np.random.default_rng(seed)
    weights = random.integers(-most, most + 1, (inputs, outputs))
    matrix = np.where(random.random((inputs, outputs)) < density, weights, 0)
    return LinearMap(matrix, Box.uniform(values, inputs), random.integers(-9, 10, outputs))


@pytest.mark.parametrize("values", [IntegerRange(0, 1), IntegerRange(0, 3), IntegerRange(-1, 1), IntegerRange(-2, 2)])
@pytest.mark.parametrize("most", [1, 3, 11])
@pytest.mark.parametrize("seed", range(4))
def test_random_matrices_are_computed(seed, most, values):
    wanted = random_map(seed, 20, 7, 0.5, values, most)
    packing = pack(wanted, ECP5)
    assert packing.proves(wanted)
    samples = np.random.default_rng(seed).integers(values.lo, values.hi + 1, (200, 20))
    np.testing.assert_array_equal(packing(samples), wanted(samples))


def test_inputs_may_have_ranges_of_their_own_and_outputs_may_be_constant_or_an_input():
    inputs = Box.of([IntegerRange(-3, 0), IntegerRange(0, 6), IntegerRange(2, 2), IntegerRange(0, 1)])
    matrix = [[0, 1, 0, -5], [0, 0, 0, 1], [0, 0, 1, 1], [0, 0, 0, -2]]
    wanted = LinearMap(np.array(matrix), inputs, np.array([-7, 0, 0, 4]))
    packing = pack(wanted, LOGIC_ELEMENTS)
    samples = np.stack(np.meshgrid(range(-3, 1), range(7), [2], [0, 1]), axis=-1).reshape(-1, 4)
    np.testing.assert_array_equal(packing(samples), wanted(samples))


def test_a_triple_that_outputs_share_is_made_once_whatever_place_and_sign_it_has():
    inputs = Box.uniform(IntegerRange(0, 1), 3)
    wanted = LinearMap(np.array([[1, -2, 4], [1, -2, 4], [-1, 2, -4]]), inputs)
    packing = pack(wanted, LOGIC_ELEMENTS)
    assert sum(isinstance(node, Table) and len(node.bits) == 3 for node in packing.nodes) == 1


COUNT = LinearMap(np.ones((15, 1), dtype=np.int64), Box.uniform(IntegerRange(0, 1), 15))
"""How many of 15 bits are set."""


def test_each_bit_less_takes_less_than_two_luts():
    """15 bits become 4 in 11 full adders: seven at a time with 5 LUTs, twice, and five more with 2 LUTs each."""
    assert sum(pack(COUNT, LOGIC_ELEMENTS).costs(LOGIC_ELEMENTS)) <= 2 * 5 + 5 * 2


def test_every_bit_of_every_table_is_proven():
    packing = pack(COUNT, LOGIC_ELEMENTS)
    assert packing.identities and packing.proves(COUNT)
    for number, table in enumerate(packing.nodes):
        if isinstance(table, Table):
            for address in range(len(table.contents)):
                contents = list(table.contents)
                contents[address] ^= 1
                nodes = list(packing.nodes)
                nodes[number] = Table(table.bits, tuple(contents))
                assert not replace(packing, nodes=tuple(nodes)).proves(COUNT)


def test_an_identity_that_is_none_proves_nothing():
    packing = pack(COUNT, LOGIC_ELEMENTS)
    first, *others = packing.identities
    (bit, weight), *inputs = first.inputs
    for wrong in (
        replace(first, constant=first.constant + 1),
        replace(first, inputs=((bit, weight + 1), *inputs)),
        replace(first, inputs=tuple(inputs)),
        replace(first, outputs=first.outputs[:-1]),
        replace(first, outputs=first.outputs[1:]),
        replace(first, inputs=(((packing.outputs[0], 0), 1), *first.inputs)),
    ):
        assert not replace(packing, identities=(wrong, *others)).proves(COUNT)
    assert not replace(packing, identities=()).proves(COUNT)


def test_it_is_the_same_each_time():
    wanted = random_map(1, 60, 8, 0.3, IntegerRange(0, 1))
    assert pack(wanted, ECP5).nodes == pack(wanted, ECP5).nodes
