"""Post-training quantization: a float network in, an integer network out.

Scales are powers of two, so that requantization is a shift: weights have one per output channel, activations one per
layer, chosen to lose least on the calibration samples.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from quantnn.arithmetic import MAX_MULTIPLIER_BITS, MAX_SHIFT, IntegerRange, Integers, Requantizer
from quantnn.errors import InputError
from quantnn.float_activation import Floats
from quantnn.float_network import FloatDense, FloatNetwork
from quantnn.layers import Dense, Layer
from quantnn.layers.base import Box
from quantnn.network import IntegerNetwork
from quantnn.precision import Precision
from quantnn.quantize_input import quantize_input
from quantnn.reference import accumulate

__all__ = ["quantize"]

_CALIBRATION_SAMPLES = 2048
_CANDIDATES = 4
_SPREAD = 16
"""How many bits finer than the coarsest a channel's weights may be: finer ones are nothing beside their neighbours."""
_BIAS_SHARE = 8
"""How many times the largest product a bias may be: where it is larger, finer weights would only widen the sums."""
_LOGIT_SPREAD = 6
"""How many bits finer than the coarsest the weights of a logit may be: more would only widen the logits."""


@dataclass
class _Tensor:
    """What is known of the integers between two layers while the network is being built.

    ``samples`` are the calibration samples' integers, ``box`` the proven range of every element; ``slope`` and
    ``offset``, per element, give the float value x = slope·integer + offset that an integer stands for.
    """

    box: Box
    slope: Floats
    offset: Floats
    samples: Integers | None


def quantize(
    network: FloatNetwork, calibration: Integers | None = None, precision: Precision = Precision()
) -> IntegerNetwork:
    """Quantize a float network.

    Parameters
    ----------
    calibration : int64 array of shape (n, in_features), optional
        Raw inputs; without them the network's own are used, and without those the proven interval bounds, which are
        wide: accuracy then suffers.

    Raises
    ------
    InputError
        The network cannot be expressed: its scales are too far apart.
    """
    samples = network.calibration if calibration is None else calibration
    if samples is not None and len(samples) > _CALIBRATION_SAMPLES:
        samples = samples[np.linspace(0, len(samples) - 1, _CALIBRATION_SAMPLES).astype(int)]
    layers: list[Layer] = []
    first, slope, offset = quantize_input(network.scaling, network.input, network.in_features, samples, precision)
    tensor = _Tensor([network.input] * network.in_features, slope, offset, samples)
    if first is not None:
        layers.append(first)
        tensor = _after(first, tensor, slope, offset)
    for number, layer in enumerate(network.layers):
        last = number == len(network.layers) - 1
        try:
            dense = _logits(layer, tensor, precision) if last else _hidden(layer, tensor, precision)
        except ValueError as error:
            raise InputError(f"Layer {number} cannot be quantized: {error}") from None
        layers.append(dense)
        count = dense.out_features
        tensor = _after(dense, tensor, np.full(count, dense.scale), np.zeros(count))
    return IntegerNetwork(
        network.input,
        tuple(layers),
        classify=network.out_features > 1,
        input_scale=float(network.scaling.slope.flat[0]) if network.scaling.uniform else 1.0,
    )


def _after(layer: Layer, tensor: _Tensor, slope: Floats, offset: Floats) -> _Tensor:
    samples = None if tensor.samples is None else layer.requantizer(accumulate(layer, tensor.samples))
    return _Tensor(layer.output_box(tensor.box), slope, offset, samples)


def _integer_weights(layer: FloatDense, tensor: _Tensor, precision: Precision) -> tuple[Integers, Integers]:
    """Weights, and per channel the fractional bits f of its accumulator (an accumulator of 1 stands for 2^-f).

    f leaves room for the bias. Of the finest f that clips nothing and the next, the one is taken that errs least,
    each weight's error counted with its input's mean square.
    """
    weights = layer.weights * tensor.slope[:, np.newaxis]
    power = np.array([max(-r.lo, r.hi) ** 2 for r in tensor.box], dtype=np.float64)
    if tensor.samples is not None:
        power = np.square(tensor.samples.astype(np.float64)).mean(axis=0) + 1e-3
    largest_input = max(max(-r.lo, r.hi) for r in tensor.box)
    bias = np.abs(layer.bias + tensor.offset @ layer.weights)
    greatest = np.maximum(np.abs(weights).max(axis=0), bias / (_BIAS_SHARE * max(1, largest_input)))
    limit = precision.weights.hi
    used = greatest > np.finfo(np.float64).tiny
    exact = np.zeros(layer.out_features, dtype=np.int64)
    exact[used] = np.floor(np.log2(limit / greatest[used])).astype(np.int64)
    coarsest = exact[used].min() if used.any() else 0
    exact = np.where(used, np.minimum(exact, coarsest + _SPREAD), coarsest)
    best, error = exact, np.full(layer.out_features, np.inf)
    for candidate in (exact, exact + 1):
        scaled = np.clip(np.round(weights * np.exp2(candidate)), -limit, limit) * np.exp2(-candidate)
        loss = (np.square(scaled - weights) * power[:, np.newaxis]).sum(axis=0)
        best, error = np.where(loss < error, candidate, best), np.minimum(loss, error)
    return _rounded(weights, best, limit), best


