"""Accumulators whose gains are above 0, as layers of integers."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np

from quantnn.arithmetic import MAX_MULTIPLIER_BITS, IntegerRange, Requantizer
from quantnn.importers.operators.integer_tensor import Sums
from quantnn.importers.operators.operator import Quantize, Sign
from quantnn.importers.operators.ramp import Ramp, difference, fit
from quantnn.network.layers import Dense, Layer, Rescale
from quantnn.network.table import Table

__all__ = ["beside_microcontrollers", "compared_with_bounds", "requantized", "unrounded"]

_EVERYTHING = IntegerRange(-(1 << 61), 1 << 61)
_FINER = (0, 2, 4, 6)
"""Powers of two that weights are multiplied by, in turn."""
_MOST_WEIGHT_BITS = 8
_MOST = (1 << MAX_MULTIPLIER_BITS) - 1


def requantized(tensor: Sums, operator: Quantize, first: bool) -> tuple[Layer, float]:
    """The layer behind which an operator quantizes, and the largest difference in steps of its output.

    Where an accumulator's unit is more than a step of the output, biases are too coarse to be near: weights are then
    a power of two times the file's, if that takes no more than 8 bits.

    Parameters
    ----------
    first : bool
        Whether no layer is before it.

    Raises
    ------
    ValueError
        The scales are out of reach.
    """
    scale, rounded = Fraction(operator.scale), operator.rounding.exact
    lo, hi = operator.lo - operator.zero, operator.hi - operator.zero
    low = lo if tensor.low is None else min(max(lo, rounded(tensor.low / scale)), hi)
    high = hi if tensor.high is None else max(min(hi, rounded(tensor.high / scale)), low)
    slope = Fraction(1) if low >= 0 else tensor.slope
    output = IntegerRange(low, high)
    for finer in _FINER:
        scaled = tensor.finer(finer)
        draft = _draft(scaled, first)
        if operator.fixed is None:
            ramps = [
                Ramp(gain / scale, offset / scale, slope, operator.rounding, output)
                for gain, offset in zip(scaled.gains, scaled.offsets, strict=True)
            ]
        else:
            ramps = operator.fixed.ramps(_biases(tensor), output)
        found = fit(ramps, draft.accumulator_box(tensor.grid.box))
        room = tensor.weights is not None and tensor.range.width + finer < _MOST_WEIGHT_BITS
        if found.difference <= 1 or not room or operator.fixed is not None:
            break
    layer = replace(draft, bias=found.bias, requantizer=found.requantizer, scale=float(scale))
    return layer, float(found.difference)


def beside_microcontrollers(tensor: Sums, operator: Quantize, layer: Layer) -> int:
    """How far a layer is, in steps of its output, from the file's kernels for microcontrollers; 0 where there are
    none."""
    if operator.fixed is None:
        return 0
    box = replace(layer, bias=np.zeros_like(layer.bias)).accumulator_box(tensor.grid.box)
    ramps = operator.fixed.micro_ramps(_biases(tensor), layer.requantizer.output, box)
    return difference(ramps, layer.bias, layer.requantizer, box) if ramps else 0


def _biases(tensor: Sums) -> list[int]:
    """In steps of the accumulators."""
    return [round(offset / gain) for gain, offset in zip(tensor.gains, tensor.offsets, strict=True)]


def compared_with_bounds(tensor: Sums, operator: Sign, first: bool) -> Layer:
    """The layer whose outputs are signs, exactly: each accumulator reaches a bound of its channel, or does not."""
    draft = _draft(tensor, first)
    box = draft.accumulator_box(tensor.grid.box)
    least = [math.ceil(-offset / gain) for gain, offset in zip(tensor.gains, tensor.offsets, strict=True)]
    if tensor.low is not None and tensor.low >= 0:
        least = box.lo.tolist()
    if tensor.high is not None and tensor.high < 0:
        least = (box.hi + 1).tolist()
    ends = zip(least, box.lo.tolist(), box.hi.tolist(), strict=True)
    bias = -np.array([min(max(at, lo), hi + 1) for at, lo, hi in ends], dtype=np.int64)
    index = IntegerRange(-1, 0)
    return replace(
        draft,
        bias=bias,
        requantizer=Requantizer.make(len(bias), index),
        table=Table(index, (-1, 1), IntegerRange(-1, 1)),
        scale=operator.scale,
        activation="sign",
    )


def unrounded(tensor: Sums, decision: str, first: bool) -> tuple[Layer, float]:
    """The last layer's accumulators as they are, in one scale if they are compared, and the largest difference in steps
    of the accumulator.

    Raises
    ------
    ValueError
        An activation is behind them that takes a quantizer.
    """
    if tensor.high is not None or tensor.slope != 1 or tensor.low not in (None, 0):
        raise ValueError("the last activation has no quantizer behind it: quantize the outputs, too")
    gains, offsets = tensor.gains, tensor.offsets
    compared = decision == "argmax" and len(set(gains)) > 1
    multipliers, unit = _aligned(gains) if compared else ([1] * len(gains), None)
    bias = _biases(tensor)
    draft = replace(_draft(tensor, first), bias=np.array(bias, dtype=np.int64))
    negative = (0,) * len(gains) if tensor.low == 0 else tuple(multipliers)
    requantizer = Requantizer.make(len(gains), _EVERYTHING, multiplier=tuple(multipliers), negative_multiplier=negative)
    box = draft.accumulator_box(tensor.grid.box)
    requantizer = replace(requantizer, output=requantizer.interval(box).union)
    scales = [unit or gain for gain in gains]
    layer = replace(draft, requantizer=requantizer, scale=np.array([float(scale) for scale in scales]))
    ends = zip(gains, offsets, multipliers, scales, bias, box.lo.tolist(), box.hi.tolist(), strict=True)
    off = max(
        abs(m * scale * end - (gain * (end - b) + offset)) / gain
        for gain, offset, m, scale, b, lo, hi in ends
        for end in (lo, hi)
    )
    return layer, float(off)


def _aligned(gains: list[Fraction]) -> tuple[list[int], Fraction]:
    """A multiplier per channel, and the unit of what they make: exact where the gains are whole multiples of one."""
    least = min(gains)
    ratios = [gain / least for gain in gains]
    common = math.lcm(*(ratio.denominator for ratio in ratios)) if len(ratios) <= _MOST else 0
    if common and max(ratios) * common <= _MOST:
        return [int(ratio * common) for ratio in ratios], least / common
    unit = max(gains) / _MOST
    return [max(1, round(gain / unit)) for gain in gains], unit


def _draft(tensor: Sums, first: bool) -> Layer:
    """The layer of these accumulators, without a bias, nor a requantizer that means anything."""
    count = len(tensor)
    bias, requantizer = np.zeros(count, dtype=np.int64), Requantizer.make(count, _EVERYTHING)
    if tensor.weights is None:
        return Rescale(bias, requantizer, activation="input scaling" if first else tensor.name)
    return Dense(bias, requantizer, activation=tensor.name, weights=tensor.weights, weight_range=tensor.range)
