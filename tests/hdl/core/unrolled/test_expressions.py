"""Each operation in gateware against its own function, over all values of small ranges."""

from itertools import product

import numpy as np
import pytest
from amaranth.hdl import Module, Signal
from amaranth.sim import Simulator

from quantnn.adders.packing import CONSTANT
from quantnn.arithmetic import IntegerRange
from quantnn.hdl.core.requantizer import shape_of
from quantnn.hdl.core.unrolled.expressions import expression
from quantnn.plan.unrolled.bit_operations import BitSum, BitTable
from quantnn.plan.unrolled.operations import Add, Constant, Lookup, Select, Shift, Term

RANGES = [IntegerRange(0, 5), IntegerRange(-3, 4), IntegerRange(-6, -1), IntegerRange(3, 9)]


def check(*cases):
    """Each case is a function that makes the operation, given the range of its results, and its sources' ranges."""
    m, simulated = Module(), []
    for number, (operation_of, *ranges) in enumerate(cases):
        points = [np.array(each) for each in zip(*product(*(range(r.lo, r.hi + 1) for r in ranges)), strict=True)]
        operation = operation_of(IntegerRange.of_array(operation_of(IntegerRange(0, 0))(*points)))
        sources = [Signal(shape_of(each), name=f"source_{number}_{n}") for n, each in enumerate(ranges)]
        wire = Signal(shape_of(operation.range), name=f"wire_{number}")
        m.d.comb += wire.eq(expression(operation, *sources))
        simulated.append((operation, points, sources, wire))

    async def bench(ctx):
        for operation, points, sources, wire in simulated:
            for *values, expected in zip(*points, operation(*points), strict=True):
                for source, value in zip(sources, values, strict=True):
                    ctx.set(source, int(value))
                assert ctx.get(wire) == expected, (operation, values)

    simulator = Simulator(m)
    simulator.add_testbench(bench)
    simulator.run()


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("shift", [-4, -3, -1, 0, 1, 3, 4])
def test_sums(shift, sign):
    cases = []
    for left, right in product(RANGES, RANGES):
        low = left if shift >= 0 else right
        joined = sign > 0 and not low.signed and low.hi < 1 << abs(shift)
        cases.append((lambda r, j=joined: Add(r, 0, 1, shift, sign, j), left, right))
    check(*cases)


@pytest.mark.parametrize("shift", [-1, 0, 2])
def test_shifts_and_limits(shift):
    source = IntegerRange(-21, 30)
    lo, hi = (end >> shift if shift >= 0 else end << -shift for end in (source.lo, source.hi))
    cases = []
    for least in (None, *range(lo + 1, hi, 3), -8, 0):
        cases.append((lambda r, a=least: Shift(r, 0, shift, a), source))
        for most in (*range(lo if least is None else least, hi, 4), 0, 7):
            if least is None or least <= most < hi:
                cases.append((lambda r, a=least, b=most: Shift(r, 0, shift, a, b), source))
    check(*cases)


def test_shifts_of_what_has_no_sign():
    source = IntegerRange(0, 31)
    check(
        *((lambda r, b=most: Shift(r, 0, 1, None, b), source) for most in range(1, 15)),
        *((lambda r, a=least: Shift(r, 0, 0, a, 25), source) for least in range(1, 15)),
    )


def test_selections():
    check(*((lambda r: Select(r, 0, Term(1, 1), Term(2)), decider, RANGES[1], RANGES[0]) for decider in RANGES))


def test_tables():
    for index in (IntegerRange(-5, 7), IntegerRange(0, 9), IntegerRange(2, 3)):
        values = tuple(np.random.default_rng(1).integers(-9, 9, index.hi - index.lo + 1).tolist())
        check((lambda r, v=values, i=index: Lookup(r, 0, i.lo, v), index))


def test_bits():
    nibble = IntegerRange(0, 15)
    check(
        (lambda r: BitTable(r, ((0, 1), (1, 2), (0, 3)), (3, 1, -4, 2, 0, 1, 1, 3)), nibble, RANGES[1]),
        (lambda r: BitSum(nibble, (((0, 0), (1, 1)), ((CONSTANT, 0), (CONSTANT, 1), (1, 0)))), nibble, RANGES[1]),
        (lambda r: BitSum(IntegerRange(-8, 7), (((0, 2), (1, 1), (CONSTANT, 1), (0, 1)),)), nibble, RANGES[1]),
        (lambda r: BitSum(nibble, (((CONSTANT, 0), (1, 1)), ((0, 0), (CONSTANT, 0), (1, 0)))), nibble, RANGES[1]),
    )


def test_constants():
    for value in (-5, 0, 9):
        assert expression(Constant(IntegerRange(value, value))).value == value


def test_what_has_no_gateware_is_refused():
    with pytest.raises(TypeError, match="there is none for 3"):
        expression(3)
