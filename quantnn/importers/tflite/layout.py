"""Operators that move values or keep them."""

from __future__ import annotations

import math

import numpy as np

from quantnn.importers.operators.operator import Keep, Operator, Reorder
from quantnn.importers.tflite.call import Call

__all__ = ["cast", "reshape", "transpose"]


def reshape(call: Call) -> list[Operator]:
    """``RESHAPE``, ``SQUEEZE``, ``EXPAND_DIMS``: the order of elements stays."""
    if call.place or call.features(call.operand) != call.features(call.result):
        raise ValueError("it must keep each sample's features: convert the model again")
    return [Keep(call.name, call.kind)]


def transpose(call: Call) -> list[Operator]:
    axes = call.constant(1)
    shape = call.operand.shape
    if call.place or axes is None or sorted(axes.reshape(-1).tolist()) != list(range(len(shape))):
        raise ValueError("it must have a constant order of all axes")
    order = [int(axis) for axis in axes.reshape(-1)]
    if call.constants.batch > 1:
        if order[0] != 0:
            raise ValueError("it must leave the batch in front: convert for a batch of 1")
        shape = (1, *shape[1:])
    call.constants.spend(math.prod(shape))
    places = np.arange(math.prod(shape)).reshape(shape).transpose(order).reshape(-1)
    if (places == np.arange(len(places))).all():
        return [Keep(call.name, call.kind)]
    return [Reorder(call.name, call.kind, places)]


def cast(call: Call) -> list[Operator]:
    if not call.result.floating and (call.operand.floating or not call.operand.integers):
        raise ValueError(f"floats must not become {call.result.kind}: leave that to the host")
    return [Keep(call.name, call.kind)]
