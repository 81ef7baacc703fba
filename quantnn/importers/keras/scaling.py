"""Layers that scale and shift each feature: Rescaling, Normalization and BatchNormalization."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from quantnn.importers.keras.layer import Layer, Shape
from quantnn.importers.operators.operator import Affine, Operator
from quantnn.model.activation import Floats

__all__ = [
    "arithmetic", "batch_normalization", "batch_normalization_roles", "normalization", "normalization_roles",
    "rescaling",
]  # fmt: skip

_EPSILON = 1e-7
"""What Normalization takes the deviation for at least: keras.backend.epsilon()."""

Weights = Mapping[str, Floats]


def rescaling(layer: Layer, shape: Shape, weights: Weights) -> list[Operator]:
    """``x · scale + offset``, either one number or what broadcasts over the features."""
    scale, offset = layer.numbers("scale"), layer.numbers("offset")
    if scale is None:
        raise ValueError("it must state its scale: save the model again")
    return [_affine(layer, shape, scale, np.zeros(()) if offset is None else offset)]


def arithmetic(layer: Layer, shape: Shape, weights: Weights) -> list[Operator]:
    """A sum, difference, product or quotient of features and a constant, outside of layers."""
    first, second = layer.numbers("first"), layer.numbers("second")
    if (first is None) == (second is None):
        raise ValueError("one of its two operands must be a constant: write it with a layer, as Rescaling")
    constant = second if first is None else first
    assert constant is not None
    one, none = np.ones(()), np.zeros(())
    match layer.kind:
        case "ops.Add":
            return [_affine(layer, shape, one, constant)]
        case "ops.Subtract":
            return [_affine(layer, shape, one, -constant) if first is None else _affine(layer, shape, -one, constant)]
        case "ops.Multiply":
            return [_affine(layer, shape, constant, none)]
    if first is not None or not constant.all():
        raise ValueError("it may only divide by a constant that is not 0: write it with a layer, as Rescaling")
    return [_affine(layer, shape, 1 / constant, none)]


def normalization_roles(layer: Layer) -> tuple[str, ...]:
    return () if layer.config.get("mean") is not None else ("mean", "variance", "count")


def normalization(layer: Layer, shape: Shape, weights: Weights) -> list[Operator]:
    """``(x − mean) / max(√variance, 1e-7)``, or back with invert."""
    mean, variance = weights.get("mean"), weights.get("variance")
    if mean is None or variance is None:
        mean, variance = layer.numbers("mean"), layer.numbers("variance")
    if mean is None or variance is None:
        raise ValueError("it must state both mean and variance: save the model again")
    axes = layer.integers("axis") or ()
    deviation = np.maximum(np.sqrt(np.maximum(variance, 0.0)), _EPSILON)
    mean, deviation = (_along(values, axes, shape) for values in (mean, deviation))
    if layer.flag("invert", False):
        return [_affine(layer, shape, deviation, mean)]
    return [_affine(layer, shape, 1 / deviation, -mean / deviation)]


def batch_normalization_roles(layer: Layer) -> tuple[str, ...]:
    gamma = ("gamma",) if layer.flag("scale", True) else ()
    beta = ("beta",) if layer.flag("center", True) else ()
    return (*gamma, *beta, "moving_mean", "moving_variance")


def batch_normalization(layer: Layer, shape: Shape, weights: Weights) -> list[Operator]:
    """``(x − mean) / √(variance + epsilon) · gamma + beta``, along one axis."""
    if layer.config.get("mode", 0) != 0:
        raise ValueError("its mode must be 0, which normalizes with what training found")
    axes = layer.integers("axis") or (-1,)
    variance = weights["moving_variance"] + layer.number("epsilon", 1e-3)
    if (variance <= 0).any():
        raise ValueError("its moving_variance must not be negative: save the model again")
    slope = weights.get("gamma", np.ones(())) / np.sqrt(variance)
    offset = weights.get("beta", np.zeros(())) - weights["moving_mean"] * slope
    return [_affine(layer, shape, _along(slope, axes, shape), _along(offset, axes, shape))]


def _along(values: Floats, axes: tuple[int, ...], shape: Shape) -> Floats:
    """Values over some axes, which count the batch as number 0, shaped to broadcast over a sample."""
    if values.size == 1:
        return values.reshape(())
    rank = len(shape) + 1
    places = sorted(axis + rank if axis < 0 else axis for axis in axes)
    if any(not 1 <= place < rank for place in places):
        raise ValueError(f"its axis must be one of the sample's, 1..{rank - 1}, not {list(axes)}")
    expected = tuple(shape[place - 1] for place in places)
    if values.size != np.prod(expected, dtype=object):
        raise ValueError(f"it has {values.size} values for axes of {list(expected)}: give the weights of this model")
    wide = [1] * len(shape)
    for place in places:
        wide[place - 1] = shape[place - 1]
    return values.reshape(wide)


def _affine(layer: Layer, shape: Shape, slope: Floats, offset: Floats) -> Affine:
    return Affine(layer.name, layer.kind, _flat(layer, slope, shape), _flat(layer, offset, shape))


def _flat(layer: Layer, values: Floats, shape: Shape) -> Floats:
    """One value for all features, or one for each."""
    if values.size == 1:
        return values.reshape(())
    try:
        return np.array(np.broadcast_to(values, shape)).reshape(-1)
    except ValueError:
        raise ValueError(f"its values, of shape {values.shape}, do not fit {list(shape)} features") from None
