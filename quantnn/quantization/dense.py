"""A dense layer with its activation function in integers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from quantnn.arithmetic import MAX_MULTIPLIER_BITS, IntegerRange, Integers, Requantizer
from quantnn.model.activation import FloatActivation, Floats
from quantnn.model.network import FloatDense
from quantnn.network.layers import Dense
from quantnn.network.reference import accumulate
from quantnn.network.table import Table
from quantnn.quantization.precision import Precision
from quantnn.quantization.scale_limits import UNLIMITED, ScaleLimits
from quantnn.quantization.weights import QuantizedTensor, coarser, integer_weights, with_bias

__all__ = [
    "TABULATED", "activation_fraction", "by_shifts", "clipped", "quantize_dense", "slope_below", "slope_multiplier",
]  # fmt: skip

_CANDIDATES = 4
"""Activation scales that are tried: the finest that clips nothing, and the next finer ones."""
_SLOPE_BITS = range(8, MAX_MULTIPLIER_BITS)
_SLOPE_ERROR = 2.0**-8
_SURE = 2.0**61


@dataclass(frozen=True)
class _Curve:
    """An activation function that saturates, tabulated over ±2**reach.

    ``signed`` tells whether it goes from −1 to 1 or from 0 to 1. Outputs take ``activation_bits`` and are symmetric.
    """

    function: Callable[[Floats], Floats]
    reach: int
    signed: bool

    def table(self, precision: Precision) -> tuple[Table, int, float]:
        """The table, the fractional bits of its index, and the scale of its outputs.

        The index has two bits more than the outputs: both functions then err by half a unit at their steepest.
        """
        bits = precision.activation_bits + 2
        index = IntegerRange.of_format(bits, signed=True)
        fraction = bits - 1 - self.reach
        greatest = precision.activations(self.signed).hi
        points: Floats = np.arange(index.lo, index.hi + 1, dtype=np.float64) * 2.0**-fraction
        exact = self.function(points) * greatest
        values = tuple(int(v) for v in np.floor(exact + 0.5))
        return Table(index, values, IntegerRange(-greatest if self.signed else 0, greatest)), fraction, 1 / greatest


TABULATED = {
    "sigmoid": _Curve(lambda x: 1 / (1 + np.exp(-x)), reach=3, signed=False),
    "tanh": _Curve(np.tanh, reach=2, signed=True),
}
"""Activations that become tables."""


def quantize_dense(
    layer: FloatDense,
    tensor: QuantizedTensor,
    precision: Precision,
    *,
    decision: str = "",
    limits: ScaleLimits = UNLIMITED,
) -> Dense:
    """The integer layer.

    Parameters
    ----------
    decision : str
        What the network's answer is (:data:`~quantnn.model.decision.DECISIONS`) if this is its last layer, which is
        not rounded; empty for any other. Where outputs are compared their accumulators are aligned by exact left
        shifts; where they are values, each has a scale of its own.

    Raises
    ------
    ValueError
        The layer's scales cannot be expressed.
    """
    weights, fraction = integer_weights(layer, tensor, precision, limits.channels, apart=decision == "none")
    activation = FloatActivation.named(layer.activation)
    if activation.kind in TABULATED:
        return _tabulated(layer, tensor, precision, fraction, limits, TABULATED[activation.kind])
    if decision:
        return _unrounded(layer, tensor, precision, fraction, limits, activation, decision)
    return _shifted(layer, tensor, precision, weights, fraction, limits, activation)


def slope_below(activation: FloatActivation) -> float:
    """The slope below zero of an activation that is straight on either side of it, within the ends of a clip.

    Raises
    ------
    ValueError
        It is none.
    """
    slope = {"linear": 1.0, "relu": 0.0, "clip": 1.0}.get(activation.kind, activation.slope)
    if slope is None:
        raise ValueError(f"the activation {activation.name} has no integer form")
    return slope


def clipped(activation: FloatActivation, fraction: int, output: IntegerRange) -> IntegerRange:
    """The part of the output format that a clip leaves, where an output of 1 stands for 2^-fraction; all of it for
    other activations. Its ends are the integers next to the clip's.

    Raises
    ------
    ValueError
        Nothing is left.
    """
    if activation.lo is None or activation.hi is None:
        return output
    ends = (np.clip(np.floor(end * 2.0**fraction + 0.5), -_SURE, _SURE) for end in (activation.lo, activation.hi))
    lo, hi = (int(end) for end in ends)
    lo, hi = max(lo, output.lo), min(hi, output.hi)
    if lo >= hi:
        raise ValueError(f"the ends of {activation.name} are nothing beside the values of its layer")
    return IntegerRange(lo, hi)


def slope_multiplier(slope: float) -> tuple[int, int]:
    """k and the multiplier n of negative accumulators beside 2**k, so that n / 2**k is the slope; k = 0 if exact."""
    if slope in (0.0, 1.0):
        return 0, int(slope)
    for bits in _SLOPE_BITS:
        negative = round(slope * (1 << bits))
        if abs(negative / (1 << bits) - slope) <= slope * _SLOPE_ERROR:
            break
    return bits, negative


def _shifted(
    layer: FloatDense,
    tensor: QuantizedTensor,
    precision: Precision,
    weights: Integers,
    fraction: Integers,
    limits: ScaleLimits,
    activation: FloatActivation,
) -> Dense:
    """A layer whose outputs are requantized to the activation format by shifts."""
    slope = slope_below(activation)
    output = precision.activations(signed=slope > 0 and (activation.lo is None or activation.lo < 0))
    draft = with_bias(layer, tensor, weights, fraction, precision)
    slope_bits, negative = slope_multiplier(slope)
    least, greatest = limits.with_slope(slope_bits)
    out_fraction = activation_fraction(draft, fraction, tensor, output, activation) - limits.outputs
    out_fraction = min(out_fraction, int(fraction.min()) - least)
    weights, fraction = coarser(layer, tensor, precision, fraction, out_fraction + greatest)
    draft = with_bias(layer, tensor, weights, fraction, precision)
    output = clipped(activation, out_fraction, output)
    requantizer = by_shifts(fraction - out_fraction, output, slope_bits, negative)
    return replace(draft, requantizer=requantizer, scale=float(2.0**-out_fraction))


def by_shifts(shifts: Integers, output: IntegerRange, slope_bits: int = 0, negative: int = 1) -> Requantizer:
    """Right shifts as s, left shifts (negative numbers) as m; both multipliers have 2**slope_bits more."""
    left = [max(0, -int(s)) for s in shifts]
    return Requantizer.make(
        len(left),
        output,
        multiplier=tuple(1 << (k + slope_bits) for k in left),
        negative_multiplier=tuple(negative << k for k in left),
        shift=tuple(max(0, int(s)) + slope_bits for s in shifts),
    )


def activation_fraction(
    draft: Dense, fraction: Integers, tensor: QuantizedTensor, output: IntegerRange, activation: FloatActivation
) -> int:
    """Fractional bits of a layer's output: the least square error over the calibration samples, or else the finest
    that the proven interval bounds allow without clipping."""
    scale = 2.0 ** -fraction.astype(np.float64)
    if tensor.samples is None:
        box = draft.accumulator_box(tensor.box)
        sums = np.stack([box.lo, box.hi]).astype(np.float64)
    else:
        sums = accumulate(draft, tensor.samples).astype(np.float64)
    values: Floats = activation.function(sums * scale)
    greatest = float(np.abs(values).max())
    if greatest == 0:
        return int(fraction.min())
    finest = int(np.floor(np.log2(output.hi / greatest)))
    if tensor.samples is None:
        return finest

    def loss(candidate: int) -> float:
        rounded = np.clip(np.round(values * 2.0**candidate), output.lo, output.hi) * 2.0**-candidate
        return float(np.square(rounded - values).sum())

    return min(range(finest, finest + _CANDIDATES), key=loss)


def _tabulated(
    layer: FloatDense,
    tensor: QuantizedTensor,
    precision: Precision,
    fraction: Integers,
    limits: ScaleLimits,
    curve: _Curve,
) -> Dense:
    """A layer whose accumulators are requantized to a table's index."""
    table, index_fraction, scale = curve.table(precision)
    if int(fraction.min()) < index_fraction - MAX_MULTIPLIER_BITS + 1:
        raise ValueError(f"its weights are too large for {layer.activation}: every output would be at an end")
    weights, fraction = coarser(layer, tensor, precision, fraction, index_fraction + limits.shifts[1])
    draft = with_bias(layer, tensor, weights, fraction, precision)
    requantizer = by_shifts(fraction - index_fraction, table.index)
    return replace(draft, requantizer=requantizer, table=table, scale=scale)


