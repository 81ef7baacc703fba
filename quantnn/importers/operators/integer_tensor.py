"""Tensors between the operators of a quantized network: what integers they are made of, exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from quantnn.arithmetic import Box, IntegerRange, Integers
from quantnn.importers.operators.operator import Activate, Affine, IntegerLinear, Operator, Quantize, Sign
from quantnn.model.activation import Floats

__all__ = ["Grid", "Sums", "fractions", "one_value"]

_MOST_ROUTED = 4096
ZERO, ONE = Fraction(0), Fraction(1)


def fractions(values: Floats, count: int) -> list[Fraction]:
    """The exact values of an array of shape (), (1,) or (count,), once per feature."""
    if values.size == 1:
        return [Fraction(float(values.flat[0]))] * count
    if values.shape != (count,):
        raise ValueError(f"it has {values.size} values for {count} features")
    return [Fraction(value) for value in values.tolist()]


def one_value(values: Floats) -> float | None:
    """The value that all of an array have, or None."""
    return float(values.flat[0]) if (values == values.flat[0]).all() else None


@dataclass(frozen=True, eq=False)
class Grid:
    """``value_j = f(scale · (t[order_j] − zero))`` of integers t: the last layer's outputs, or the network's input.

    Parameters
    ----------
    scale, zero : Fraction
        The scale is not 0.
    box : Box
        The range of each t.
    order : int64 array of shape (features,)
    functions : tuple of Operator
        f: operators that do the same to every feature, one after the other.
    """

    scale: Fraction
    zero: Fraction
    box: Box
    order: Integers
    functions: tuple[Operator, ...] = ()

    @classmethod
    def of(cls, scale: Fraction, zero: Fraction, box: Box) -> Grid:
        return cls(scale, zero, box, np.arange(len(box)))

    def __len__(self) -> int:
        return len(self.order)

    @property
    def plain(self) -> bool:
        """Whether every t is there once, in its own place."""
        return len(self) == len(self.box) and bool((self.order == np.arange(len(self))).all())

    def scaled(self, slope: float, offset: float) -> Grid:
        """Behind a factor and a sum, which only change what an integer stands for."""
        if slope == 0:
            raise ValueError("a factor of 0 makes every value the same")
        scale = self.scale * Fraction(slope)
        return replace(self, scale=scale, zero=self.zero - Fraction(offset) / scale)

    def values(self, integers: Iterable[int]) -> list[Fraction]:
        """What integers stand for, behind the functions."""
        return [_applied(self.functions, self.scale * (t - self.zero)) for t in integers]

    def sums(self, slope: Floats, offset: Floats) -> Sums:
        """Behind a factor and a sum of each feature's own."""
        slopes, offsets = fractions(slope, len(self)), fractions(offset, len(self))
        return Sums(
            None,
            IntegerRange(-1, 1),
            self,
            [self.scale * each for each in slopes],
            [h - self.scale * self.zero * g for g, h in zip(slopes, offsets, strict=True)],
        )

    def through(self, linear: IntegerLinear) -> Sums:
        """Behind integer weights."""
        if len(linear.integers) != len(self):
            raise ValueError(
                f"its weights take {len(linear.integers)} features, but what is before it has {len(self)}: the layers"
                " of this file do not follow one another"
            )
        weights = np.zeros((len(self.box), linear.integers.shape[1]), dtype=np.int64)
        np.add.at(weights, self.order, linear.integers)
        count = weights.shape[1]
        gains = [self.scale * each for each in fractions(linear.scale, count)]
        biases = fractions(linear.bias, count)
        totals = weights.sum(axis=0).tolist()
        offsets = [b - g * self.zero * total for b, g, total in zip(biases, gains, totals, strict=True)]
        span = IntegerRange.of_array(weights)
        whole = linear.range if span.lo in linear.range and span.hi in linear.range else span.union(linear.range)
        return Sums(weights, whole, self, gains, offsets)


