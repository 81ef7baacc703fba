"""Every layer of Keras that is known, and what it becomes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from quantnn.importers.format import Support
from quantnn.importers.keras.activations import ACTIVATION_SUPPORT, leaky, relu
from quantnn.importers.keras.dense import activation_along_last, dense, dense_roles
from quantnn.importers.keras.layer import Layer, Shape
from quantnn.importers.keras.quantized_layers import QUANTIZERS, q_activation, q_batch_normalization, q_dense
from quantnn.importers.keras.refused import REFUSED, refusal
from quantnn.importers.keras.scaling import (
    arithmetic,
    batch_normalization,
    batch_normalization_roles,
    normalization,
    normalization_roles,
    rescaling,
)
from quantnn.importers.keras.shape import stated_shape
from quantnn.importers.keras.shaping import flatten, keep, permute, reshape
from quantnn.importers.operators.operator import Operator
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


def _activation(layer: Layer, shape: Shape, weights: Weights) -> Result:
    return activation_along_last(layer, shape), shape


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
    "Dense": _Known(dense, dense_roles, "with or without bias, its activation inside or as a layer"),
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
    "QDense": _Known(q_dense, dense_roles, "of QKeras; with the quantizers below"),
    "QActivation": _Known(q_activation, remark="of QKeras; with the quantizers below"),
    "QBatchNormalization": _Known(
        q_batch_normalization, batch_normalization_roles, "of QKeras; its arrays as the quantizers make them"
    ),
    **{
        f"ops.{kind}": _Known(
            lambda layer, shape, weights: (arithmetic(layer, shape, weights), shape),
            remark="of Keras 3, outside of layers; with a constant",
        )
        for kind in ("Add", "Subtract", "Multiply", "Divide", "TrueDivide")
    },
    **{kind: _Known(keep, remark=_REGULARISATION) for kind in _DROPS},
}
SUPPORT = (
    *(Support(kind, "exact", known.remark) for kind, known in _KNOWN.items()),
    *ACTIVATION_SUPPORT,
    *QUANTIZERS,
    *(Support(kinds, "refused", why) for kinds, why in REFUSED.items()),
)
"""Rows of the table in docs/formats.md."""
