import numpy as np
import pytest

from quantnn.arithmetic import Box, IntegerRange
from quantnn.plan.unrolled.dataflow import Dataflow
from quantnn.plan.unrolled.operations import Add, Constant, Lookup, Shift, Term

BITS = IntegerRange(0, 7)


@pytest.fixture
def flow():
    return Dataflow(Box.of([BITS, IntegerRange(-8, 7), IntegerRange(6, 6)]))


def test_inputs_that_never_change_are_constants(flow):
    leaves = flow.leaves()
    assert leaves[2] == Term(2, 1) and flow.operations[2] == Constant(IntegerRange(3, 3))
    assert flow.range(leaves[2]) == IntegerRange(6, 6)


def test_equal_operations_are_one(flow):
    a, b, _ = flow.leaves()
    first = flow.sum(a, b, 1, IntegerRange(-8, 14))
    assert flow.sum(a, b, 1, IntegerRange(-8, 14)) == first


def test_low_zero_bits_are_not_carried(flow):
    a, b, _ = flow.leaves()
    term = flow.sum(Term(a.operation, 3), Term(b.operation, 4), -1, IntegerRange(-112, 184))
    assert term.shift == 3
    assert flow.operations[term.operation] == Add(IntegerRange(-14, 23), 0, 1, 1, -1)


def test_what_does_not_overlap_is_joined(flow):
    a, b, _ = flow.leaves()
    assert flow.operations[flow.sum(a, Term(b.operation, 3), 1, IntegerRange(-64, 63)).operation].joined
    assert not flow.operations[flow.sum(a, Term(b.operation, 2), 1, IntegerRange(-32, 35)).operation].joined
    assert not flow.operations[flow.sum(Term(a.operation, 5), b, 1, IntegerRange(-8, 231)).operation].joined


def test_zero_is_not_added(flow):
    a, b, _ = flow.leaves()
    zero = flow.constant(0)
    assert flow.sum(a, zero, -1, BITS) == flow.sum(zero, a, 1, BITS) == a
    negated = flow.sum(zero, b, -1, IntegerRange(-7, 8))
    assert flow.operations[negated.operation] == Add(IntegerRange(-7, 8), 3, 1, 0, -1)


def test_nothing_saturates_that_fits(flow):
    a, _, _ = flow.leaves()
    assert flow.shifted(a, 0, BITS) == a
    assert flow.shifted(a, -2, IntegerRange(0, 28)) == Term(0, 2)
    assert flow.operations[flow.shifted(a, 1, BITS).operation] == Shift(IntegerRange(0, 3), 0, 1)
    assert flow.operations[flow.shifted(a, -2, IntegerRange(0, 27)).operation] == Shift(
        IntegerRange(0, 27), 0, -2, None, 27
    )


def test_what_saturates_to_one_value_is_a_constant(flow):
    a, _, _ = flow.leaves()
    assert flow.range(flow.shifted(a, 0, IntegerRange(-3, 0))) == IntegerRange(0, 0)


def test_tables_stand_for_every_value_of_a_wire(flow):
    _, b, _ = flow.leaves()
    term = Term(b.operation, 1)
    assert flow.points(term).tolist() == list(range(-16, 16, 2))
    table = flow.lookup(term, flow.points(term) // 4)
    assert flow.operations[table.operation] == Lookup(
        IntegerRange(-4, 3), 1, -8, tuple(value // 4 for value in range(-16, 16, 2))
    )
    assert flow.range(flow.lookup(term, np.full(16, 5))) == IntegerRange(5, 5)
