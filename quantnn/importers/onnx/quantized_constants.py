"""Quantizers of constants: their integers are remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.importers.onnx.budget import Budget
from quantnn.importers.onnx.constants import Constant
from quantnn.importers.onnx.folding import FoldingError, folded
from quantnn.importers.onnx.grid_constant import GridConstant, format_of, grid_of
from quantnn.importers.onnx.node import Node
from quantnn.importers.onnx.quantizer_domains import (
    QDQ_DOMAINS,
    QONNX_DOMAINS,
    output_format,
    qonnx_range,
    qonnx_rounding,
)
from quantnn.model.activation import Floats

__all__ = ["quantized_constant"]

_MOST = 1 << 24
_MOVES = ("Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity", "Cast")


def quantized_constant(
    node: Node, inputs: Sequence[Constant | None], opset: int, budget: Budget
) -> tuple[Constant, ...] | None:
    """What a quantizer makes of constants, or what moves such constants; None for any other node.

    Raises
    ------
    FoldingError
        Its inputs do not fit together.
    """
    key = node.op_type
    first = inputs[0] if inputs else None
    try:
        if first is not None and node.domain in QDQ_DOMAINS and key in ("QuantizeLinear", "DequantizeLinear"):
            budget.take(first.size, node.shown)
            made = _quantized if key == "QuantizeLinear" else _dequantized
            return (made(node, first, inputs),)
        if first is not None and node.domain in QONNX_DOMAINS and key in ("Quant", "IntQuant", "BipolarQuant"):
            budget.take(first.size, node.shown)
            return ((_bipolar if key == "BipolarQuant" else _quant)(node, first, inputs),)
    except (ValueError, TypeError, IndexError) as error:
        raise FoldingError(str(error) or "its inputs do not fit together") from None
    grid = grid_of(first)
    if grid is None or node.domain or key not in _MOVES:
        return None
    budget.take(3 * grid.size, node.shown)

    def move(array: Constant) -> Constant:
        made = folded(node, [array, *inputs[1:]], opset)[0] if key != "Cast" else array
        return np.asarray(made)

    return (grid.moved(move),)


def _numbers(inputs: Sequence[Constant | None], position: int, default: float | None = None) -> Floats:
    value = inputs[position] if position < len(inputs) else None
    if value is None:
        if default is None:
            raise ValueError("its scale is missing")
        return np.asarray(default)
    if value.dtype.kind not in "fiu":
        raise ValueError(f"it takes {value.dtype}: numbers are needed")
    values: Floats = np.asarray(value).astype(np.float64)
    if not values.size or not np.isfinite(values).all():
        raise ValueError(f"its input {position} must hold finite numbers")
    return values


def _zeros(inputs: Sequence[Constant | None]) -> Floats:
    """Zero points, which are whole."""
    zeros = _numbers(inputs, 2, 0)
    if (zeros != np.rint(zeros)).any() or np.abs(zeros).max() > _MOST:
        raise ValueError("its zero points must be whole numbers")
    return zeros


def _along(values: Floats, node: Node, shape: tuple[int, ...]) -> Floats:
    """Per-axis parameters in a shape that broadcasts."""
    if values.size == 1:
        return values.reshape(())
    if node.attributes.get("block_size"):
        raise ValueError("it quantizes in blocks: quantize per tensor or per output channel")
    axis = int(node.attributes.get("axis", 1))
    if values.ndim != 1 or not -len(shape) <= axis < len(shape) or shape[axis] != len(values):
        raise ValueError(f"its {values.size} scales do not fit shape {shape} along axis {axis}")
    axis %= len(shape)
    return values.reshape((1,) * axis + (-1,) + (1,) * (len(shape) - axis - 1))


def _dequantized(node: Node, first: Constant, inputs: Sequence[Constant | None]) -> GridConstant:
    if first.dtype.kind not in "iu":
        raise ValueError(f"it dequantizes {first.dtype}: integers are needed")
    scale = _along(_numbers(inputs, 1), node, first.shape)
    zero = _along(_zeros(inputs), node, first.shape)
    own = format_of(first.dtype)
    span = IntegerRange(own.lo - int(zero.max()), own.hi - int(zero.min()))
    return _grid(first.astype(np.int64) - zero.astype(np.int64), scale, span)


def _quantized(node: Node, first: Constant, inputs: Sequence[Constant | None]) -> Constant:
    """Integers as onnx's reference makes them: the quotient is a float32."""
    own = output_format(node, inputs[2] if len(inputs) > 2 else None)
    scale = _along(_numbers(inputs, 1), node, first.shape)
    zero = _along(_zeros(inputs), node, first.shape)
    with np.errstate(all="ignore"):
        steps = np.rint(np.asarray(first, dtype=np.float32) / scale.astype(np.float32)).astype(np.float64)
    if not np.isfinite(steps).all():
        raise ValueError("its scale makes no integers")
    kind: Any = np.dtype(f"{'i' if own.signed else 'u'}{max(1, own.width // 8)}")
    if own.width < 8:
        kind = np.dtype(kind, metadata={"bits": own.width})
    return np.clip(steps + zero, own.lo, own.hi).astype(kind)


def _quant(node: Node, first: Constant, inputs: Sequence[Constant | None]) -> GridConstant:
    values, scale, zero = _numbers(inputs, 0), _numbers(inputs, 1), _zeros(inputs)
    own = qonnx_range(node, _numbers(inputs, 3, 8))
    with np.errstate(all="ignore"):
        steps = np.clip(values / scale + zero, own.lo, own.hi)
    if not np.isfinite(steps).all():
        raise ValueError("its scale makes no integers")
    rounded = qonnx_rounding(node)(steps) - zero
    span = IntegerRange(own.lo - int(zero.max()), own.hi - int(zero.min()))
    return _grid(rounded.astype(np.int64), scale, span)


def _bipolar(node: Node, first: Constant, inputs: Sequence[Constant | None]) -> GridConstant:
    signs = np.where(_numbers(inputs, 0) >= 0, 1, -1).astype(np.int64)
    return _grid(signs, _numbers(inputs, 1), IntegerRange(-1, 1))


def _grid(integers: Integers, scale: Floats, span: IntegerRange) -> GridConstant:
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise ValueError("its scales must exceed 0 and be finite")
    if np.broadcast_shapes(integers.shape, scale.shape) != integers.shape:
        raise ValueError(f"its scales of shape {scale.shape} do not fit")
    return GridConstant.of(integers, scale, span)
