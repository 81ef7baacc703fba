"""Dense layers in integers whose weights take few additions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from quantnn.arithmetic import MAX_MULTIPLIER_BITS, IntegerRange, Integers, Requantizer
from quantnn.model.activation import FloatActivation, Floats
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.layers import Dense
from quantnn.network.reference import accumulate
from quantnn.quantization.dense import (
    TABULATED,
    activation_fraction,
    by_shifts,
    clipped,
    slope_below,
    slope_multiplier,
)
from quantnn.quantization.least_squares import LeastSquares
from quantnn.quantization.precision import Precision
from quantnn.quantization.priced_rounding import PricedRounding
from quantnn.quantization.sensitivity import LayerSensitivity
from quantnn.quantization.weights import BIAS_SHARE, QuantizedTensor

__all__ = ["PricedDense"]

_SCALES = 4
"""Scales between one power of two and the next that are tried for a channel."""
_FEW_WEIGHTS = 1 << 14
"""Of a layer that has more only the power of two itself is tried."""
_SHIFTS = 3
"""Shifts behind a channel that are tried: the least that saturates nothing, and the next smaller ones."""
_EVERYTHING = IntegerRange(-(1 << 62), 1 << 62)
_GREATEST_BIAS = 1 << 40


@dataclass(frozen=True, eq=False)
class PricedDense:
    """Quantizes the layers of a network so that answers, digits of weights and widths of inputs are in balance.

    Every weight is chosen by the loss of the layer's outputs over the samples, as far as it reaches the network's
    answers, plus a price for each bit that its digits add. A digit adds about as many bits as its input has. Each layer
    is fitted anew to the integers in front of it.

    A positive factor passes through relu, leaky_relu and linear, and the next layer takes it back. So each channel has
    a scale of its own, one at which its weights are cheap.

    Parameters
    ----------
    network : FloatNetwork
        Whose layers are quantized, in their order.
    sensitivities : sequence of LayerSensitivity
        Of its layers, over the samples that they are quantized with.
    price : float
        The loss that a bit of adders may cost, in the unit of the sensitivities; at least 0.
    activation_bits : sequence of int
        2 to 16 behind each layer but the last.
    """

    network: FloatNetwork
    sensitivities: Sequence[LayerSensitivity]
    price: float
    activation_bits: Sequence[int]

    def __post_init__(self) -> None:
        if not 0 <= self.price < np.inf:
            raise ValueError(f"A price must be at least 0 and finite, not {self.price}")
        if len(self.activation_bits) != len(self.network.layers) - 1:
            raise ValueError(
                f"There must be activation bits behind {len(self.network.layers) - 1} layers,"
                f" not {len(self.activation_bits)}"
            )

    def __call__(
        self, number: int, layer: FloatDense, tensor: QuantizedTensor, precision: Precision, *, decision: str
    ) -> Dense:
        """The integer layer; ``number`` counts an input normalization, too.

        Raises
        ------
        ValueError
            There are no samples, or the layer's scales cannot be expressed.
        """
        if tensor.samples is None:
            raise ValueError("a price takes samples to weigh it against: give calibration samples")
        place = next(n for n, each in enumerate(self.network.layers) if each is layer)
        fit = LeastSquares.of(layer, tensor, self.sensitivities[place])
        activation = FloatActivation.named(layer.activation)
        free = activation.kind in ("relu", "leaky_relu", "linear") and not decision
        draft, scales = self._rounded(layer, tensor, precision, fit, free, decision)
        if decision and activation.kind not in TABULATED:
            return _answer(draft, tensor, scales, activation)
        bits = precision.activation_bits if decision else self.activation_bits[place]
        precision = replace(precision, activation_bits=bits)
        if free:
            return _shifted(draft, tensor, scales, precision, self.sensitivities[place].weights, activation)
        fractions = np.round(np.log2(scales)).astype(np.int64)
        if activation.kind in TABULATED:
            table, index_fraction, scale = TABULATED[activation.kind].table(precision)
            return replace(
                draft, requantizer=by_shifts(fractions - index_fraction, table.index), table=table, scale=scale
            )
        output = precision.activations(signed=activation.lo is None or activation.lo < 0)
        out_fraction = activation_fraction(draft, fractions, tensor, output, activation)
        requantizer = by_shifts(fractions - out_fraction, clipped(activation, out_fraction, output))
        return replace(draft, requantizer=requantizer, scale=float(2.0**-out_fraction))

    def _rounded(
        self, layer: FloatDense, tensor: QuantizedTensor, precision: Precision, fit: LeastSquares, free: bool,
        decision: str,
    ) -> tuple[Dense, Floats]:  # fmt: skip
        """Weights and biases, and how many integers of an accumulator each channel has per real 1.

        Classes are compared, so their channels share a scale; what it is does not matter.
        """
        limit, largest = precision.weights.hi, max(1, int(tensor.box.magnitudes.max()))
        room = np.abs(fit.bias(fit.targets)) / (BIAS_SHARE * largest)
        greatest = np.maximum(np.abs(fit.targets).max(axis=0), room)
        used = greatest > np.finfo(np.float64).tiny
        if not used.any():
            used, greatest = ~used, np.ones_like(greatest)
        finest = np.floor(np.log2(limit / np.where(used, greatest, greatest[used].min())))
        together = decision in ("argmax", "threshold")
        if together:
            finest = np.full_like(finest, finest[used].min())
        parts = _SCALES if (free or together) and layer.weights.size <= _FEW_WEIGHTS else 1
        best, weights = np.full(layer.out_features, np.inf), np.zeros(layer.weights.shape, dtype=np.int64)
        scales = np.exp2(finest)
        for part in range(parts):
            scale = np.exp2(finest + part / parts)
            over = scale * greatest > limit + 0.5
            scale = scale / 2 if together and over.any() else np.where(over & ~together, scale / 2, scale)
            found, losses = self._priced(tensor, fit, scale, limit)
            better = np.full(len(best), losses.sum() < best.sum()) if together else losses < best
            best, weights = np.where(better, losses, best), np.where(better, found, weights)
            scales = np.where(better, scale, scales)
        bias = np.round(fit.bias(weights / scales) * scales)
        if not np.abs(bias).max() < _GREATEST_BIAS:
            raise ValueError("its bias is too large beside its weights; train it again with normalized inputs")
        return (
            Dense(
                bias.astype(np.int64),
                by_shifts(np.zeros(len(bias), dtype=np.int64), IntegerRange(0, 0)),
                activation=layer.activation,
                weights=weights,
                weight_range=precision.weights,
            ),
            scales,
        )

    def _priced(
        self, tensor: QuantizedTensor, fit: LeastSquares, scales: Floats, limit: int
    ) -> tuple[Integers, Floats]:
        """Integer weights at these scales, and what each channel comes to, in the unit of the sensitivities."""
        spans = (tensor.box.hi - tensor.box.lo).astype(np.float64)
        widths = np.ceil(np.log2(spans + 1))
        units = fit.worth / np.square(scales)
        prices = self.price * widths[:, np.newaxis] / units
        rounding = PricedRounding(fit.targets * scales, fit.curvatures, prices, limit)
        weights = rounding.best()
        weights[spans == 0] = 0
        return weights, rounding.objective(weights) * units


def _shifted(
    draft: Dense, tensor: QuantizedTensor, scales: Floats, precision: Precision, weights: Floats,
    activation: FloatActivation,
) -> Dense:  # fmt: skip
    """A layer whose channels are requantized by shifts of their own, each with the least error over the samples."""
    assert tensor.samples is not None
    slope = slope_below(activation)
    output = precision.activations(signed=slope > 0)
    slope_bits, negative = slope_multiplier(slope)
    values = activation.function(accumulate(draft, tensor.samples).astype(np.float64))
    weights = weights + weights.mean(axis=0) + np.finfo(np.float64).tiny
    greatest = np.maximum(np.abs(values).max(axis=0), 1.0)
    exact = np.ceil(np.log2(greatest / output.hi)).astype(np.int64)
    best, shifts = np.full(len(scales), np.inf), exact
    for fewer in range(_SHIFTS):
        shift = np.maximum(exact - fewer, slope_bits + 1 - MAX_MULTIPLIER_BITS)
        step = np.exp2(shift)
        errors = np.clip(np.floor(values / step + 0.5), output.lo, output.hi) * step - values
        losses = (weights * np.square(errors)).sum(axis=0)
        shifts, best = np.where(losses < best, shift, shifts), np.minimum(losses, best)
    return replace(
        draft, requantizer=by_shifts(shifts, output, slope_bits, negative), scale=np.exp2(shifts) / scales
    )


def _answer(draft: Dense, tensor: QuantizedTensor, scales: Floats, activation: FloatActivation) -> Dense:
    """The last layer: its accumulators as they are."""
    slope_bits, negative = slope_multiplier(slope_below(activation))
    output, left = _EVERYTHING, [0] * len(scales)
    if activation.kind == "clip":  # whose ends serve all outputs
        fractions = np.round(np.log2(scales)).astype(np.int64)
        finest = int(fractions.max())
        if finest - fractions.min() >= MAX_MULTIPLIER_BITS:
            raise ValueError("its outputs differ too much in size for ends of the same value")
        left, output = (finest - fractions).tolist(), clipped(activation, finest, output)
        scales = np.exp2(np.full(len(scales), finest))
    requantizer = Requantizer.make(
        len(scales),
        output,
        multiplier=tuple(1 << (k + slope_bits) for k in left),
        negative_multiplier=tuple(negative << k for k in left),
    )
    box = requantizer.interval(draft.accumulator_box(tensor.box))
    step = 1 / (scales * (1 << slope_bits))
    return replace(draft, requantizer=replace(requantizer, output=box.union), scale=step)
