"""Sums, products and what else scales or shifts single features."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from quantnn.importers.operators.operator import Affine
from quantnn.importers.pytorch.aten.arguments import constant, number
from quantnn.importers.pytorch.aten.live import Live, Node, Value
from quantnn.model.activation import Floats

__all__ = ["AFFINE"]


def _per_feature(x: Live, values: Floats) -> Floats:
    """Values that are broadcast over a batch, one for each feature of a sample."""
    if values.size == 1:
        return values.reshape(())
    if x.shape is None:
        if values.ndim > 2 or (values.ndim == 2 and len(values) > 1):
            raise ValueError(f"a constant of shape {values.shape} meets what has no known shape")
        return values.reshape(-1)
    whole = (2, *x.shape)
    fits = values.ndim <= len(whole) and (values.ndim < len(whole) or len(values) == 1)
    try:
        if fits and np.broadcast_shapes(values.shape, whole) == whole:
            return np.array(np.broadcast_to(values, whole)[0]).reshape(-1)
    except ValueError:
        pass
    raise ValueError(f"a constant of shape {values.shape} does not fit each sample, {x.text}")


def _scaled(node: Node, x: Live, slope: Floats, offset: Floats) -> Live:
    if not (np.isfinite(slope).all() and np.isfinite(offset).all()):
        raise ValueError("a constant must be finite, and no divisor 0")
    operator = Affine(node.name, node.kind, _per_feature(x, slope), _per_feature(x, offset))
    return x.then(operator, x.shape)


def _both(node: Node, function: Callable[[Floats, Floats], Floats], one: Floats, other: Floats) -> Floats:
    """Of two arrays that depend on no input."""
    node.budget.spend(math.prod(np.broadcast_shapes(one.shape, other.shape)))
    return function(one, other)


_ONE, _ZERO = np.float64(1), np.float64(0)


def add(node: Node, self: Value, other: Value, alpha: Value = 1) -> Value:
    factor = number(alpha)
    if isinstance(self, Live):
        return _scaled(node, self, np.asarray(_ONE), constant(other) * factor)
    if isinstance(other, Live):
        return _scaled(node, other, np.asarray(factor), constant(self))
    return _both(node, np.add, constant(self), constant(other) * factor)


def sub(node: Node, self: Value, other: Value, alpha: Value = 1) -> Value:
    return add(node, self, other, -number(alpha))


def rsub(node: Node, self: Value, other: Value, alpha: Value = 1) -> Value:
    return sub(node, other, self, alpha)


def mul(node: Node, self: Value, other: Value) -> Value:
    if isinstance(self, Live):
        return _scaled(node, self, constant(other), np.asarray(_ZERO))
    if isinstance(other, Live):
        return _scaled(node, other, constant(self), np.asarray(_ZERO))
    return _both(node, np.multiply, constant(self), constant(other))


def div(node: Node, self: Value, other: Value, rounding_mode: Value = None) -> Value:
    if rounding_mode is not None:
        raise ValueError("it rounds, which is no layer of a network")
    if isinstance(other, Live):
        raise ValueError("it divides by what depends on the model's input")
    with np.errstate(divide="ignore", invalid="ignore"):
        return mul(node, self, 1 / constant(other))


def neg(node: Node, self: Value) -> Value:
    return mul(node, self, -1)


AFFINE: dict[str, Callable[..., Value]] = {"add": add, "sub": sub, "rsub": rsub, "mul": mul, "div": div, "neg": neg}
"""By the function's name."""
