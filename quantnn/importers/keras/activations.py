"""Activation functions as Keras names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from quantnn.importers.format import Support
from quantnn.importers.keras.layer import Layer
from quantnn.importers.operators.operator import Activate, Affine, Keep, Operator
from quantnn.model.activation import FloatActivation

__all__ = ["ACTIVATION_SUPPORT", "activated", "clip", "leaky", "relu"]

_PLAIN = ("linear", "relu", "sigmoid", "tanh", "softmax", "log_softmax")
_DEFAULT_LEAKY = 0.2
"""The slope of the activation named leaky_relu, in Keras 2 and 3; the layer's is another."""


def activated(layer: Layer, key: str = "activation") -> list[Operator]:
    """The operators that stand for the activation which a layer's configuration names.

    Raises
    ------
    ValueError
        It is unknown, or code.
    """
    value = layer.config.get(key)
    if isinstance(value, dict):
        kind, config = value.get("class_name"), value.get("config")
        if isinstance(kind, str) and kind in _AS_LAYERS and isinstance(config, dict):
            return _AS_LAYERS[kind](Layer(kind, layer.name, config, version=layer.version))
        value = config if kind == "function" else kind
    if value is None:
        value = "linear"
    if not isinstance(value, str):
        raise ValueError(f"its {key} must be a name, not {value!r:.40}")
    if value == "__lambda__":
        raise ValueError(f"its {key} is Python code from the file, which is never run: name a function of Keras")
    return _named(layer, value.rpartition(">")[2])


def _named(layer: Layer, name: str) -> list[Operator]:
    if name == "linear":
        return [Keep(layer.name, layer.kind)]
    if name in _PLAIN:
        return [_activate(layer, name)]
    if name in _MORE:
        return _MORE[name](layer)
    known = ", ".join((*_PLAIN, *_MORE))
    raise ValueError(f"its activation {name!r:.60} is not supported: train with one of {known}")


def _activate(layer: Layer, name: str) -> Activate:
    return Activate(layer.name, layer.kind, FloatActivation.named(name))


def clip(layer: Layer, low: float, high: float) -> Operator:
    """min(max(x, low), high)."""
    return _activate(layer, f"clip:{low!r}:{high!r}")


def leaky(layer: Layer, slope: float) -> Operator:
    """x, and slope · x below 0.

    Raises
    ------
    ValueError
        The slope is out of range.
    """
    short = float(str(np.float32(slope)))  # 0.3, where the file has the float32 next to it as a double
    return _activate(layer, f"leaky_relu:{short if np.float32(short) == slope else slope!r}")


def relu(layer: Layer) -> list[Operator]:
    """A relu with what the layer ReLU may say.

    Raises
    ------
    ValueError
        It has a threshold, or both a slope and a maximum.
    """
    if threshold := layer.number("threshold", 0.0):
        raise ValueError(f"its threshold must be 0, not {threshold}")
    slope, most = layer.number("negative_slope", 0.0), layer.numbers("max_value")
    if most is None:
        return [leaky(layer, slope)]
    if slope:
        raise ValueError(f"it has a slope, {slope}, and a maximum: use one of them")
    return [clip(layer, 0.0, float(most.reshape(-1)[0]))]


def _leaky_layer(layer: Layer) -> list[Operator]:
    return [leaky(layer, layer.number("negative_slope", layer.number("alpha", 0.3)))]


def _hard_sigmoid(layer: Layer) -> list[Operator]:
    slope = 0.2 if layer.version < 3 else 1 / 6
    return [Affine(layer.name, layer.kind, np.array(slope), np.array(0.5)), clip(layer, 0.0, 1.0)]


_AS_LAYERS: Mapping[str, Callable[[Layer], list[Operator]]] = {"ReLU": relu, "LeakyReLU": _leaky_layer}
"""Layers, which Keras also takes as activations."""
_MORE: Mapping[str, Callable[[Layer], list[Operator]]] = {
    "leaky_relu": lambda layer: [leaky(layer, _DEFAULT_LEAKY)],
    "relu6": lambda layer: [clip(layer, 0.0, 6.0)],
    "hard_sigmoid": _hard_sigmoid,
    "hard_tanh": lambda layer: [clip(layer, -1.0, 1.0)],
}
_REMARKS = {
    "softmax": "at the end; the class needs none",
    "log_softmax": "at the end; the class needs none",
    "leaky_relu": "slope 0.2, as Keras has it",
    "hard_sigmoid": "0.2·x + 0.5 in Keras 1 and 2, x/6 + 0.5 in Keras 3",
}
ACTIVATION_SUPPORT = tuple(Support(f"activation {name}", "exact", _REMARKS.get(name, "")) for name in (*_PLAIN, *_MORE))
"""Every activation by its name."""
