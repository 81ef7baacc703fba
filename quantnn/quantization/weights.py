"""Weights and biases in integers: a power-of-two scale per output channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import Box, IntegerRange, Integers, Requantizer
from quantnn.model.activation import Floats
from quantnn.model.network import FloatDense
from quantnn.network.layers import Dense
from quantnn.quantization.precision import Precision

__all__ = ["BIAS_SHARE", "QuantizedTensor", "coarser", "integer_weights", "with_bias"]

_SPREAD = 16
"""How many bits finer than the coarsest a channel's weights may be: finer ones are nothing beside their neighbours."""
_FINEST = 1000
"""Fractional bits that a float64 still scales by."""
BIAS_SHARE = 8
"""How many times the largest product a bias may be: where it is larger, finer weights would only widen the sums."""


@dataclass(frozen=True, eq=False)
class QuantizedTensor:
    """What is known of the integers between two layers while the network is being built.

    Parameters
    ----------
    box : Box
        The proven range of every element.
    slope, offset : float64 arrays of shape (elements,)
        The float value that an integer stands for is slope·integer + offset.
    samples : int64 array of shape (n, elements) or None
        The calibration samples' integers.
    """

    box: Box
    slope: Floats
    offset: Floats
    samples: Integers | None


def integer_weights(
    layer: FloatDense,
    tensor: QuantizedTensor,
    precision: Precision,
    fewer: Integers | int = 0,
    *,
    apart: bool = False,
) -> tuple[Integers, Integers]:
    """Weights, and per channel the fractional bits f of its accumulator (an accumulator of 1 stands for 2^-f).

    f leaves room for the bias. Of the finest f that clips nothing and the next, the one is taken that errs least,
    each weight's error counted with its input's mean square; ``fewer`` is then taken off it, per channel.
    A channel much finer than the coarsest is made coarser, unless they stand ``apart``: are values of their own.
    """
    weights = _scaled(layer, tensor)
    power = np.square(tensor.box.magnitudes.astype(np.float64))
    if tensor.samples is not None:
        power = np.square(tensor.samples.astype(np.float64)).mean(axis=0) + 1e-3
    largest_input = int(tensor.box.magnitudes.max())
    bias = np.abs(layer.bias + tensor.offset @ layer.weights)
    greatest = np.maximum(np.abs(weights).max(axis=0), bias / (BIAS_SHARE * max(1, largest_input)))
    limit = precision.weights.hi
    used = greatest > np.finfo(np.float64).tiny
    exact = np.zeros(layer.out_features, dtype=np.int64)
    exact[used] = np.floor(np.log2(limit / greatest[used])).astype(np.int64)
    coarsest = exact[used].min() if used.any() else 0
    finest = _FINEST if apart else coarsest + _SPREAD
    exact = np.where(used, np.minimum(exact, finest), coarsest)
    best, error = exact, np.full(layer.out_features, np.inf)
    for candidate in (exact, exact + 1):
        scaled = np.clip(np.round(weights * np.exp2(candidate)), -limit, limit) * np.exp2(-candidate)
        loss = (np.square(scaled - weights) * power[:, np.newaxis]).sum(axis=0)
        best, error = np.where(loss < error, candidate, best), np.minimum(loss, error)
    best = best - fewer
    return _rounded(weights, best, limit), best


def _scaled(layer: FloatDense, tensor: QuantizedTensor) -> Floats:
    """The weights for integer inputs."""
    return layer.weights * tensor.slope[:, np.newaxis]


def _rounded(weights: Floats, fraction: Integers, limit: int) -> Integers:
    return np.clip(np.round(weights * np.exp2(fraction)), -limit, limit).astype(np.int64)


def coarser(
    layer: FloatDense, tensor: QuantizedTensor, precision: Precision, fraction: Integers, limit: Integers | int
) -> tuple[Integers, Integers]:
    """Weights with at most ``limit`` fractional bits, rounded once."""
    capped = np.minimum(fraction, limit)
    return _rounded(_scaled(layer, tensor), capped, precision.weights.hi), capped


def with_bias(
    layer: FloatDense, tensor: QuantizedTensor, weights: Integers, fraction: Integers, precision: Precision
) -> Dense:
    """The layer with its bias, corrected so that the mean accumulator over the calibration samples is the float one."""
    bias = (layer.bias + tensor.offset @ layer.weights) * np.exp2(fraction)
    if tensor.samples is not None:
        mean = tensor.samples.mean(axis=0)
        exact = _scaled(layer, tensor) * np.exp2(fraction)
        bias = bias + mean @ (exact - weights)
    if not np.abs(bias).max() < 1 << 40:
        raise ValueError("its bias is too large beside its weights; train it again with normalized inputs")
    identity = Requantizer.make(layer.out_features, IntegerRange(0, 0))
    return Dense(
        np.round(bias).astype(np.int64),
        identity,
        activation=layer.activation,
        weights=weights,
        weight_range=precision.weights,
    )
