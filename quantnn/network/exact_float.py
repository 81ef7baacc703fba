"""Layers evaluated in floating point where that is exact: the same integers, at the speed of BLAS.

A float32 holds every integer up to 2**24, a float64 up to 2**53. Where |b| + Σ|w|·max|x|, times the multiplier, plus
the rounding stay below, every sum in any order, every product and every shift by a power of two is exact, and
``floor`` is the arithmetic shift. It may be left out only where ``acc·m + r`` is a multiple of 2**s for every
accumulator, that is where m and r are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import IntegerRange, Requantizer
from quantnn.network.layers import Dense

__all__ = ["Numbers", "exact_step", "exact_type"]

Numbers = npt.NDArray[Any]
"""Integers, in an integer or a float type that holds them exactly."""

Float = type[np.floating[Any]]

_FLOAT32 = 1 << 24
_FLOAT64 = 1 << 53


def exact_type(bound: int) -> Float | None:
    """The fastest float type that holds every integer up to ``bound`` in size, or None."""
    if bound <= _FLOAT32:
        return np.float32
    return np.float64 if bound <= _FLOAT64 else None


def exact_step(layer: Dense, input: IntegerRange) -> Callable[[Numbers], Numbers] | None:
    """A function from inputs (n, in_features) within ``input`` to outputs (n, out_features), or None.

    Sums that exceed float32 but not float64 are made of float32 blocks of inputs, added in float64.
    """
    largest = max(-input.lo, input.hi)
    kind = exact_type(_bound(layer, largest))
    return None if kind is None else _finish(layer, kind, _matmul(layer, largest, kind))


def _bound(layer: Dense, largest: int) -> int:
    """What no number on the way exceeds in size, for inputs up to ``largest``."""
    magnitudes = np.abs(layer.weights.astype(np.float64)).sum(axis=0)
    if float(magnitudes.max()) * max(1, largest) > 2 * _FLOAT64 or abs(float(layer.bias.min())) > _FLOAT64:
        return 2 * _FLOAT64  # an int64 might wrap below
    sums = np.abs(layer.bias) + largest * np.abs(layer.weights).sum(axis=0)
    requantizer, output = layer.requantizer, layer.requantizer.output
    multiplier = max(1, *requantizer.multipliers, *requantizer.negative_multipliers)
    return max(int(sums.max()) * multiplier + max(requantizer.roundings), output.lo, -output.hi)


def _matmul(layer: Dense, largest: int, kind: Float) -> Callable[[Numbers], Numbers]:
    """x @ weights, exact, as ``kind``."""
    if kind is np.float32:
        narrow = layer.weights.astype(np.float32)
        return lambda x: x.astype(np.float32, copy=False) @ narrow
    rows = np.abs(layer.weights).max(axis=1) * largest
    blocks: list[slice] = []
    start, total = 0, 0
    for row, worst in enumerate(rows.tolist()):
        if total + worst > _FLOAT32 and row > start:
            blocks.append(slice(start, row))
            start, total = row, 0
        total += worst
    blocks.append(slice(start, len(rows)))
    if int(rows.max()) > _FLOAT32:
        wide = layer.weights.astype(kind)
        return lambda x: x.astype(kind, copy=False) @ wide
    parts = [np.ascontiguousarray(layer.weights[block], dtype=np.float32) for block in blocks]

    def product(x: Numbers) -> Numbers:
        values = x.astype(np.float32, copy=False)
        result = (values[:, blocks[0]] @ parts[0]).astype(kind)
        for block, part in zip(blocks[1:], parts[1:], strict=True):
            result += values[:, block] @ part
        return result

    return product


def _finish(
    layer: Dense, kind: Float, product: Callable[[Numbers], Numbers]
) -> Callable[[Numbers], Numbers]:
    """Bias, multiplier, rounding, shift, saturation and table behind the product."""
    requantizer = layer.requantizer
    m, n, s, r = (
        np.array(column, dtype=np.float64)
        for column in (
            requantizer.multipliers,
            requantizer.negative_multipliers,
            requantizer.shifts,
            requantizer.roundings,
        )
    )
    output, table = requantizer.output, layer.table
    same = requantizer.multipliers == requantizer.negative_multipliers or output.lo == 0
    offset = (layer.bias + r / m if same and _powers_of_two(requantizer.multipliers) else layer.bias).astype(kind)
    scale = (m * 2.0**-s).astype(kind)
    if same and _powers_of_two(requantizer.multipliers) and np.array_equal(offset, layer.bias + r / m):
        integral = _always_divides(requantizer)

        def shifted(x: Numbers) -> Numbers:
            values = product(x)
            values += offset
            if (scale != 1).any():
                values *= scale
            return values if integral else np.floor(values, out=values)

        evaluate = shifted
    else:
        bias, positive, negative, rounding = (a.astype(kind) for a in (layer.bias, m, n, r))
        inverse = (2.0**-s).astype(kind)

        def multiplied(x: Numbers) -> Numbers:
            values = product(x)
            values += bias
            values *= positive if same else np.where(values < 0, negative, positive)
            values += rounding
            values *= inverse
            return np.floor(values, out=values)

        evaluate = multiplied

    def step(x: Numbers) -> Numbers:
        values = np.clip(evaluate(x), output.lo, output.hi)
        return values if table is None else table(values.astype(np.int64))

    return step


def _always_divides(requantizer: Requantizer) -> bool:
    """Whether 2**s divides ``acc·m + r`` in every channel, whatever the accumulator."""
    columns = zip(requantizer.multipliers, requantizer.shifts, requantizer.roundings, strict=True)
    return all(not (m | r) & ((1 << s) - 1) for m, s, r in columns)


def _powers_of_two(values: tuple[int, ...]) -> bool:
    return all(value.bit_count() == 1 for value in values)
