"""Activation functions, and what ends a network."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from quantnn.importers.operators.operator import Affine, ArgMax
from quantnn.importers.pytorch.aten.arguments import constant, integer, live, number
from quantnn.importers.pytorch.aten.live import Live, Node, Value
from quantnn.model.activation import FloatActivation

__all__ = ["ACTIVATIONS"]


def relu(node: Node, self: Value) -> Value:
    return live(self).activated(node, FloatActivation("relu"))


def sigmoid(node: Node, self: Value) -> Value:
    return live(self).activated(node, FloatActivation("sigmoid"))


def tanh(node: Node, self: Value) -> Value:
    return live(self).activated(node, FloatActivation("tanh"))


def _leaky(node: Node, x: Live, slope: float) -> Live:
    if not 0 <= slope <= 1:
        raise ValueError(f"its slope is {slope:g}, but must lie in 0..1")
    return x.activated(node, FloatActivation.named(f"leaky_relu:{slope!r}"))


def leaky_relu(node: Node, self: Value, negative_slope: Value = 0.01) -> Value:
    return _leaky(node, live(self), number(negative_slope))


def prelu(node: Node, self: Value, weight: Value) -> Value:
    slopes = constant(weight)
    if not slopes.size or (slopes != slopes.flat[0]).any():
        raise ValueError("it has a slope per channel: one slope for all is supported (nn.PReLU())")
    return _leaky(node, live(self), float(slopes.flat[0]))


def _clipped(node: Node, x: Live, low: float, high: float) -> Live:
    if (low, high) == (-math.inf, math.inf):
        return x.kept(node)
    if (low, high) == (0, math.inf):
        return x.activated(node, FloatActivation("relu"))
    return x.activated(node, FloatActivation("clip", lo=float(low), hi=float(high)))


def clamp(node: Node, self: Value, min: Value = None, max: Value = None) -> Value:
    low = -math.inf if min is None else number(min)
    return _clipped(node, live(self), low, math.inf if max is None else number(max))


def hardtanh(node: Node, self: Value, min_val: Value = -1, max_val: Value = 1) -> Value:
    return clamp(node, self, min_val, max_val)


def clamp_max(node: Node, self: Value, max: Value) -> Value:
    return clamp(node, self, None, max)


def relu6(node: Node, self: Value) -> Value:
    return clamp(node, self, 0, 6)


def hardsigmoid(node: Node, self: Value) -> Value:
    x = live(self)
    sloped = x.then(Affine(node.name, node.kind, np.asarray(1 / 6), np.asarray(0.5)), x.shape)
    return _clipped(node, sloped, 0, 1)


def _check_last(x: Live, dim: Value) -> None:
    rank = 2 if x.shape is None else len(x.shape) + 1
    if integer(dim) not in (rank - 1, -1) or (x.shape and np.prod(x.shape[:-1], dtype=np.int64) != 1):
        raise ValueError(f"it is taken over dimension {dim}, but must be over a sample's features, the last")


def softmax(
    node: Node, self: Value, dim: Value, dtype: Value = None, half_to_float: Value = False
) -> Value:
    x = live(self)
    _check_last(x, dim)
    return x.activated(node, FloatActivation("softmax"))


def argmax(node: Node, self: Value, dim: Value = None, keepdim: Value = False) -> Value:
    x = live(self)
    if dim is None:
        raise ValueError("it is taken over the whole batch: take it over the last dimension (dim=1)")
    _check_last(x, dim)
    return x.then(ArgMax(node.name, node.kind), (1,))


ACTIVATIONS: dict[str, Callable[..., Value]] = {
    "relu": relu,
    "leaky_relu": leaky_relu,
    "prelu": prelu,
    "_prelu_kernel": prelu,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu6": relu6,
    "hardtanh": hardtanh,
    "clamp": clamp,
    "clamp_min": clamp,
    "clamp_max": clamp_max,
    "hardsigmoid": hardsigmoid,
    "softmax": softmax,
    "_softmax": softmax,
    "log_softmax": softmax,
    "_log_softmax": softmax,
    "argmax": argmax,
}
"""By the function's name."""
