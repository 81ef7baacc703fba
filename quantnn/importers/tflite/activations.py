"""Activations, as operators of their own and fused into others."""

from __future__ import annotations

import numpy as np

from quantnn.importers.operators.operator import Activate, Affine, ArgMax, Operator
from quantnn.importers.tflite.call import Call
from quantnn.model.activation import FloatActivation

__all__ = ["activation", "arg_max", "bounded", "fused", "leaky_relu", "prelu", "softmax"]

_FUSED = {1: "RELU", 2: "RELU_N1_TO_1", 3: "RELU6", 4: "TANH"}
_NAMED = {
    "RELU": "relu",
    "RELU6": "clip:0:6",
    "RELU_N1_TO_1": "clip:-1:1",
    "RELU_0_TO_1": "clip:0:1",
    "LOGISTIC": "sigmoid",
    "TANH": "tanh",
    "LOG_SOFTMAX": "log_softmax",
}


def activation(call: Call) -> list[Operator]:
    """One that its kind names."""
    if call.kind == "LOG_SOFTMAX":
        _last_axis(call)
    return [_activate(call, _NAMED[call.kind])]


def fused(call: Call) -> list[Operator]:
    """What the operator applies to its result."""
    number = int(call.node.options.get("FusedActivationFunction", 0))
    if not number:
        return []
    if number not in _FUSED:
        raise ValueError(f"its fused activation {number} cannot be had: use relu, relu6, tanh or none")
    return [_activate(call, _NAMED[_FUSED[number]], f"{call.kind}, {_FUSED[number]}")]


def bounded(call: Call) -> list[Operator]:
    """``MAXIMUM`` and ``MINIMUM`` of the sample's tensor and a number."""
    bound = call.constant(1 - call.place)
    if bound is None or not bound.size or (bound != bound.flat[0]).any():
        raise ValueError("one of the two must be one constant for all features")
    end = _shortest(float(bound.flat[0]))
    return [_activate(call, f"clip:{end!r}:inf" if call.kind == "MAXIMUM" else f"clip:-inf:{end!r}")]


def _activate(call: Call, name: str, kind: str = "") -> Activate:
    return Activate(call.name, kind or call.kind, FloatActivation.named(name))


def _shortest(value: float) -> float:
    """A float32 as the shortest decimal that rounds to it: 0.2 and not 0.20000000298."""
    return float(str(np.float32(value)))


def leaky_relu(call: Call) -> list[Operator]:
    return [_activate(call, f"leaky_relu:{_shortest(call.node.options.get('Alpha', 0.0))!r}")]


def prelu(call: Call) -> list[Operator]:
    slopes = None if call.place else call.constant(1)
    if slopes is None or not slopes.size or (slopes != slopes.flat[0]).any():
        raise ValueError("its slope must be one constant for all features: train with a leaky relu")
    return [_activate(call, f"leaky_relu:{_shortest(float(slopes.flat[0]))!r}")]


def softmax(call: Call) -> list[Operator]:
    """``softmax(beta · x)``."""
    _last_axis(call)
    beta = float(call.node.options.get("Beta", 1.0))
    if not 0 < beta < float("inf"):
        raise ValueError(f"its beta must exceed 0, not be {beta:g}: convert the model again")
    scaled: list[Operator] = []
    if beta != 1:
        scaled = [Affine(call.name, f"{call.kind}, beta", np.asarray(beta), np.zeros(()))]
    return [*scaled, _activate(call, "softmax")]


def arg_max(call: Call) -> list[Operator]:
    axis = call.constant(1)
    rank = len(call.operand.shape)
    if axis is None or axis.size != 1 or int(axis.flat[0]) % max(rank, 1) != rank - 1:
        raise ValueError("its axis must be the last: it may only choose among all outputs")
    _last_axis(call)
    return [ArgMax(call.name, call.kind)]


def _last_axis(call: Call) -> None:
    shape = call.operand.shape
    if call.features(call.operand) != (shape[-1] if shape else 1):
        raise ValueError("it may only work over all outputs: flatten before it")
