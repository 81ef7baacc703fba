"""One channel's requantizer against the rule, over all accumulators of small ranges."""

from itertools import product

import numpy as np
import pytest

from quantnn.arithmetic import Box, IntegerRange, Requantizer
from quantnn.errors import DoesNotFitError
from quantnn.network.table import Table
from quantnn.plan.unrolled.dataflow import Dataflow
from quantnn.plan.unrolled.finishing import MAX_INDEX_BITS, Finishing
from quantnn.plan.unrolled.operations import Add, Lookup, Select

RANGES = [IntegerRange(-70, 61), IntegerRange(0, 90), IntegerRange(-50, -3), IntegerRange(-1500, 1400)]
OUTPUTS = [IntegerRange(0, 7), IntegerRange(-8, 7), IntegerRange(-3, 9), IntegerRange(2, 5), IntegerRange(-9, -2)]


def finished(requantizer, accumulator, table=None):
    """The operations of a channel whose accumulator is the input, and the answers to all of its values."""
    finishing = Finishing.of(requantizer, 0, accumulator)
    flow = Dataflow(Box.of([accumulator]))
    (leaf,) = flow.leaves()
    ends = IntegerRange(accumulator.lo + finishing.offset, accumulator.hi + finishing.offset)
    term = finishing(flow, flow.sum(leaf, flow.constant(finishing.offset), 1, ends), table)
    points = np.arange(accumulator.lo, accumulator.hi + 1)
    wires = []
    for operation in flow.operations:
        values = operation(*(wires[s] for s in operation.sources)) if operation.sources else None
        if values is None:
            values = points if hasattr(operation, "element") else operation()
        assert operation.range.lo <= values.min() and values.max() <= operation.range.hi
        wires.append(values)
    return flow.operations, np.broadcast_to(wires[term.operation] << term.shift, points.shape), points


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 0), (8, 8), (8, 2), (5, 5), (5, 0), (0, 3), (0, 0), (3, 7)])
def test_every_requantizer_is_the_rule(m, n):
    for accumulator, output, shift, truncate in product(RANGES, OUTPUTS, (0, 1, 3, 6), (False, True)):
        requantizer = Requantizer.make(
            1, output, multiplier=m, negative_multiplier=n, shift=shift, truncate=truncate
        )
        _, got, points = finished(requantizer, accumulator)
        np.testing.assert_array_equal(got, requantizer(points[:, None])[:, 0])


def test_tables_come_behind():
    index = IntegerRange(-8, 7)
    table = Table(index, tuple(range(100, 116)), IntegerRange(0, 255))
    for accumulator, m, shift in product(RANGES, (1, 3), (1, 4)):
        requantizer = Requantizer.make(1, index, multiplier=m, shift=shift)
        _, got, points = finished(requantizer, accumulator, table)
        np.testing.assert_array_equal(got, table(requantizer(points[:, None])[:, 0]))


def test_a_power_of_two_needs_no_adder_and_its_rounding_is_the_accumulators():
    requantizer = Requantizer.make(1, OUTPUTS[1], multiplier=4, shift=5)
    finishing = Finishing.of(requantizer, 0, RANGES[0])
    assert (finishing.offset, finishing.shift, finishing.multiplier) == (4, 3, 1)
    operations, _, _ = finished(requantizer, RANGES[0])
    assert len([each for each in operations if isinstance(each, Add)]) == 1


def test_signs_are_looked_at_where_slopes_differ():
    leaky = Requantizer.make(1, IntegerRange(-128, 127), multiplier=77, negative_multiplier=9, shift=8)
    assert any(isinstance(each, Select) for each in finished(leaky, RANGES[3])[0])
    relu = Requantizer.make(1, IntegerRange(0, 127), multiplier=77, negative_multiplier=9, shift=8)
    assert not any(isinstance(each, Select) for each in finished(relu, RANGES[3])[0])


def test_few_bits_become_a_table_at_once():
    requantizer = Requantizer.make(1, IntegerRange(0, 3), multiplier=77, negative_multiplier=9, shift=8)
    operations, _, _ = finished(requantizer, IntegerRange(-8, 7))
    assert [type(each) for each in operations if each.sources] == [Lookup]


def test_a_table_beyond_the_limit_is_refused():
    bits = MAX_INDEX_BITS + 1
    index = IntegerRange(0, (1 << bits) - 1)
    table = Table(index, tuple(i & 7 for i in range(1 << bits)), IntegerRange(0, 7))
    requantizer = Requantizer.make(1, index)
    with pytest.raises(DoesNotFitError, match="at most 1024 indices, not 2048"):
        finished(requantizer, IntegerRange(0, 5000), table)
