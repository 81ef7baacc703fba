"""Functions with weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from quantnn.importers.operators.operator import Affine, Linear
from quantnn.importers.pytorch.aten.arguments import constant, number
from quantnn.importers.pytorch.aten.live import Live, Node, Value
from quantnn.model.activation import Floats

__all__ = ["LINEAR"]


def _dense(node: Node, x: Live, weights: Floats, bias: Floats | None) -> Live:
    """x behind weights of shape (in_features, out_features)."""
    if weights.ndim != 2:
        raise ValueError(f"its weights have {weights.ndim} dimensions and not 2")
    outputs = weights.shape[1]
    if bias is not None:
        try:
            bias = np.broadcast_to(bias.reshape(-1) if bias.ndim > 1 and len(bias) == 1 else bias, (outputs,))
        except ValueError:
            raise ValueError(f"its bias has shape {bias.shape} for {outputs} outputs") from None
    if x.shape is not None:
        if not x.shape or x.shape[-1] != len(weights):
            raise ValueError(f"its weights take {len(weights)} features")
        if np.prod(x.shape[:-1], dtype=np.int64) != 1:
            raise ValueError("it works on the last dimension of several: flatten its input (nn.Flatten)")
    shape = (outputs,) if x.shape is None else (*x.shape[:-1], outputs)
    return x.then(Linear(node.name, node.kind, weights, np.zeros(outputs) if bias is None else np.array(bias)), shape)


def linear(node: Node, input: Value, weight: Value, bias: Value = None) -> Value:
    x = input
    if not isinstance(x, Live):
        raise ValueError("what it is applied to does not depend on the model's input")
    return _dense(node, x, constant(weight).T, None if bias is None else constant(bias))


def matmul(node: Node, self: Value, other: Value = None, mat2: Value = None) -> Value:
    right = mat2 if other is None else other
    if isinstance(self, Live):
        return _dense(node, self, constant(right), None)
    if isinstance(right, Live):
        raise ValueError("its weights stand on the left: write x @ W.T, or use nn.Linear")
    one, other = constant(self), constant(right)
    if one.ndim != 2 or other.ndim != 2 or one.shape[1] != len(other):
        raise ValueError(f"matrices of shapes {one.shape} and {other.shape} have no product")
    node.budget.spend(one.size * other.shape[1] // 8)
    return one @ other


def addmm(node: Node, self: Value, mat1: Value, mat2: Value, beta: Value = 1, alpha: Value = 1) -> Value:
    if not isinstance(mat1, Live):
        raise ValueError("what it multiplies does not depend on the model's input")
    return _dense(node, mat1, constant(mat2) * number(alpha), constant(self) * number(beta))


def _normalized(
    node: Node, x: Value, weight: Value, bias: Value, mean: Value, variance: Value, eps: Value, training: Value
) -> Live:
    if training is True or mean is None or variance is None:
        raise ValueError("it normalizes by the batch's own statistics: export model.eval()")
    if not isinstance(x, Live):
        raise ValueError("what it is applied to does not depend on the model's input")
    spread = constant(variance) + number(eps)
    if spread.ndim != 1 or not (spread > 0).all():
        raise ValueError("its variances must be positive, one per channel")
    slope = np.ones(len(spread)) if weight is None else constant(weight)
    slope = slope / np.sqrt(spread)
    offset = (0.0 if bias is None else constant(bias)) - constant(mean) * slope
    if x.shape is not None:
        if not x.shape or x.shape[0] != len(slope):
            raise ValueError(f"it has {len(slope)} channels, but what comes in is {x.text}")
        each = int(np.prod(x.shape[1:], dtype=np.int64))
        slope, offset = np.repeat(slope, each), np.repeat(offset, each)
    return x.then(Affine(node.name, node.kind, slope, offset), x.shape)


def batch_norm(
    node: Node,
    input: Value,
    weight: Value = None,
    bias: Value = None,
    running_mean: Value = None,
    running_var: Value = None,
    training: Value = False,
    momentum: Value = 0.1,
    eps: Value = 1e-5,
    cudnn_enabled: Value = False,
) -> Value:
    return _normalized(node, input, weight, bias, running_mean, running_var, eps, training)


def batch_norm_with_statistics(
    node: Node,
    input: Value,
    weight: Value = None,
    bias: Value = None,
    running_mean: Value = None,
    running_var: Value = None,
    training: Value = False,
    momentum: Value = 0.1,
    eps: Value = 1e-5,
) -> Value:
    return (_normalized(node, input, weight, bias, running_mean, running_var, eps, training), None, None)


def batch_norm_for_inference(
    node: Node,
    input: Value,
    weight: Value = None,
    bias: Value = None,
    running_mean: Value = None,
    running_var: Value = None,
    momentum: Value = 0.1,
    eps: Value = 1e-5,
) -> Value:
    return (_normalized(node, input, weight, bias, running_mean, running_var, eps, False), None, None)


LINEAR: dict[str, Callable[..., Value]] = {
    "linear": linear,
    "addmm": addmm,
    "mm": matmul,
    "matmul": matmul,
    "batch_norm": batch_norm,
    "native_batch_norm": batch_norm_with_statistics,
    "_native_batch_norm_legit_no_training": batch_norm_for_inference,
}
"""By the function's name."""
