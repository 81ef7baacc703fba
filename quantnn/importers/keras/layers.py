"""Every layer of Keras that is known, and what it becomes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from quantnn.importers.format import Support
from quantnn.importers.keras.activations import ACTIVATION_SUPPORT, activated, leaky, relu
from quantnn.importers.keras.layer import Layer, Shape
from quantnn.importers.keras.refused import REFUSED, refusal
from quantnn.importers.keras.scaling import (
    batch_normalization,
    batch_normalization_roles,
    normalization,
    normalization_roles,
    rescaling,
)
from quantnn.importers.keras.shape import stated_shape
from quantnn.importers.keras.shaping import flatten, keep, permute, reshape
from quantnn.importers.operators.operator import Linear, Operator
from quantnn.model.activation import Floats

__all__ = ["SUPPORT", "operators", "roles"]

Weights = Mapping[str, Floats]
Result = tuple[list[Operator], Shape]


@dataclass(frozen=True)
class _Known:
    """A class of layers.

    Parameters
    ----------
    read : callable
        From a layer, the shape before it and its weights to operators and the shape behind it.
    roles : callable
        What its weights are for, in Keras' order.
    remark : str
    """

    read: Callable[[Layer, Shape, Weights], Result]
    roles: Callable[[Layer], tuple[str, ...]] = lambda layer: ()
    remark: str = ""


def roles(layer: Layer) -> tuple[str, ...]:
    """What a layer's weights are for.

    Raises
    ------
    ValueError
        There is no such layer, or its configuration is wrong.
    """
    if layer.kind not in _KNOWN:
        raise ValueError(refusal(layer.kind))
    return _KNOWN[layer.kind].roles(layer)


def operators(layer: Layer, shape: Shape, weights: Weights) -> Result:
    """What a layer that :func:`roles` knows does to a tensor of that shape, and the shape of what comes out.

    Raises
    ------
    ValueError
        It cannot be had: why, and what instead.
    """
    return _KNOWN[layer.kind].read(layer, shape, weights)


def _dense_roles(layer: Layer) -> tuple[str, ...]:
    policy = layer.config.get("dtype")
    if isinstance(policy, dict) and str(policy.get("class_name")).startswith("Quantized"):
        raise ValueError("Keras has quantized it: save the model as it was before model.quantize()")
    return ("kernel", "bias") if layer.flag("use_bias", layer.flag("bias", True)) else ("kernel",)


def _dense(layer: Layer, shape: Shape, weights: Weights) -> Result:
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
    behind = (*shape[:-1], kernel.shape[1])
    return [Linear(layer.name, layer.kind, kernel, bias), *_along_last(layer, behind)], behind


def _activation(layer: Layer, shape: Shape, weights: Weights) -> Result:
    return _along_last(layer, shape), shape


def _along_last(layer: Layer, shape: Shape) -> list[Operator]:
    """The layer's activation, of which a softmax must see all features."""
    name = layer.config.get("activation")
    if isinstance(name, str) and "softmax" in name and math.prod(shape[:-1]) != 1:
        raise ValueError("its softmax must be over all features: put a Flatten before it")
    return activated(layer)


def _softmax(layer: Layer, shape: Shape, weights: Weights) -> Result:
    if layer.integers("axis") not in (None, (-1,), (len(shape),)) or math.prod(shape[:-1]) != 1:
        raise ValueError(f"it must be over all features, not over axis {layer.config.get('axis')} of {list(shape)}")
    return _activation(Layer(layer.kind, layer.name, {"activation": "softmax"}), shape, weights)


def _relu(layer: Layer, shape: Shape, weights: Weights) -> Result:
    return relu(layer), shape


def _leaky_relu(layer: Layer, shape: Shape, weights: Weights) -> Result:
    return [leaky(layer, layer.number("negative_slope", layer.number("alpha", 0.3)))], shape


def _prelu(layer: Layer, shape: Shape, weights: Weights) -> Result:
    slopes = np.unique(weights["alpha"])
    if len(slopes) != 1:
        raise ValueError(
            f"it has {len(slopes)} slopes, but one is built: train with LeakyReLU, or PReLU with shared_axes over all"
        )
    return [leaky(layer, float(slopes[0]))], shape


def _input(layer: Layer, shape: Shape, weights: Weights) -> Result:
    stated = stated_shape(layer.config.get("batch_shape", layer.config.get("batch_input_shape")))
    if stated not in (None, shape):
        raise ValueError(f"it takes shape {list(stated)}: save the model again")
    return keep(layer, shape, weights)


_REGULARISATION = "nothing at inference"
_DROPS = (
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
    "ActivityRegularization",
)
_KNOWN: Mapping[str, _Known] = {
    "Dense": _Known(_dense, _dense_roles, "with or without bias, its activation inside or as a layer"),
    "Activation": _Known(_activation, remark="names below"),
    "ReLU": _Known(_relu, remark="with a slope or a maximum; threshold 0"),
    "LeakyReLU": _Known(_leaky_relu, remark="slope 0 to 1"),
    "PReLU": _Known(_prelu, lambda layer: ("alpha",), "with one slope for all features"),
    "Softmax": _Known(_softmax, remark="at the end; the class needs none"),
    "BatchNormalization": _Known(
        lambda layer, shape, weights: (batch_normalization(layer, shape, weights), shape),
        batch_normalization_roles,
        "folded into the dense layer beside it",
    ),
    "Normalization": _Known(
        lambda layer, shape, weights: (normalization(layer, shape, weights), shape),
        normalization_roles,
        "the input scaling",
    ),
    "Rescaling": _Known(
        lambda layer, shape, weights: (rescaling(layer, shape, weights), shape), remark="the input scaling"
    ),
    "InputLayer": _Known(_input, remark="uint8 and other integers fix the input's bits"),
    "Flatten": _Known(flatten, remark="channels first or last"),
    "Reshape": _Known(reshape),
    "Permute": _Known(permute),
    "Identity": _Known(keep),
    **{kind: _Known(keep, remark=_REGULARISATION) for kind in _DROPS},
}
SUPPORT = (
    *(Support(kind, "exact", known.remark) for kind, known in _KNOWN.items()),
    *ACTIVATION_SUPPORT,
    *(Support(kinds, "refused", why) for kinds, why in REFUSED.items()),
)
"""Rows of the table in docs/formats.md."""
