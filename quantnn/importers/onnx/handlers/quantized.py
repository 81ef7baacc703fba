"""Quantizers, and operators on integers with scales."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.importers.onnx.call import Call, Refusal
from quantnn.importers.onnx.constants import Constant
from quantnn.importers.onnx.flow import Flow
from quantnn.importers.onnx.grid_constant import GridConstant, format_of
from quantnn.importers.onnx.handlers import activations, ends, layout
from quantnn.importers.onnx.handlers.linear import product
from quantnn.importers.onnx.handlers.parameters import numbers, one_number, quantizer, whole_number, whole_numbers
from quantnn.importers.onnx.quantizer_domains import output_format
from quantnn.importers.operators.operator import Activate, Affine, Operator
from quantnn.importers.operators.rounding import Rounding
from quantnn.model.activation import FloatActivation, Floats

__all__ = [
    "cast", "clip", "dequantize_linear", "matmul_integer", "qgemm", "qlinear_add",
    "qlinear_leaky_relu", "qlinear_matmul", "qlinear_sigmoid", "qlinear_softmax", "quantize_linear",
]  # fmt: skip


def quantize_linear(call: Call) -> tuple[Flow]:
    flow = call.flow()
    return _quantized(call, flow, [], 1, _output(call, 2))


def dequantize_linear(call: Call) -> tuple[Flow]:
    flow = call.given(0)
    if not isinstance(flow, Flow):
        raise Refusal("its scale depends on the network's input: quantize statically")
    operators = _floats(call, flow, 1)
    if not operators:
        return (replace(call.chain.keep(flow, flow.index), elements="float", grid=None),)
    return call.emit(flow, *operators, shape=flow.shape)


def clip(call: Call) -> tuple[Flow]:
    """Of floats, or of a quantizer's integers, of which it leaves fewer."""
    flow = call.given(0)
    if not isinstance(flow, Flow) or flow.grid is None:
        return activations.clip(call)
    scale, zero = flow.grid
    ends = [call.constant(position) for position in (1, 2)]
    low, high = (
        default if end is None else (float(end.reshape(())) - zero) * scale
        for end, default in zip(ends, (-np.inf, np.inf), strict=True)
    )
    made = activations.clipped(call, replace(flow, elements="float"), low, high)
    return (replace(made[0], elements="integer", grid=flow.grid),)


def cast(call: Call) -> tuple[Flow, ...]:
    """To floats, the integers of a quantizer are what they are, and not what they stand for."""
    flow = call.given(0)
    made = layout.cast(call)
    if isinstance(flow, Flow) and flow.grid is not None and made[0].elements == "float":
        scale, zero = flow.grid
        step = Affine(call.name, call.kind, np.array(1 / scale), np.array(float(zero)))
        return call.emit(replace(made[0], grid=None), step, shape=flow.shape)
    return made


def qlinear_matmul(call: Call) -> tuple[Flow]:
    """a, its scale and zero point, b and its own, and those of the output."""
    flow = _integers(call, 0)
    return _quantized(call, flow, [], 6, _output(call, 7), product_of=(3, 4, 5), floats=(1, 2))


def qgemm(call: Call) -> tuple[Flow]:
    """com.microsoft's: A, B and their scales as QLinearMatMul has them, C of 32 bits, and the output's, or floats."""
    if call.attribute("transA", 0):
        raise Refusal("its first matrix is transposed: only the second may be")
    flow = _integers(call, 0)
    quantized = call.given(7) is not None
    return _quantized(
        call, flow, [], 7 if quantized else None, _output(call, 8) if quantized else None, product_of=(3, 4, 5),
        floats=(1, 2), bias=6,
    )  # fmt: skip


def matmul_integer(call: Call) -> tuple[Flow]:
    """Integers times integers, of 32 bits: floats only behind a cast."""
    flow = _integers(call, 0)
    zero = whole_number(call, 2)
    scale = 1.0
    before: list[Operator] = []
    if flow.grid is not None:
        scale, own = flow.grid
        if own != zero:
            raise Refusal(f"its zero point is {zero}, but that of its input {own}")
    elif zero:
        before = [Affine(call.name, call.kind, np.array(1.0), np.array(-float(zero)))]
    weights = _weights(call, 1, np.array(1.0), 3)
    return _product(call, flow, before, weights, 1 / scale, None, "integer")


def qlinear_sigmoid(call: Call) -> tuple[Flow]:
    return _function(call, "sigmoid")


def qlinear_softmax(call: Call) -> tuple[Flow]:
    ends.over_all_outputs(call, _integers(call, 0), call.attribute("opset", 13))
    return _function(call, "softmax")


def qlinear_leaky_relu(call: Call) -> tuple[Flow]:
    slope = call.number("alpha", 0.01)
    if not 0 <= slope <= 1:
        raise Refusal(f"its slope is {slope:g}: one in 0..1 is supported")
    return _function(call, f"leaky_relu:{slope!r}")


def qlinear_add(call: Call) -> tuple[Flow]:
    """Of one tensor and a constant."""
    place = 0 if isinstance(call.given(0), Flow) else 3
    flow, constant = _integers(call, place), call.given(3 - place)
    if isinstance(constant, Flow) or constant is None:
        raise Refusal("two of its inputs depend on the network's input: only a chain of operators is supported")
    grid = _grid(call, constant, numbers(call, 4 - place), 5 - place)
    settled = call.chain.settle(flow)
    try:
        offset = np.broadcast_to(np.asarray(grid), flow.shape).ravel()
    except ValueError:
        raise Refusal(f"its constant of shape {grid.shape} does not fit") from None
    added = Affine(call.name, call.kind, np.array(1.0), offset)
    operators = [*_floats(call, flow, place + 1), added]
    return _quantized(call, settled, operators, 6, _output(call, 7))


