"""Operators that multiply with a matrix of weights."""

from __future__ import annotations

import math

import numpy as np

from quantnn.importers.operators.operator import Linear, Operator
from quantnn.importers.tflite.activations import fused
from quantnn.importers.tflite.call import Call
from quantnn.model.activation import Floats

__all__ = ["batch_matmul", "fully_connected"]


def fully_connected(call: Call) -> list[Operator]:
    """Of weights (outputs, inputs), over the input's last features."""
    if call.flag("WeightsFormat"):
        raise ValueError("its weights are shuffled for one processor: convert with the default format")
    if call.place:
        raise ValueError("its weights must be constant")
    weights = call.constant(1)
    if weights is None or weights.ndim != 2:
        raise ValueError("its weights must be a constant matrix")
    return [*_linear(call, weights.T, call.constant(2)), *fused(call)]


def batch_matmul(call: Call) -> list[Operator]:
    """Of a constant matrix on the right."""
    weights = None if call.place else call.constant(1)
    if call.flag("AdjX") or weights is None or weights.ndim < 2 or math.prod(weights.shape[:-2]) != 1:
        raise ValueError("it must multiply with one constant matrix on the right: use a dense layer")
    weights = weights.reshape(weights.shape[-2:])
    return _linear(call, weights.T if call.flag("AdjY") else weights, None)


def _linear(call: Call, weights: Floats, bias: Floats | None) -> list[Operator]:
    inputs, outputs = weights.shape
    features = call.features(call.operand)
    if features != inputs:
        if inputs and features % inputs == 0:
            raise ValueError(
                f"it works on {features // inputs} places with the same {inputs} × {outputs} weights, as a convolution"
                " does: that is coming with the convolution engine; flatten before the dense layer"
            )
        raise ValueError(f"its weights take {inputs} features, not {features}: convert the model again")
    if bias is None:
        bias = np.zeros(outputs)
    return [Linear(call.name, call.kind, weights, bias.reshape(-1))]
