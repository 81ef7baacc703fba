"""Products with constant matrices."""

from __future__ import annotations

from math import prod

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.importers.onnx.call import Call, Refusal
from quantnn.importers.onnx.flow import Flow
from quantnn.importers.onnx.grid_constant import grid_of
from quantnn.importers.operators.operator import IntegerLinear, Linear
from quantnn.model.activation import Floats

__all__ = ["MOST_WEIGHTS", "gemm", "matmul", "product", "whole_linear"]

MOST_WEIGHTS = 1 << 22
"""Of a matrix that is applied to several positions and stands in the network once for each."""


def matmul(call: Call) -> tuple[Flow]:
    return product(call, call.given(0), call.given(1))


def gemm(call: Call) -> tuple[Flow]:
    """``alpha · A' · B' + beta · C``, A' and B' transposed where the attributes say so."""
    alpha, beta = call.attribute("alpha", 1.0), call.attribute("beta", 1.0)
    sides = []
    for position, name in enumerate(("transA", "transB")):
        side = call.given(position)
        shape = () if side is None else side.shape
        if side is None or len(shape) != 2:
            raise Refusal(f"its matrices must have two axes, not {len(shape)}")
        if call.attribute(name, 0):
            if isinstance(side, Flow):
                side = Flow(side.base, side.features, side.index.T, side.elements, side.moved)
            else:
                grid = grid_of(side)
                side = side.T if grid is None else grid.moved(np.transpose)
        sides.append(side)
    return product(call, sides[0], sides[1], alpha, beta, call.constant(2))


def product(
    call: Call,
    left: object,
    right: object,
    alpha: float = 1.0,
    beta: float = 1.0,
    bias: Floats | None = None,
) -> tuple[Flow]:
    """One of the sides is a flow, the other a constant of one or two axes, but for leading ones of length 1."""
    if isinstance(left, Flow) and isinstance(right, Flow):
        raise Refusal("both matrices depend on the network's input: one of them must be constant")
    flow, constant = (left, right) if isinstance(left, Flow) else (right, left)
    if not isinstance(flow, Flow) or not isinstance(constant, np.ndarray):
        raise Refusal("one of its matrices is missing")
    if flow.elements != "float" or constant.dtype.kind != "f":
        raise Refusal("it multiplies integers: those of quantized networks are other operators")
    placed = _behind if flow is left else _before
    weights, shape = placed(flow, _matrix(flow, constant))
    if constant.ndim > len(shape) and constant.ndim > 2:
        shape = (1,) * (constant.ndim - len(shape)) + shape
    call.budget.take(weights.size, call.node.shown)
    if alpha != 1:
        weights = weights * alpha
    out: Floats = np.zeros(weights.shape[1])
    if bias is not None:
        try:
            out = np.broadcast_to(bias if beta == 1 else bias * beta, shape).ravel()
        except ValueError:
            raise Refusal(f"its bias of shape {bias.shape} does not fit its output {shape}") from None
    grid = grid_of(constant)
    if grid is None:
        return call.emit(flow, Linear(call.name, call.kind, weights, out), shape=shape)
    integers, _ = placed(flow, _matrix(flow, grid.integers))
    scales, _ = placed(flow, _matrix(flow, grid.scales))
    linear = whole_linear(call, integers, scales * alpha, out, grid.range)
    return call.emit(flow, linear, shape=shape)


def whole_linear(call: Call, integers: Floats, scales: Floats, bias: Floats, range: IntegerRange) -> IntegerLinear:
    """The operator of integer weights, as floats of shape (inputs, outputs), with a scale each: 0 where there is no
    weight.

    Raises
    ------
    Refusal
        The scales differ within an output.
    """
    most = np.abs(scales).max(axis=0)
    if ((scales != 0) & (np.abs(scales) != most)).any() or not most.all():
        raise Refusal("the scales of its weights differ along its inputs: quantize per tensor or per output channel")
    signed = np.where(np.abs(scales.max(axis=0)) == most, most, -most)
    scale = np.asarray(signed[0]) if (signed == signed[0]).all() else signed
    try:
        return IntegerLinear(
            call.name, call.kind, integers=np.rint(integers).astype(np.int64), scale=scale, bias=bias, range=range
        )
    except ValueError as error:
        raise Refusal(str(error)) from None


def _matrix(flow: Flow, constant: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Floats:
    matrix: Floats = np.asarray(constant).astype(np.float64)
    while matrix.ndim > 2 and matrix.shape[0] == 1:
        matrix = matrix[0]
    if matrix.ndim not in (1, 2) or not matrix.size or not flow.shape:
        raise Refusal(f"its constant has shape {constant.shape}: a matrix is needed")
    return matrix


def _behind(flow: Flow, matrix: Floats) -> tuple[Floats, tuple[int, ...]]:
    """``flow · matrix``: weights over the flattened flow, and the product's shape."""
    columns = matrix.reshape(len(matrix), -1)
    if flow.shape[-1] != len(columns):
        raise Refusal(f"its matrix {matrix.shape} does not fit")
    rows = prod(flow.shape[:-1])
    return _repeated(columns, rows, 1), flow.shape[:-1] + matrix.shape[1:]


def _before(flow: Flow, matrix: Floats) -> tuple[Floats, tuple[int, ...]]:
    """``matrix · flow``: the same."""
    rows = matrix.reshape(-1, matrix.shape[-1])
    single = len(flow.shape) == 1
    inner, columns = (flow.shape[0], 1) if single else (flow.shape[-2], flow.shape[-1])
    if inner != rows.shape[1]:
        raise Refusal(f"its matrix {matrix.shape} does not fit")
    before = prod(flow.shape[:-2])
    shape = matrix.shape[:-1] if single else flow.shape[:-2] + matrix.shape[:-1] + flow.shape[-1:]
    return _repeated(rows.T, before, columns), shape


def _repeated(weights: Floats, before: int, behind: int) -> Floats:
    """Weights over all of several positions, of which each has the same."""
    if before == behind == 1:
        return weights
    if weights.size * (before * behind) ** 2 > MOST_WEIGHTS:
        raise Refusal(f"it works on {before * behind} positions of a sample: a dense layer takes the whole sample")
    return np.asarray(np.kron(np.kron(np.eye(before), weights), np.eye(behind)))
