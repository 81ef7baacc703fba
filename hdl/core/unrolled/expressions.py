"""Operations as expressions over the wires of their sources."""

from functools import singledispatch

from amaranth.hdl import C, Cat, Mux

from quantnn.adders.packing import CONSTANT
from quantnn.hdl.core.requantizer import shape_of
from quantnn.plan.unrolled.bit_operations import BitSum, BitTable
from quantnn.plan.unrolled.operations import Add, Constant, Lookup, Select, Shift

__all__ = ["expression", "low_bits", "shifted"]


@singledispatch
def expression(operation, *sources):
    """The value of an operation, at least as wide as its range, of signals or constants with those of its sources."""
    raise TypeError(f"There must be gateware for each operation, but there is none for {operation}")


@expression.register
def _(operation: Constant):
    return C(operation.value, shape_of(operation.range))


@expression.register
def _(operation: Add, left, right):
    """What does not take part in the sum is only wired, so that tools cannot merge it into a longer one."""
    passed, width = operation.passed, operation.range.width
    if operation.shift < 0:
        if operation.sign < 0:
            return shifted(left, -operation.shift) - right
        left, right = right, left
    if operation.joined:
        return Cat(low_bits(left, passed), right)
    upper = shifted(left, -passed)
    total = upper + right if operation.sign > 0 else upper - right
    if passed >= width:
        return low_bits(left, width)
    return Cat(low_bits(left, passed), total[: width - passed]) if passed else total


@expression.register
def _(operation: Shift, source):
    value = shifted(source, -operation.shift)
    if not operation.clips:
        return value
    shape, result = shape_of(operation.range), value[: operation.range.width]
    if operation.most is not None:
        result = Mux(_exceeds(value, operation.most), C(operation.most, shape), result)
    if operation.least is not None:
        result = Mux(_exceeds(value, operation.least - 1), result, C(operation.least, shape))
    return result


@expression.register
def _(operation: Select, decider, negative, positive):
    if not decider.shape().signed:
        return shifted(positive, operation.positive.shift)
    ways = shifted(negative, operation.negative.shift), shifted(positive, operation.positive.shift)
    return Mux(decider[-1], *ways)


@expression.register
def _(operation: Lookup, source):
    return _looked_up(source.as_unsigned(), operation.words(), operation.range.width)


@expression.register
def _(operation: BitTable, *sources):
    return _looked_up(_row(operation.bits, operation, sources), operation.contents, operation.range.width)


@expression.register
def _(operation: BitSum, *sources):
    rows, passed = [_row(row, operation, sources) for row in operation.rows], operation.passed
    width = operation.range.width
    low = low_bits(rows[0], passed) if len(rows) == 1 else low_bits(rows[0] | rows[1], passed)
    if passed == width:
        return low
    return Cat(low, (rows[0][passed:] + rows[1][passed:])[: width - passed])


def _row(bits, operation, sources):
    """Bits of values side by side."""
    known = dict(zip(operation.sources, sources, strict=True))
    return Cat(C(place, 1) if source == CONSTANT else known[source][place] for source, place in bits)


def _looked_up(index, words, width):
    """The word at an index, each bit of the words a constant of which one bit is chosen."""
    return Cat(
        C(sum((word >> bit & 1) << place for place, word in enumerate(words)), len(words)).bit_select(index, 1)
        for bit in range(width)
    )


def shifted(value, shift):
    """A value shifted to the left or, where ``shift`` is negative, to the right, if it is shifted at all."""
    return value << shift if shift > 0 else value >> -shift if shift < 0 else value


def low_bits(value, count):
    """The lowest bits of a value, extended where it has fewer."""
    if len(value) >= count:
        return value[:count]
    top = value[-1] if value.shape().signed else C(0)
    return Cat(value, top.replicate(count - len(value)))


def _exceeds(value, limit):
    """Whether a value exceeds a constant of its format, by ands and ors: a comparison would be a carry chain."""
    signed = value.shape().signed
    found = C(0)
    for place, bit in enumerate(value[: len(value) - signed]):
        found = bit & found if limit >> place & 1 else bit | found
    if not signed:
        return found
    return ~value[-1] & found if limit >= 0 else ~value[-1] | found
