"""What a model takes: the shape and the type of one sample."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from quantnn.importers.keras.architecture import Architecture
from quantnn.importers.keras.layer import Layer
from quantnn.importers.keras.shape import stated_shape
from quantnn.importers.keras.weights import Weights
from quantnn.importers.operators.float_network import InputFormat

__all__ = ["input_format", "stated_input"]

_MOST_FEATURES = 1 << 20
_INTEGERS = {f"{sign}int{bits}": (bits, not sign) for bits in (8, 16) for sign in ("u", "")}


def input_format(architecture: Architecture, weights: Weights, roles: Mapping[str, tuple[str, ...]]) -> InputFormat:
    """The sample that a model's first layer takes; where no layer states a shape, as many features as the weights do.

    Raises
    ------
    ValueError
        It is not fixed, or far too large.
    """
    layers = architecture.layers
    shape = stated_shape(architecture.input_shape)
    for layer in layers[:1]:
        shape = stated_input(layer) or shape
    if shape is None:
        shape = _of_weights(layers, weights, roles)
    if not 0 < math.prod(shape) <= _MOST_FEATURES:
        raise ValueError(f"a sample must have at most {_MOST_FEATURES:,} features, not shape {list(shape)}")
    dtype = layers[0].config.get("dtype") if layers[0].kind == "InputLayer" else None
    if isinstance(dtype, str) and dtype in _INTEGERS:
        bits, signed = _INTEGERS[dtype]
        return InputFormat(shape, bits, signed, integral=True)
    return InputFormat(shape)


def stated_input(layer: Layer) -> tuple[int, ...] | None:
    """The shape of one sample that a layer says it takes; None if it says nothing."""
    for key in ("batch_shape", "batch_input_shape", "build_input_shape"):
        if (shape := stated_shape(layer.config.get(key))) is not None:
            return shape
    inputs = layer.config.get("input_shape")
    if (shape := stated_shape([None, *inputs] if isinstance(inputs, list) else None)) is not None:
        return shape
    return stated_shape([None, layer.config.get("input_dim")])


def _of_weights(layers: Sequence[Layer], weights: Weights, roles: Mapping[str, tuple[str, ...]]) -> tuple[int, ...]:
    """A kernel's rows, or the features of a normalization."""
    for layer in layers:
        if wanted := roles[layer.path]:
            first = weights.of(layer, wanted)[wanted[0]]
            return (len(first) if first.ndim else 1,)
    raise ValueError("it has no layer with weights: give the model with its weights")