def _rounded(weights: Floats, fraction: Integers, limit: int) -> Integers:
    return np.clip(np.round(weights * np.exp2(fraction)), -limit, limit).astype(np.int64)


def _coarser(weights: Integers, fraction: Integers, limit: Integers | int) -> tuple[Integers, Integers]:
    """Weights with at most ``limit`` fractional bits."""
    capped = np.minimum(fraction, limit)
    return np.round(weights * np.exp2(capped - fraction)).astype(np.int64), capped


def _with_bias(
    layer: FloatDense, tensor: _Tensor, weights: Integers, fraction: Integers, precision: Precision
) -> Dense:
    """The layer with its bias, corrected so that the mean accumulator over the calibration samples is the float one."""
    bias = (layer.bias + tensor.offset @ layer.weights) * np.exp2(fraction)
    if tensor.samples is not None:
        mean = tensor.samples.mean(axis=0)
        exact = (layer.weights * tensor.slope[:, np.newaxis]) * np.exp2(fraction)
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


def _hidden(layer: FloatDense, tensor: _Tensor, precision: Precision) -> Dense:
    """A layer whose outputs are requantized to the activation format by shifts."""
    weights, fraction = _integer_weights(layer, tensor, precision)
    relu = layer.activation == "relu"
    output = precision.activations(signed=not relu)
    draft = _with_bias(layer, tensor, weights, fraction, precision)
    out_fraction = _activation_fraction(draft, fraction, tensor, output, relu)
    out_fraction = min(out_fraction, int(fraction.min()) + MAX_MULTIPLIER_BITS - 1)
    weights, fraction = _coarser(weights, fraction, out_fraction + MAX_SHIFT)
    draft = _with_bias(layer, tensor, weights, fraction, precision)
    shifts = fraction - out_fraction
    multipliers = tuple(1 << max(0, -int(s)) for s in shifts)
    requantizer = Requantizer.make(
        layer.out_features,
        output,
        multiplier=multipliers,
        negative_multiplier=0 if relu else multipliers,
        shift=tuple(max(0, int(s)) for s in shifts),
    )
    return replace(draft, requantizer=requantizer, scale=float(np.exp2(-out_fraction)))


def _activation_fraction(
    draft: Dense, fraction: Integers, tensor: _Tensor, output: IntegerRange, relu: bool
) -> int:
    """Fractional bits of a layer's output: the least square error over the calibration samples, or else the finest
    that the proven interval bounds allow without clipping."""
    scale = np.exp2(-fraction.astype(np.float64))
    values: Floats
    if tensor.samples is None:
        box = draft.accumulator_box(tensor.box)
        values = np.stack([[r.lo for r in box], [r.hi for r in box]]).astype(np.float64) * scale
    else:
        values = accumulate(draft, tensor.samples).astype(np.float64) * scale
    if relu:
        values = np.maximum(values, 0)
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


def _logits(layer: FloatDense, tensor: _Tensor, precision: Precision) -> Dense:
    """The last layer: accumulators aligned by exact left shifts, unrounded and unsaturated."""
    weights, fraction = _integer_weights(layer, tensor, precision)
    weights, fraction = _coarser(weights, fraction, int(fraction.min()) + _LOGIT_SPREAD)
    draft = _with_bias(layer, tensor, weights, fraction, precision)
    finest = int(fraction.max())
    multipliers = tuple(1 << (finest - int(f)) for f in fraction)
    box = [
        IntegerRange(r.lo * m, r.hi * m)
        for r, m in zip(draft.accumulator_box(tensor.box), multipliers, strict=True)
    ]
    relu = layer.activation == "relu"
    lo, hi = min(r.lo for r in box), max(r.hi for r in box)
    requantizer = Requantizer.make(
        layer.out_features,
        IntegerRange(0, max(0, hi)) if relu else IntegerRange(lo, hi),
        multiplier=multipliers,
        negative_multiplier=0 if relu else None,
    )
    return replace(draft, requantizer=requantizer, scale=float(np.exp2(-finest)))
