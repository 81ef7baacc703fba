from dataclasses import replace

import numpy as np
import pytest

from quantnn.adders.linear_map import LinearMap
from quantnn.adders.logic_target import ECP5, LOGIC_ELEMENTS, Addition
from quantnn.adders.packing import CONSTANT, Packing, Sum, Table
from quantnn.arithmetic import Box, IntegerRange

BITS = Box.uniform(IntegerRange(0, 1), 6)
COUNT = (0, 1, 1, 2, 1, 2, 2, 3)
"""Ones of three bits."""
LOW, HIGH = Table(((0, 0), (1, 0), (2, 0)), COUNT), Table(((3, 0), (4, 0), (5, 0)), tuple(3 - ones for ones in COUNT))
TOTAL = Sum((((6, 0), (6, 1), (CONSTANT, 1)), ((7, 0), (7, 1))), IntegerRange(4, 10))
PACKING = Packing(BITS, (LOW, HIGH, TOTAL), (8,))
"""x0 + x1 + x2 + (3 - x3 - x4 - x5) + 4."""
WANTED = LinearMap(np.array([[1], [1], [1], [-1], [-1], [-1]]), BITS, np.array([7]))


def every_sample(inputs):
    values = np.meshgrid(*(np.arange(each.lo, each.hi + 1) for each in inputs))
    return np.stack(values, axis=-1).reshape(-1, len(inputs))


def test_nodes_are_what_their_definition_says():
    x = every_sample(BITS)
    np.testing.assert_array_equal(PACKING(x)[:, 0], x[:, :3].sum(axis=1) - x[:, 3:].sum(axis=1) + 7)
    assert PACKING.depths == (0,) * 6 + (1, 1, 2)


def test_signed_inputs_and_sums():
    inputs = Box.of([IntegerRange(-2, 1), IntegerRange(-1, 0)])
    # The bits of x count 1 and -2, that of y -1.
    table = Table(((0, 0), (0, 1), (1, 0)), tuple((b & 1) - (b & 2) - (b >> 2) for b in range(8)))
    packing = Packing(inputs, (table,), (2,))
    x = every_sample(inputs)
    np.testing.assert_array_equal(packing(x)[:, 0], x.sum(axis=1))
    assert packing.proves(LinearMap(np.array([[1], [1]]), inputs))


def test_a_packing_proves_its_own_matrix_and_no_other():
    assert PACKING.proves(WANTED)
    for row in range(6):
        matrix = WANTED.matrix.copy()
        matrix[row] -= 1
        assert not PACKING.proves(LinearMap(matrix, BITS, WANTED.constants))
    assert not PACKING.proves(LinearMap(WANTED.matrix, BITS, np.array([6])))
    assert not PACKING.proves(LinearMap(WANTED.matrix, Box.uniform(IntegerRange(0, 2), 6), WANTED.constants))


@pytest.mark.parametrize(
    "nodes",
    [
        (replace(LOW, contents=(0, 1, 1, 2, 1, 2, 2, 2)), HIGH, TOTAL),  # one entry
        (replace(LOW, bits=((0, 0), (1, 0), (1, 0))), HIGH, TOTAL),  # another bit
        (LOW, HIGH, replace(TOTAL, rows=(TOTAL.rows[0][:2], TOTAL.rows[1]))),  # no constant
        (LOW, HIGH, replace(TOTAL, rows=(TOTAL.rows[0], ((7, 1), (7, 0))))),  # bits in another order
        (LOW, HIGH, replace(TOTAL, rows=(TOTAL.rows[0], ((7, 0),)))),  # a bit short
        (LOW, HIGH, replace(TOTAL, range=IntegerRange(4, 9))),  # less than there can be
    ],
)
def test_a_fault_anywhere_is_not_proven(nodes):
    assert not Packing(BITS, nodes, (8,)).proves(WANTED)


def test_a_sum_that_may_wrap_counts_only_where_that_does_not_matter():
    bits = Box.uniform(IntegerRange(0, 1), 2)
    ones = LinearMap(np.array([[1], [1]]), bits)
    parity = Sum((((0, 0),), ((1, 0),)), IntegerRange(0, 1))
    wide = Sum((((2, 0),),), IntegerRange(0, 2))
    assert not Packing(bits, (parity, wide), (3,)).proves(ones)
    assert Packing(bits, (replace(parity, range=IntegerRange(0, 2)),), (2,)).proves(ones)
    # 2 · (x + 1) - 4 needs no more of x + 1 than its lowest bit, in two places that are signed.
    inverse = Sum((((0, 0),), ((CONSTANT, 1),)), IntegerRange(0, 1))
    signed = Sum((((CONSTANT, 0), (1, 0)),), IntegerRange(-2, 1))
    packing = Packing(Box.uniform(IntegerRange(0, 1), 1), (inverse, signed), (2,))
    assert packing.proves(LinearMap(np.array([[2]]), packing.inputs, np.array([-2])))
    assert packing(np.array([[0], [1]])).tolist() == [[-2], [0]]


def test_what_it_takes():
    assert PACKING.costs(LOGIC_ELEMENTS) == [2, 2, 4]
    assert TOTAL.addition == Addition(4, 4, 0)
    assert PACKING.costs(ECP5) == [2, 2, 4]
    # Places below the second row pass, constants do not vary, and one row is wires.
    shifted = Sum((((0, 0), (1, 0), (2, 0)), ((CONSTANT, 0), (3, 0), (CONSTANT, 1))), IntegerRange(0, 15))
    assert shifted.addition == Addition(3, 3, 0)
    assert Sum((((0, 0), (1, 0)), ()), IntegerRange(0, 3)).addition.width == 0
    assert Sum((((0, 0), (1, 0)),), IntegerRange(0, 3)).addition.width == 0


def test_bits_that_are_wires_take_no_lut():
    assert Table((), (5,)).luts == 0
    assert Table(((0, 0),), (0, 1)).luts == 0
    assert Table(((0, 0),), (1, 0)).luts == 1
    assert Table(((0, 0), (1, 0)), (4, 5, 6, 7)).luts == 0
    assert Table(((0, 0), (1, 0)), (0, 1, 1, 2)).luts == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda: Table(((0, 0),) * 5, (0,) * 32),
        lambda: Table(((0, 0),), (0, 1, 2)),
        lambda: Sum((), IntegerRange(0, 1)),
        lambda: Sum((((0, 0), (1, 0)),), IntegerRange(0, 1)),
        lambda: Packing(BITS, (Table(((6, 0),), (0, 1)),), (6,)),
        lambda: Packing(BITS, (Table(((0, 1),), (0, 1)),), (6,)),
        lambda: Packing(BITS, (Table(((CONSTANT, 2),), (0, 1)),), (6,)),
        lambda: Packing(BITS, (), (6,)),
        lambda: Packing(BITS, (), ()),
    ],
)
def test_what_is_no_packing_is_refused(make):
    with pytest.raises(ValueError, match="must"):
        make()
