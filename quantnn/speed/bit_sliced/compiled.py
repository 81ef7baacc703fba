"""An integer network as a program of full adders."""

from __future__ import annotations

from collections import defaultdict, deque

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.network.layers import Dense, Layer
from quantnn.network.network import IntegerNetwork
from quantnn.speed.bit_sliced.program import ONE, ZERO, Program, Writer

__all__ = ["compiled"]

_MOST_TERMS = 1 << 19
_BIT = IntegerRange(0, 1)

Planes = list[int]
"""Of an integer in two's complement, the lowest bit first: the last is its sign."""


def compiled(network: IntegerNetwork) -> Program:
    """The program whose answer is the class, or the outputs of a network that does not classify.

    An accumulator times its multiplier is a sum of planes, each with the weight of a power of two: the signed digits of
    its weights. What is subtracted is added inverted.

    Raises
    ------
    InputError
        Inputs have more than a bit, a layer is not dense or has a table, or there would be too many terms.
    """
    if network.input != _BIT:
        lo, hi = network.input.lo, network.input.hi
        raise InputError(f"bits are sliced of inputs 0 and 1, but this network's are {lo}..{hi}")
    terms = 0
    for number, layer in enumerate(network.layers):
        if not isinstance(layer, Dense) or layer.table is not None:
            what = layer.kind if layer.table is None else "table"
            raise InputError(f"layer {number}: a {what} is not sliced into bits")
        if not _one_slope(layer):
            raise InputError(f"layer {number}: a leaky relu is not sliced into bits")
        terms += _digit_count(layer) * network.formats[number].width
    if terms > _MOST_TERMS:
        raise InputError(f"bits are sliced of up to {_MOST_TERMS:,} terms, but this network has {terms:,}")
    writer = Writer(network.in_features)
    values: list[Planes] = [[2 + feature, ZERO] for feature in range(network.in_features)]
    for layer, box in zip(network.layers, network.accumulator_boxes, strict=True):
        assert isinstance(layer, Dense)
        values = [_neuron(writer, layer, j, values, box[j]) for j in range(layer.out_features)]
    if not network.classify:
        signed = network.layers[-1].output.signed
        return writer.finished([planes if signed else planes[:-1] or [ZERO] for planes in values], signed)
    answer = [_positive(writer, values[0])] if len(values) == 1 else _greatest(writer, values)
    return writer.finished([answer], signed=False)


def _one_slope(layer: Layer) -> bool:
    """Whether negative accumulators go the way of the others, or end at the least output either way."""
    requantizer = layer.requantizer
    pairs = zip(requantizer.multipliers, requantizer.negative_multipliers, strict=True)
    return layer.output.lo >= 0 or all(m == n for m, n in pairs)


def _neuron(writer: Writer, layer: Dense, neuron: int, values: list[Planes], box: IntegerRange) -> Planes:
    """Its output's planes."""
    requantizer = layer.requantizer
    multiplier, shift = requantizer.multipliers[neuron], requantizer.shifts[neuron]
    rounding = requantizer.roundings[neuron]
    reach = IntegerRange(min(0, box.lo) * multiplier, max(0, box.hi) * multiplier + rounding)
    width = _signed_width(reach)
    columns: dict[int, deque[int]] = defaultdict(deque)
    constant = int(layer.bias[neuron]) * multiplier + rounding
    column = layer.weights[:, neuron]
    for feature in np.flatnonzero(column).tolist():
        for place, digit in _digits(int(column[feature]) * multiplier):
            planes = values[feature]
            for bit, plane in enumerate(planes):
                negative = (digit < 0) != (bit == len(planes) - 1)
                if plane == ZERO or place + bit >= width:
                    continue
                columns[place + bit].append(writer.invert(plane) if negative else plane)
                constant -= (1 << (place + bit)) if negative else 0
    for place in range(width):
        if constant >> place & 1:
            columns[place].append(ONE)
    sums = [_compressed(writer, columns, place) for place in range(width)]
    return _saturated(writer, sums[shift:] or [sums[-1]], layer.output)


def _signed_width(values: IntegerRange) -> int:
    return values.width if values.signed else values.width + 1


def _digits(value: int) -> list[tuple[int, int]]:
    """Places and signs of the non-adjacent form."""
    found, place = [], 0
    while value:
        if value & 1:
            digit = 2 - (value & 3)
            found.append((place, digit))
            value -= digit
        value >>= 1
        place += 1
    return found


def _digit_count(layer: Dense) -> int:
    """Digits of all weights times their multipliers, in the non-adjacent form."""
    products = np.abs(layer.weights) * np.array(layer.requantizer.multipliers)
    return int(np.unpackbits((products ^ 3 * products).view(np.uint8)).sum())


def _compressed(writer: Writer, columns: dict[int, deque[int]], place: int) -> int:
    """Add what stands in a column; carries go into the next one. First come, first added: then neighbouring adders do
    not wait for each other."""
    column = columns[place]
    while len(column) > 1:
        three = [column.popleft(), column.popleft(), column.popleft() if column else ZERO]
        total, carry = writer.full(*three)
        if total != ZERO:
            column.append(total)
        if carry != ZERO:
            columns[place + 1].append(carry)
    return column[0] if column else ZERO


def _saturated(writer: Writer, value: Planes, output: IntegerRange) -> Planes:
    """The nearest of the output's range."""
    above = _at_least(writer, value, output.hi + 1)
    below = writer.invert(_at_least(writer, value, output.lo))
    result = []
    for bit in range(output.width):
        plane = value[min(bit, len(value) - 1)]
        for outside, end in ((above, output.hi), (below, output.lo)):
            one = end >> bit & 1
            plane = writer.either(plane, outside) if one else writer.both(plane, writer.invert(outside))
        result.append(plane)
    return result if output.signed else [*result, ZERO]


def _at_least(writer: Writer, value: Planes, least: int) -> int:
    """Where a value is not below a constant."""
    own = IntegerRange.of_format(len(value), signed=True)
    if least not in own:
        return ONE if least < own.lo else ZERO
    reached = ONE
    for bit, plane in enumerate(value):
        one = least >> bit & 1
        if bit == len(value) - 1:
            plane, one = writer.invert(plane), 1 - one
        reached = writer.both(plane, reached) if one else writer.either(plane, reached)
    return reached


def _positive(writer: Writer, value: Planes) -> int:
    return _at_least(writer, [*value, value[-1]], 1)


def _greatest(writer: Writer, values: list[Planes]) -> Planes:
    """The index of the greatest value, of equals the lowest."""
    width = max(map(len, values))
    bits = (len(values) - 1).bit_length()
    candidates = [
        ([*planes, *[planes[-1]] * (width - len(planes))], [index >> bit & 1 for bit in range(bits)])
        for index, planes in enumerate(values)
    ]
    while len(candidates) > 1:
        pairs = zip(candidates[::2], candidates[1::2], strict=False)
        odd = candidates[-1:] if len(candidates) % 2 else []
        candidates = [_better(writer, *pair) for pair in pairs] + odd
    return candidates[0][1]


def _better(writer: Writer, one: tuple[Planes, Planes], other: tuple[Planes, Planes]) -> tuple[Planes, Planes]:
    carry = ONE
    for bit, (a, b) in enumerate(zip(one[0], other[0], strict=True)):
        last = bit == len(one[0]) - 1
        carry = writer.full(writer.invert(a) if last else a, b if last else writer.invert(b), carry)[1]
    chosen = [
        [writer.choose(carry, a, b) for a, b in zip(mine, theirs, strict=True)]
        for mine, theirs in zip(one, other, strict=True)
    ]
    return chosen[0], chosen[1]
