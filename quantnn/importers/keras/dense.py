"""The layer Dense."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from quantnn.importers.keras.activations import activated
from quantnn.importers.keras.layer import Layer, Shape
from quantnn.importers.operators.operator import Linear, Operator
from quantnn.model.activation import Floats

__all__ = ["activation_along_last", "checked_dense", "dense", "dense_roles"]

Weights = Mapping[str, Floats]


def dense_roles(layer: Layer) -> tuple[str, ...]:
    policy = layer.config.get("dtype")
    if isinstance(policy, dict) and str(policy.get("class_name")).startswith("Quantized"):
        raise ValueError("Keras has quantized it: save the model as it was before model.quantize()")
    return ("kernel", "bias") if layer.flag("use_bias", layer.flag("bias", True)) else ("kernel",)


def dense(layer: Layer, shape: Shape, weights: Weights) -> tuple[list[Operator], Shape]:
    """``x · kernel + bias`` along the only axis, and the activation inside the layer."""
    kernel, bias, behind = checked_dense(shape, weights)
    return [Linear(layer.name, layer.kind, kernel, bias), *activation_along_last(layer, behind)], behind


def checked_dense(shape: Shape, weights: Weights) -> tuple[Floats, Floats, Shape]:
    """Kernel, bias and the shape behind them.

    Raises
    ------
    ValueError
        The weights do not fit the shape, or the layer would work along one axis of several.
    """
    kernel = weights["kernel"]
    if kernel.ndim != 2 or not kernel.size:
        raise ValueError(f"its kernel must have two axes, not shape {list(kernel.shape)}: save the model again")
    if kernel.shape[0] != shape[-1]:
        raise ValueError(f"its kernel takes {kernel.shape[0]} features, not {shape[-1]}: give this model's weights")
    if math.prod(shape[:-1]) != 1:
        raise ValueError("it works along the last axis alone: put a Flatten before it")
    bias = weights.get("bias", np.zeros(kernel.shape[1]))
    if bias.shape != kernel.shape[1:]:
        raise ValueError(f"its bias must have {kernel.shape[1]} values, not shape {list(bias.shape)}")
    return kernel, bias, (*shape[:-1], kernel.shape[1])


def activation_along_last(layer: Layer, shape: Shape) -> list[Operator]:
    """The layer's activation, of which a softmax must see all features."""
    name = layer.config.get("activation")
    if isinstance(name, str) and "softmax" in name and math.prod(shape[:-1]) != 1:
        raise ValueError("its softmax must be over all features: put a Flatten before it")
    return activated(layer)