def _unrounded(
    layer: FloatDense,
    tensor: QuantizedTensor,
    precision: Precision,
    fraction: Integers,
    limits: ScaleLimits,
    activation: FloatActivation,
    decision: str,
) -> Dense:
    """The last layer: accumulators as they are, unsaturated, and aligned by exact left shifts if they are compared."""
    slope_bits, negative = slope_multiplier(slope_below(activation))
    spread = min(limits.spread, MAX_MULTIPLIER_BITS - 1 - slope_bits)
    aligned = decision != "none" or activation.kind == "clip"  # whose ends serve all outputs
    cap = fraction - limits.outputs
    if aligned:
        cap = np.full(len(fraction), min(fraction.min() + spread, fraction.max() - limits.outputs))
    weights, fraction = coarser(layer, tensor, precision, fraction, cap)
    draft = with_bias(layer, tensor, weights, fraction, precision)
    if decision != "none":
        draft = _with_ties(draft, layer, tensor, fraction)
    finest = np.full(len(fraction), fraction.max()) if aligned else fraction
    everything = clipped(activation, int(finest[0]) + slope_bits, IntegerRange(-(1 << 62), 1 << 62))
    left = (finest - fraction).tolist()
    requantizer = Requantizer.make(
        len(left),
        everything,
        multiplier=tuple(1 << (k + slope_bits) for k in left),
        negative_multiplier=tuple(negative << k for k in left),
    )
    box = requantizer.interval(draft.accumulator_box(tensor.box))
    output = box.union
    return replace(
        draft,
        requantizer=replace(requantizer, output=output),
        scale=np.exp2(-(finest + slope_bits).astype(np.float64)),
    )


def _with_ties(draft: Dense, layer: FloatDense, tensor: QuantizedTensor, fraction: Integers) -> Dense:
    """The layer with equal biases where the float ones are equal, and 0 where a single one is: so that inputs of 0
    decide as they do in the float network, whatever the correction of the biases says."""
    if tensor.offset.any():
        return draft
    bias = draft.bias.copy()
    for value in np.unique(layer.bias):
        tied = np.flatnonzero(layer.bias == value)
        coarsest = fraction[tied].min()
        if len(tied) > 1:
            mean = np.mean(bias[tied] * np.exp2(coarsest - fraction[tied]))
            bias[tied] = round(float(mean)) << (fraction[tied] - coarsest)
        elif draft.out_features == 1 and value == 0:
            bias[tied] = 0
    return replace(draft, bias=bias)
