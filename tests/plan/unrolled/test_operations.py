import numpy as np
import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.plan.unrolled.operations import Add, Constant, Input, Lookup, Select, Shift, Term, function_luts

NIBBLE = IntegerRange(0, 15)


@pytest.mark.parametrize(
    ("shift", "sign", "wanted", "passed"),
    [(0, 1, 7 + 3, 0), (2, 1, 7 + 12, 2), (2, -1, 7 - 12, 2), (-2, 1, 28 + 3, 2), (-2, -1, 28 - 3, 0)],
)
def test_a_sum_shifts_either_operand(shift, sign, wanted, passed):
    add = Add(IntegerRange(-100, 100), 0, 1, shift, sign)
    assert add(np.array([7]), np.array([3])).tolist() == [wanted]
    assert (add.passed, add.luts()) == (passed, 8 - passed)


def test_what_only_stands_side_by_side_costs_nothing():
    add = Add(IntegerRange(0, 255), 0, 1, 4, 1, joined=True)
    assert (add.luts(), add.fresh) == (0, 0)


def test_shifts_go_either_way_and_saturate():
    values = np.array([-9, -1, 0, 5, 200])
    assert Shift(IntegerRange(-5, 100), 0, 1)(values).tolist() == [-5, -1, 0, 2, 100]
    assert Shift(IntegerRange(-18, 100), 0, -1, None, 100)(values).tolist() == [-18, -2, 0, 10, 100]
    assert Shift(IntegerRange(0, 15), 0, 1, 0, 15)(values).tolist() == [0, 0, 0, 2, 15]


def test_only_odd_limits_are_compared_with():
    assert Shift(NIBBLE, 0, 1, 0, 15, 2).plain
    assert Shift(IntegerRange(-8, 7), 0, 1, -8, 7, 2).plain
    assert not Shift(IntegerRange(0, 9), 0, 1, 0, 9, 2).plain
    assert Shift(IntegerRange(0, 9), 0, 1, 0, 9, 2).luts() > Shift(NIBBLE, 0, 1, 0, 15, 2).luts() == 4
    assert Shift(NIBBLE, 0, 1).luts() == 0


def test_a_selection_goes_by_the_sign():
    select = Select(IntegerRange(-20, 20), 0, Term(1, 1), Term(2))
    assert select(np.array([-1, 0, 1]), np.array([5, 6, 7]), np.array([1, 2, 3])).tolist() == [10, 2, 3]


def test_a_table_is_read_by_twos_complement():
    table = Lookup(IntegerRange(-1, 6), 0, -2, (4, -1, 6))
    assert table(np.array([-2, 0, -1])).tolist() == [4, 6, -1]
    assert table.words() == [6, 0, 4, 15]
    assert table.luts() == 4


def test_functions_of_more_bits_take_more():
    assert [function_luts(bits) for bits in (1, 4, 5, 6, 7)] == [1, 1, 2, 4, 9]


@pytest.mark.parametrize(
    "operation",
    [
        Add(NIBBLE, 3, 5, 0, 1),
        Shift(NIBBLE, 3, 1),
        Lookup(NIBBLE, 3, 0, (1, 2)),
        Select(NIBBLE, 3, Term(5, 2), Term(3)),
    ],
)
def test_operations_are_renumbered(operation):
    renumbered = operation.renumbered({3: 30, 5: 50})
    assert renumbered.sources == tuple(10 * source for source in operation.sources)
    assert renumbered.renumbered({30: 3, 50: 5}) == operation


def test_leaves_read_nothing():
    assert Input(NIBBLE, 2).sources == Constant(IntegerRange(3, 3)).sources == ()
    assert Constant(IntegerRange(3, 3))().tolist() == [3]