def _function(call: Call, name: str) -> tuple[Flow]:
    flow = _integers(call, 0)
    function = Activate(call.name, call.kind, FloatActivation.named(name))
    return _quantized(call, flow, [*_floats(call, flow, 1), function], 3, _output(call, 4))


def _quantized(
    call: Call,
    flow: Flow,
    operators: list[Operator],
    scale: int | None,
    output: tuple[IntegerRange, int] | None,
    *,
    product_of: tuple[int, int, int] | None = None,
    floats: tuple[int, int] = (0, 0),
    bias: int | None = None,
) -> tuple[Flow]:
    """Operators, or a product, and the quantizer behind them."""
    shape = flow.shape
    if product_of is not None:
        before = [*operators, *_floats(call, flow, floats[0])]
        weights = _weights(call, product_of[0], numbers(call, product_of[1]), product_of[2])
        alpha = call.attribute("alpha", 1.0) if bias is not None else 1.0
        added: Floats | None = None
        if bias is not None and call.given(bias) is not None:
            own = one_number(call, floats[0], "scale") * np.asarray(numbers(call, product_of[1]))
            try:
                added = np.asarray(numbers(call, bias) * own.reshape(-1) * alpha)
            except ValueError:
                raise Refusal(f"its bias does not fit its {own.size} scales") from None
        (flow,) = _product(call, flow, before, weights, alpha, added, "float")
        shape, operators = flow.shape, []
    if scale is None or output is None:
        return (flow,)
    own_range, zero = output
    step = one_number(call, scale, "scale")
    made = quantizer(call, step, zero, own_range, Rounding.HALF_EVEN)
    if product_of is None:
        (flow,) = call.emit(
            replace(flow, elements="float", grid=None), *operators, made, shape=shape, elements="integer"
        )
    else:
        (flow,) = call.emit(flow, made, shape=shape, elements="integer")
    return (replace(flow, grid=(step, zero)),)


def _product(
    call: Call,
    flow: Flow,
    before: list[Operator],
    weights: GridConstant,
    alpha: float,
    bias: Floats | None,
    elements: str,
) -> tuple[Flow]:
    """A product with integer weights, behind operators of the same node."""
    given = flow
    if before:
        (given,) = call.emit(flow, *before, shape=flow.shape)
    given = replace(given, elements="float", grid=None)
    if call.attribute("transB", 0):
        weights = weights.moved(np.transpose)
    (made,) = product(call, given, weights, alpha, 1.0, bias)
    return (replace(made, elements="integer" if elements == "integer" else "float"),)


def _integers(call: Call, position: int) -> Flow:
    flow = call.given(position)
    if not isinstance(flow, Flow):
        raise Refusal("the tensor that depends on the network's input must stand first")
    if flow.elements != "integer":
        raise Refusal("it takes integers: quantize what is before it")
    return flow


def _floats(call: Call, flow: Flow, position: int) -> list[Operator]:
    """What makes an integer tensor the floats that scale and zero point, which stand there, say."""
    if flow.elements != "integer":
        raise Refusal("it takes integers, but what is before it are floats")
    scale, zero = one_number(call, position, "scale"), whole_number(call, position + 1)
    if not (0 < scale < np.inf):
        raise Refusal(f"its scale must exceed 0 and be finite, not be {scale:g}")
    if flow.grid is None:
        return [Affine(call.name, call.kind, np.array(scale), np.array(-zero * scale))]
    if flow.grid == (scale, zero):
        return []
    own, there = flow.grid
    return [Affine(call.name, call.kind, np.array(scale / own), np.array((there - zero) * scale))]


def _weights(call: Call, position: int, scale: Floats, zero: int) -> GridConstant:
    constant = call.given(position)
    if isinstance(constant, Flow) or constant is None:
        raise Refusal("both matrices depend on the network's input: one of them must be constant")
    return _grid(call, constant, scale, zero)


def _grid(call: Call, constant: Constant, scale: Floats, zero: int) -> GridConstant:
    """Integers of a constant whose columns may have scales and zero points of their own."""
    if constant.dtype.kind not in "iu":
        raise Refusal(f"its constant is of {constant.dtype}: integers are needed")
    offset = whole_numbers(call, zero)
    for values in (scale, offset):
        if values.size > 1 and (
            not constant.ndim or values.size != constant.shape[-1 if not call.attribute("transB", 0) else 0]
        ):
            raise Refusal(f"its {values.size} scales or zero points do not fit a constant of shape {constant.shape}")
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise Refusal("its scales must exceed 0 and be finite")
    shape = (-1, 1) if call.attribute("transB", 0) else (-1,)
    scale = scale.reshape(() if scale.size == 1 else shape)
    offset = offset.reshape(() if offset.size == 1 else shape)
    own = format_of(constant.dtype)
    span = IntegerRange(own.lo - int(offset.max()), own.hi - int(offset.min()))
    return GridConstant.of(constant.astype(np.int64) - offset, scale, span)


def _output(call: Call, position: int) -> tuple[IntegerRange, int]:
    zero = call.given(position)
    if isinstance(zero, Flow):
        raise Refusal("its zero point depends on the network's input: quantize statically")
    try:
        own = output_format(call.node, zero)
    except ValueError as error:
        raise Refusal(str(error)) from None
    return own, whole_number(call, position)
