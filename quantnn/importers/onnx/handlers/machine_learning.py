"""Operators of the domain ai.onnx.ml, which scikit-learn's exporters use."""

from __future__ import annotations

import numpy as np

from quantnn.importers.onnx.call import Call, Refusal
from quantnn.importers.onnx.flow import Flow
from quantnn.importers.onnx.handlers.affine import affine
from quantnn.importers.onnx.handlers.layout import passed
from quantnn.importers.operators.operator import Activate, Linear, Operator
from quantnn.model.activation import FloatActivation, Floats

__all__ = ["label", "linear_classifier", "linear_regressor", "normalizer", "scaler"]


def scaler(call: Call) -> tuple[Flow]:
    """``(x − offset) · scale``."""
    offset, scale = (np.array(call.attribute(name, [default])) for name, default in (("offset", 0.0), ("scale", 1.0)))
    if 1 != offset.size != scale.size != 1:
        raise Refusal(f"it has {offset.size} offsets, but {scale.size} scales")
    return affine(call, call.flow(), scale, -offset * scale)


def linear_regressor(call: Call) -> tuple[Flow]:
    targets = call.attribute("targets", 1)
    if call.attribute("post_transform", "NONE") != "NONE":
        raise Refusal("it transforms its outputs: only NONE is supported")
    flow = call.flow()
    weights, bias = _weights(call, flow, targets)
    return call.emit(flow, Linear(call.name, call.kind, weights, bias), shape=(1, targets))


def linear_classifier(call: Call) -> tuple[Flow, Flow]:
    """Label and scores; the label is the scores' ArgMax, which the network decides by anyway."""
    flow = call.flow()
    numbers: list[int] = []
    texts: list[str] = []
    classes = len(call.attribute("classlabels_ints", numbers)) or len(call.attribute("classlabels_strings", texts))
    weights, bias = _weights(call, flow, classes)
    then = call.attribute("post_transform", "NONE")
    operators: list[Operator] = [Linear(call.name, call.kind, weights, bias)]
    if then in ("SOFTMAX", "LOGISTIC"):
        name = {"SOFTMAX": "softmax", "LOGISTIC": "sigmoid"}[then]
        operators.append(Activate(call.name, call.kind, FloatActivation(name)))
    elif then != "NONE":
        raise Refusal(f"its outputs go through {then}: NONE, SOFTMAX and LOGISTIC are supported")
    (scores,) = call.emit(flow, *operators, shape=(1, classes))
    return scores, scores


def normalizer(call: Call) -> tuple[Flow, ...]:
    """Divides scores by something positive, which leaves the greatest of them where it is."""
    flow, before = call.flow(), next(iter(call.chain.last), None)
    kind = before.activation.kind if isinstance(before, Activate) else ""
    if not call.chain.latest(flow) or kind not in ("softmax", "sigmoid") or flow.index.size < 2:
        raise Refusal("its divisor depends on the input: it is left out only behind the scores of a classifier")
    call.chain.decision = "argmax"
    return tuple(kept.as_scores() for kept in passed(call))


def label(call: Call) -> tuple[Flow, ...]:
    """The text or number of a class, which stands in a table of constants."""
    table, flow = call.given(0), call.given(1)
    if isinstance(table, Flow) or not isinstance(flow, Flow) or flow.elements != "class":
        raise Refusal("only labels of classes may be looked up, behind an ArgMax")
    return (call.chain.keep(flow, flow.index),)


def _weights(call: Call, flow: Flow, outputs: int) -> tuple[Floats, Floats]:
    none: list[float] = []
    coefficients = np.array(call.attribute("coefficients", none), dtype=np.float64)
    intercepts = np.array(call.attribute("intercepts", none), dtype=np.float64)
    inputs = flow.index.size
    if outputs < 1 or coefficients.size != inputs * outputs or intercepts.size not in (0, outputs):
        raise Refusal(f"it has {coefficients.size} coefficients for {inputs} inputs and {outputs} outputs")
    intercepts = intercepts if intercepts.size else np.zeros(outputs)
    return coefficients.reshape(outputs, inputs).T.copy(), intercepts
