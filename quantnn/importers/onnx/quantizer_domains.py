"""What quantizers of ONNX and QONNX say of their integers."""

from __future__ import annotations

from onnx import TensorProto

from quantnn.arithmetic import IntegerRange
from quantnn.importers.onnx.constants import Constant
from quantnn.importers.onnx.grid_constant import format_of
from quantnn.importers.onnx.node import Node
from quantnn.importers.operators.rounding import Rounding
from quantnn.model.activation import Floats

__all__ = ["QDQ_DOMAINS", "QONNX_DOMAINS", "output_format", "qonnx_range", "qonnx_rounding"]

QDQ_DOMAINS = ("", "com.microsoft")
QONNX_DOMAINS = ("qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general")
_MOST_BITS = 24
_TYPES = {
    TensorProto.UINT8: (8, False),
    TensorProto.INT8: (8, True),
    TensorProto.UINT16: (16, False),
    TensorProto.INT16: (16, True),
    TensorProto.UINT4: (4, False),
    TensorProto.INT4: (4, True),
}
_ROUNDINGS = {
    "ROUND": Rounding.HALF_EVEN,
    "HALF_EVEN": Rounding.HALF_EVEN,
    "CEIL": Rounding.CEIL,
    "FLOOR": Rounding.FLOOR,
    "UP": Rounding.AWAY,
    "DOWN": Rounding.TO_ZERO,
    "HALF_UP": Rounding.HALF_AWAY,
    "HALF_DOWN": Rounding.HALF_TO_ZERO,
}
"""QONNX's words: its UP is away from zero, its DOWN towards it."""


def output_format(node: Node, zero: Constant | None) -> IntegerRange:
    """What a QuantizeLinear's integers lie in: those of its zero point's type, else as an attribute says, else bytes.

    Raises
    ------
    ValueError
        They are no integers of 4, 8 or 16 bits.
    """
    if zero is not None:
        if zero.dtype.kind not in "iu" or zero.dtype.itemsize > 2:
            raise ValueError(f"it quantizes to {zero.dtype}: integers of 4, 8 or 16 bits are supported")
        return format_of(zero.dtype)
    kind = int(node.attributes.get("output_dtype") or TensorProto.UINT8)
    if kind not in _TYPES:
        raise ValueError("it quantizes to another type than integers of 4, 8 or 16 bits")
    return IntegerRange.of_format(*_TYPES[kind])


def qonnx_range(node: Node, bits: Floats) -> IntegerRange:
    """The integers of a Quant of so many bits.

    Raises
    ------
    ValueError
        The bits are no single whole number of up to 24.
    """
    if bits.size != 1 or not 1 <= float(bits.flat[0]) <= _MOST_BITS or float(bits.flat[0]) % 1:
        shown = f"{float(bits.flat[0]):g}" if bits.size == 1 else f"of shape {bits.shape}"
        raise ValueError(f"its bit width is {shown}: one whole number up to {_MOST_BITS} is supported")
    width = int(bits.flat[0])
    narrow = int(bool(node.attributes.get("narrow", 0)))
    if node.attributes.get("signed", 1):
        return IntegerRange(-(1 << (width - 1)) + narrow, (1 << (width - 1)) - 1)
    return IntegerRange(0, (1 << width) - 1 - narrow)


def qonnx_rounding(node: Node, default: str = "ROUND") -> Rounding:
    """How a node rounds.

    Raises
    ------
    ValueError
        Its rounding mode is unknown.
    """
    word = str(node.attributes.get("rounding_mode", default)).upper()
    if word not in _ROUNDINGS:
        raise ValueError(f"its rounding mode is {word[:20]!r}: known are {', '.join(_ROUNDINGS)}")
    return _ROUNDINGS[word]
