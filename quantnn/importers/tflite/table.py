"""Every operator that is known, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quantnn.importers.format import Support
from quantnn.importers.operators.operator import Operator
from quantnn.importers.tflite.activations import activation, arg_max, bounded, leaky_relu, prelu, softmax
from quantnn.importers.tflite.affine import affine
from quantnn.importers.tflite.call import Call
from quantnn.importers.tflite.dense import batch_matmul, fully_connected
from quantnn.importers.tflite.layout import cast, reshape, transpose
from quantnn.importers.tflite.quantized import dequantize, function, quantize, rectified
from quantnn.importers.tflite.quantized import fully_connected as integer_fully_connected

__all__ = ["DECISIVE", "HANDLERS", "MOVING", "QUANTIZED", "REFUSED", "SUPPORT", "Handled"]


@dataclass(frozen=True)
class Handled:
    """An operator that is read.

    Parameters
    ----------
    read : function
        What it becomes; raises ValueError, which the walk completes with file, node and shapes.
    remark : str
        The conditions, for the table of docs/formats.md.
    """

    read: Callable[[Call], list[Operator]]
    remark: str = ""


_RECTIFIERS = ("RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "LEAKY_RELU")
_FUNCTIONS = ("LOGISTIC", "TANH")
HANDLERS: Mapping[str, Handled] = MappingProxyType(
    {
        "FULLY_CONNECTED": Handled(fully_connected, "constant weights, any fused activation but sign_bit"),
        "BATCH_MATMUL": Handled(batch_matmul, "with one constant matrix on the right"),
        "ADD": Handled(affine, "of a constant"),
        "SUB": Handled(affine, "of or from a constant"),
        "MUL": Handled(affine, "with a constant"),
        "DIV": Handled(affine, "by a constant"),
        "RELU": Handled(activation),
        "RELU6": Handled(activation),
        "RELU_N1_TO_1": Handled(activation),
        "RELU_0_TO_1": Handled(activation),
        "MAXIMUM": Handled(bounded, "of features and a number"),
        "MINIMUM": Handled(bounded, "of features and a number"),
        "LEAKY_RELU": Handled(leaky_relu, "a slope in 0..1"),
        "PRELU": Handled(prelu, "one slope in 0..1 for all features"),
        "LOGISTIC": Handled(activation),
        "TANH": Handled(activation),
        "SOFTMAX": Handled(softmax, "at the end, over all outputs; left to the host"),
        "LOG_SOFTMAX": Handled(activation, "at the end, over all outputs; left to the host"),
        "ARG_MAX": Handled(arg_max, "at the end, over all outputs"),
        "RESHAPE": Handled(reshape, "within a sample"),
        "SQUEEZE": Handled(reshape, "within a sample"),
        "EXPAND_DIMS": Handled(reshape, "within a sample"),
        "TRANSPOSE": Handled(transpose, "within a sample"),
        "CAST": Handled(cast, "to floats, or of integers"),
    }
)
"""Operators of the sample's tensor, where that holds floats."""

MOVING = ("RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE")
"""Operators that move integers, too."""
QUANTIZED: Mapping[str, Handled] = MappingProxyType(
    {
        "FULLY_CONNECTED": Handled(
            integer_fully_connected,
            "int8 with one scale or one per channel, uint8, and int8 behind int16; the report states the largest"
            " difference to the kernels",
        ),
        "QUANTIZE": Handled(quantize, "of floats at the input, on the host; of integers a table"),
        "DEQUANTIZE": Handled(dequantize, "at the output: values have a scale"),
        **{kind: Handled(rectified, "a table by its definition; kernels may be a step off") for kind in _RECTIFIERS},
        **{
            kind: Handled(function, "a table; kernels of int16, and for microcontrollers, may be two steps off")
            for kind in _FUNCTIONS
        },
        "SOFTMAX": Handled(softmax, "at the end; left to the host, and so are ties that its 8 bits make"),
        "LOG_SOFTMAX": Handled(activation, "at the end; left to the host"),
        "ARG_MAX": Handled(arg_max, "at the end, over all outputs"),
        **{kind: HANDLERS[kind] for kind in MOVING},
    }
)
"""The same where it holds integers that stand for floats, or comes to."""

_CONVOLUTION = "is coming with the convolution engine; only dense layers can be had"
_LATER = "is coming with the convolution engine; a chain of dense layers has none"
_RECURRENT = "a network has no state between samples: use dense layers over a window of the signal"
_OTHER = "is another function: train with relu, relu6, leaky relu, sigmoid or tanh"
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "CONV_2D",
                "DEPTHWISE_CONV_2D",
                "TRANSPOSE_CONV",
                "CONV_3D",
                "MAX_POOL_2D",
                "AVERAGE_POOL_2D",
            ),
            _CONVOLUTION,
        ),
        **dict.fromkeys(("MEAN", "PAD", "PADV2", "CONCATENATION"), _LATER),
        **dict.fromkeys(
            (
                "LSTM",
                "RNN",
                "SVDF",
                "UNIDIRECTIONAL_SEQUENCE_LSTM",
                "UNIDIRECTIONAL_SEQUENCE_RNN",
                "BIDIRECTIONAL_SEQUENCE_LSTM",
                "BIDIRECTIONAL_SEQUENCE_RNN",
                "WHILE",
                "UNPACK",
            ),
            _RECURRENT,
        ),
        **dict.fromkeys(("ELU", "GELU", "HARD_SWISH", "EXP", "SQRT", "RSQRT"), _OTHER),
        **dict.fromkeys(
            ("SLICE", "STRIDED_SLICE", "GATHER", "SPLIT", "PACK"), "choose and join features before the network"
        ),
        "EMBEDDING_LOOKUP": "indices are no numbers: encode them before the data reach the network",
    }
)
"""Operators that people have and cannot bring, and why."""

DECISIVE = tuple(kind for kind, reason in REFUSED.items() if reason in (_CONVOLUTION, _RECURRENT))
"""Those that are why a file cannot be had, whatever else stands in it."""

_EXACT = ("QUANTIZE", "DEQUANTIZE", *_FUNCTIONS, "ARG_MAX", "SOFTMAX", "LOG_SOFTMAX", *MOVING)

SUPPORT = (
    *(Support(kind, "exact", handled.remark) for kind, handled in HANDLERS.items()),
    Support("DEQUANTIZE", "exact", "of constant weights, as float16 ones"),
    Support("FULLY_CONNECTED with int8 weights and float inputs", "approximate", "the kernel rounds the inputs, too"),
    *(
        Support(f"{kind} of integers", "exact" if kind in _EXACT else "approximate", handled.remark)
        for kind, handled in QUANTIZED.items()
    ),
    *(Support(kind, "refused", reason) for kind, reason in REFUSED.items()),
    Support("custom operators", "refused", "nobody but their author knows what they do"),
)