@dataclass(frozen=True, eq=False)
class Sums:
    """``value_j = f(gain_j · a_j + offset_j)`` of accumulators ``a_j = Σ_i t_i · weights[i, j]``, where f multiplies
    what is negative by ``slope`` and saturates to low..high.

    Parameters
    ----------
    weights : int64 array of shape (elements of the grid, features) or None
        None where a_j is t_j itself.
    range : IntegerRange
        Format of a weight.
    grid : Grid
        Whose t the weights multiply.
    gains, offsets : list of Fraction
    slope : Fraction
        0 < slope <= 1.
    low, high : Fraction or None
        None where nothing saturates.
    name : str
        What f is called.
    """

    weights: Integers | None
    range: IntegerRange
    grid: Grid
    gains: list[Fraction]
    offsets: list[Fraction]
    slope: Fraction = ONE
    low: Fraction | None = None
    high: Fraction | None = None
    name: str = "linear"

    def __len__(self) -> int:
        return len(self.gains)

    @property
    def _bent(self) -> bool:
        return self.slope != 1 or self.low is not None or self.high is not None

    def affine(self, operator: Affine) -> Sums:
        """Behind a factor and a sum."""
        slopes, offsets = fractions(operator.slope, len(self)), fractions(operator.offset, len(self))
        gains = [g * s for g, s in zip(self.gains, slopes, strict=True)]
        moved = [o * s + h for o, s, h in zip(self.offsets, slopes, offsets, strict=True)]
        if not self._bent:
            return replace(self, gains=gains, offsets=moved)
        slope, offset = one_value(operator.slope), one_value(operator.offset)
        if slope is None or offset is None or slope <= 0 or (self.slope != 1 and offset):
            raise ValueError(
                "between an activation and the quantizer behind it only one positive factor for all features can be:"
                " put it before the activation or behind the quantizer"
            )
        g, h = Fraction(slope), Fraction(offset)
        low, high = (None if end is None else end * g + h for end in (self.low, self.high))
        return replace(self, gains=gains, offsets=moved, low=low, high=high)

    def clipped(self, low: float, high: float) -> Sums:
        """Behind a saturation."""
        least = None if low == -np.inf else Fraction(low)
        most = None if high == np.inf else Fraction(high)

        def clip(end: Fraction | None, missing: Fraction | None) -> Fraction | None:
            if end is None:
                return missing
            if least is not None and end < least:
                return least
            return most if most is not None and end > most else end

        return replace(self, low=clip(self.low, least), high=clip(self.high, most))

    def activated(self, operator: Activate) -> Sums:
        """Behind a relu, a leaky relu or a clip."""
        activation = operator.activation
        if activation.lo is not None and activation.hi is not None:
            return replace(self.clipped(activation.lo, activation.hi), name=activation.name)
        if activation.kind == "relu":
            return replace(self.clipped(0.0, np.inf), name=activation.name)
        if activation.slope is None:
            raise ValueError(
                f"no quantizer stands between the linear operator and the {activation.kind}: put one there, as its"
                " integers are the table's index"
            )
        alpha = Fraction(activation.slope)
        low, high = (end * alpha if end is not None and end < 0 else end for end in (self.low, self.high))
        return replace(self, slope=self.slope * alpha, low=low, high=high, name=activation.name)

    def chosen(self, order: Integers) -> Sums:
        """Some of its features."""
        picked = order.tolist()
        if self.weights is None:
            grid = replace(self.grid, order=self.grid.order[order])
            weights = None
        else:
            grid, weights = self.grid, self.weights[:, order]
        gains, offsets = ([each[j] for j in picked] for each in (self.gains, self.offsets))
        return replace(self, weights=weights, grid=grid, gains=gains, offsets=offsets)

    def finer(self, bits: int) -> Sums:
        """The same with weights ``2**bits`` times as large, and accumulators of as much less each."""
        if self.weights is None or not bits:
            return self
        span = IntegerRange(self.range.lo << bits, self.range.hi << bits)
        gains = [gain / (1 << bits) for gain in self.gains]
        return replace(self, weights=self.weights << bits, range=span, gains=gains)

    def upright(self) -> Sums:
        """The same with gains above 0: accumulators are negated where they are below, and all zeros where they are
        0."""
        if all(gain > 0 for gain in self.gains) and (self.weights is not None or self.grid.plain):
            return self
        weights = self.weights
        if weights is None:
            if len(self.grid.box) > _MOST_ROUTED:
                raise ValueError(f"{len(self)} features cannot be scaled like this without a linear operator")
            weights = np.zeros((len(self.grid.box), len(self)), dtype=np.int64)
            weights[self.grid.order, np.arange(len(self))] = 1
        signs = np.array([(gain > 0) - (gain < 0) for gain in self.gains])
        weights = weights * signs
        gains = [abs(gain) or ONE for gain in self.gains]
        span = IntegerRange.of_array(weights)
        inside = span.lo in self.range and span.hi in self.range
        mirrored = IntegerRange(min(self.range.lo, -self.range.hi), max(self.range.hi, -self.range.lo))
        return replace(self, weights=weights, range=self.range if inside else mirrored, gains=gains)


def _applied(functions: tuple[Operator, ...], value: Fraction) -> Fraction:
    for operator in functions:
        value = _one(operator, value)
    return value


def _clipped(value: Fraction, lo: float, hi: float) -> Fraction:
    if value < lo:
        return Fraction(lo)
    return Fraction(hi) if value > hi else value


def _one(operator: Operator, value: Fraction) -> Fraction:
    match operator:
        case Affine():
            return value * Fraction(float(operator.slope.flat[0])) + Fraction(float(operator.offset.flat[0]))
        case Activate():
            activation = operator.activation
            if activation.kind == "relu":
                return max(value, ZERO)
            if activation.slope is not None:
                return value * Fraction(activation.slope) if value < 0 else value
            if activation.lo is not None and activation.hi is not None:
                return _clipped(value, activation.lo, activation.hi)
            if activation.kind == "linear":
                return value
            return Fraction(float(activation.function(np.array([float(value)]))[0]))
        case Quantize():
            steps = operator.rounding.exact(value / Fraction(operator.scale)) + operator.zero
            return (min(max(steps, operator.lo), operator.hi) - operator.zero) * Fraction(operator.scale)
        case Sign():
            return Fraction(operator.scale) if value >= 0 else -Fraction(operator.scale)
        case _:
            raise ValueError(f"{operator.kind} does not do the same to every feature")
