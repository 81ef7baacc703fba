"""Operators of integers, and those that floats pass on their way there and back.

Source: https://ai.google.dev/edge/litert/conversion/tensorflow/quantization/quantization_spec, and the reference
kernels where it is silent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.importers.operators.fixed_point import FixedPoint
from quantnn.importers.operators.operator import Affine, IntegerLinear, Keep, Operator, Quantize
from quantnn.importers.operators.rounding import Rounding
from quantnn.importers.tflite.activations import activation, leaky_relu
from quantnn.importers.tflite.call import Call
from quantnn.importers.tflite.tensor import Tensor
from quantnn.model.activation import Floats

__all__ = ["dequantize", "fully_connected", "function", "input_scale", "moved", "quantize", "rectified"]

_FUSED = {0: (-np.inf, np.inf), 1: (0.0, np.inf), 2: (-1.0, 1.0), 3: (0.0, 6.0)}
_NARROW = IntegerRange(-127, 127)


@dataclass(frozen=True)
class _Scale:
    """``value = scale · (integer − zero)`` of a tensor between operators."""

    scale: float
    zero: int
    range: IntegerRange

    @classmethod
    def of(cls, tensor: Tensor) -> _Scale:
        """Raises ValueError where the tensor is not quantized, or per channel."""
        quantization, own = tensor.quantization, tensor.integers
        if quantization is None or own is None:
            raise ValueError(f"{tensor.name} is {tensor.kind} without a scale: convert the model again")
        if len(quantization.scales) != 1:
            raise ValueError(f"{tensor.name} has {len(quantization.scales)} scales: only weights may have several")
        return cls(float(quantization.scales[0]), int(quantization.zeros[0]), own)

    def step(self, value: float) -> float:
        """The integer of a value, not limited, as kernels compute it: in float32, half away from zero."""
        if not np.isfinite(value):
            return value
        ratio = np.float32(value) / np.float32(self.scale)
        return float(np.copysign(np.floor(np.abs(ratio) + np.float32(0.5)), ratio)) + self.zero


def input_scale(tensor: Tensor) -> Affine:
    """What the integers of the network's input stand for."""
    own = _Scale.of(tensor)
    return Affine(tensor.name, "scale of the input", np.asarray(own.scale), np.asarray(-own.scale * own.zero))


def quantize(call: Call) -> list[Operator]:
    """Of floats, or of other integers."""
    rounding = Rounding.HALF_AWAY if call.operand.floating else Rounding.HALF_UP
    if not call.operand.floating:
        _Scale.of(call.operand)
    return [_to(call, call.kind, rounding)]


def dequantize(call: Call) -> list[Operator]:
    _Scale.of(call.operand)
    if not call.result.floating:
        raise ValueError("its output must be floats: convert the model again")
    return [Keep(call.name, call.kind)]


def moved(call: Call) -> None:
    """Check that an operator that only moves integers gives them the same scale.

    Raises
    ------
    ValueError
        It does not.
    """
    if _Scale.of(call.operand) != _Scale.of(call.result):
        raise ValueError("its output must have its input's scale: convert the model again")


def rectified(call: Call) -> list[Operator]:
    """A relu and the like."""
    lowered = leaky_relu(call) if call.kind == "LEAKY_RELU" else activation(call)
    return [*lowered, _to(call, f"{call.kind}, output", Rounding.HALF_UP)]


def function(call: Call) -> list[Operator]:
    """A sigmoid or tanh: a table, made in floats and rounded half away from zero."""
    return [*activation(call), _to(call, f"{call.kind}, output", Rounding.HALF_AWAY)]


def fully_connected(call: Call) -> list[Operator]:
    """Of integer weights (outputs, inputs), with the kernels' fixed-point multipliers."""
    if call.flag("WeightsFormat"):
        raise ValueError("its weights are shuffled for one processor: convert with the default format")
    number = int(call.node.options.get("FusedActivationFunction", 0))
    if number not in _FUSED:
        raise ValueError(f"its fused activation {number} cannot be had: use relu, relu6 or none")
    taken, given = _Scale.of(call.operand), _Scale.of(call.result)
    integers, scales, span = _weights(call)
    if len(integers) != (features := call.features(call.operand)):
        raise ValueError(f"its weights take {len(integers)} features, not {features}: flatten before the dense layer")
    units = taken.scale * scales
    bias = _bias(call, integers.shape[1])
    if len(scales) == 1:
        # the kernels multiply the two scales in float32 where there is one of each
        product = np.float32(taken.scale) * np.float32(scales)
        ratios = (product.astype(np.float64) / given.scale).tolist() * integers.shape[1]
    else:
        ratios = (units / given.scale).tolist()
    fixed = FixedPoint.of(ratios, np.broadcast_to(units, bias.shape), wide=taken.range.width > 8)
    weights = IntegerLinear(
        call.name,
        call.kind,
        integers=integers,
        scale=scales if len(scales) > 1 else scales.reshape(()),
        bias=bias * units,
        range=span,
    )
    return [weights, _to(call, f"{call.kind}, output", Rounding.HALF_UP, _FUSED[number], fixed)]


def _weights(call: Call) -> tuple[Integers, Floats, IntegerRange]:
    """Integers (inputs, outputs) without their zero point, scales of shape (1,) or (outputs,), and a weight's range."""
    tensor = call.tensor(1)
    if call.place or tensor is None:
        raise ValueError("its weights must be constant")
    quantization, own = tensor.quantization, tensor.integers
    if quantization is None or own is None or own.width > 8 or len(tensor.shape) != 2:
        raise ValueError("its weights must be a constant matrix of 8-bit integers with a scale")
    array = call.integers(1)
    count = len(quantization.scales)
    if count not in (1, len(array)) or (count > 1 and quantization.axis != 0):
        raise ValueError(f"{tensor.name} has {count} scales for {len(array)} outputs: convert the model again")
    zeros = quantization.zeros.reshape(-1, 1)
    found = (array - zeros).T
    span = IntegerRange(min(own.lo - int(zeros.max()), 0), own.hi - int(zeros.min()))
    return found, quantization.scales, _NARROW if not zeros.any() and found.min() >= -127 and own.lo < 0 else span


def _bias(call: Call, outputs: int) -> Integers:
    """In steps of the accumulators."""
    tensor = call.tensor(2)
    if tensor is None:
        return np.zeros(outputs, dtype=np.int64)
    array = call.integers(2).reshape(-1)
    if array.shape != (outputs,):
        raise ValueError(f"{tensor.name} must have {outputs} biases, not {array.size}: convert the model again")
    if np.abs(array).max() >= 1 << 52:
        raise ValueError(f"{tensor.name} must have biases of at most 52 bits: convert the model again")
    return array


def _to(
    call: Call,
    kind: str,
    rounding: Rounding,
    limits: tuple[float, float] = (-np.inf, np.inf),
    fixed: FixedPoint | None = None,
) -> Quantize:
    """The quantizer of a call's result, of which a fused activation may leave only a part."""
    given = _Scale.of(call.result)
    lo, hi = max(given.range.lo, given.step(limits[0])), min(given.range.hi, given.step(limits[1]))
    return Quantize(
        call.name, kind, scale=given.scale, zero=given.zero, lo=int(lo), hi=int(hi), rounding=rounding, fixed=fixed
    )
