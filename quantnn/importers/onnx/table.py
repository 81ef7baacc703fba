"""Every operator that is known, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from quantnn.importers.format import Support
from quantnn.importers.onnx.call import Call, Value
from quantnn.importers.onnx.handlers import (
    activations,
    affine,
    ends,
    layout,
    linear,
    machine_learning,
    pair,
    qonnx,
    quantized,
)
from quantnn.importers.onnx.quantizer_domains import QONNX_DOMAINS

__all__ = ["HANDLERS", "REFUSED", "SUPPORT", "Handled"]


@dataclass(frozen=True)
class Handled:
    """An operator that is read.

    Parameters
    ----------
    read : function
        Adds to the call's chain, and gives what the node makes: one value per output, as far as these can be used.
        Raises Refusal, which the walk completes with file, node and shapes.
    remark : str
        The conditions, for the table of docs/formats.md.
    verdict : str
        As :class:`~quantnn.importers.format.Support` has it.
    """

    read: Callable[[Call], tuple[Value, ...]]
    remark: str = ""
    verdict: Literal["exact", "approximate"] = "exact"


_STEPS = "exact, or by the difference that is stated"
_ML = "ai.onnx.ml"
_MS = "com.microsoft"

_QUANTIZED: Mapping[tuple[str, str], Handled] = {
    **{
        (domain, name): handled
        for domain in ("", _MS)
        for name, handled in {
            "QuantizeLinear": Handled(quantized.quantize_linear, _STEPS, "approximate"),
            "DequantizeLinear": Handled(quantized.dequantize_linear, "its integers are kept"),
        }.items()
    },
    ("", "QLinearMatMul"): Handled(quantized.qlinear_matmul, f"the second matrix is constant; {_STEPS}", "approximate"),
    ("", "MatMulInteger"): Handled(quantized.matmul_integer, "the second matrix is constant"),
    (_MS, "QGemm"): Handled(quantized.qgemm, f"the second matrix is constant; {_STEPS}", "approximate"),
    (_MS, "QLinearAdd"): Handled(quantized.qlinear_add, f"one of the two is constant; {_STEPS}", "approximate"),
    (_MS, "QLinearSigmoid"): Handled(quantized.qlinear_sigmoid, "a table"),
    (_MS, "QLinearSoftmax"): Handled(quantized.qlinear_softmax, "at the end"),
    (_MS, "QLinearLeakyRelu"): Handled(quantized.qlinear_leaky_relu, "a table; a slope in 0..1"),
    **{
        (domain, name): handled
        for domain in QONNX_DOMAINS
        for name, handled in {
            "Quant": Handled(qonnx.quant, f"one scale for all activations; {_STEPS}", "approximate"),
            "IntQuant": Handled(qonnx.quant, f"one scale for all activations; {_STEPS}", "approximate"),
            "BipolarQuant": Handled(qonnx.bipolar_quant, "one scale for all activations"),
            "Trunc": Handled(qonnx.trunc, f"the scale stays; {_STEPS}", "approximate"),
        }.items()
    },
}

HANDLERS: Mapping[tuple[str, str], Handled] = {
    ("", "Gemm"): Handled(linear.gemm, "one of A and B is constant"),
    ("", "MatMul"): Handled(linear.matmul, "one of the two is constant, a matrix or a vector"),
    ("", "Add"): Handled(affine.add, "one of the two is constant"),
    ("", "Sub"): Handled(affine.subtract, "one of the two is constant"),
    ("", "Mul"): Handled(affine.multiply, "one of the two is constant"),
    ("", "Div"): Handled(affine.divide, "by a constant"),
    ("", "Neg"): Handled(affine.negate),
    ("", "Sum"): Handled(affine.add, "of one tensor and constants"),
    ("", "BatchNormalization"): Handled(affine.batch_normalization, "at inference; folded"),
    ("", "Relu"): Handled(activations.relu),
    ("", "LeakyRelu"): Handled(activations.leaky_relu, "a slope in 0..1"),
    ("", "PRelu"): Handled(activations.prelu, "one slope in 0..1 for all features"),
    ("", "Sigmoid"): Handled(activations.sigmoid),
    ("", "Tanh"): Handled(activations.tanh),
    ("", "Clip"): Handled(quantized.clip, "constant bounds"),
    ("", "Max"): Handled(activations.maximum, "of one tensor and a number"),
    ("", "Min"): Handled(activations.minimum, "of one tensor and a number"),
    ("", "HardSigmoid"): Handled(activations.hard_sigmoid),
    ("", "Softmax"): Handled(ends.softmax, "at the end, over all outputs; left to the host"),
    ("", "LogSoftmax"): Handled(ends.softmax, "at the end, over all outputs; left to the host"),
    ("", "ArgMax"): Handled(ends.argmax, "at the end, over all outputs, the first of equals"),
    ("", "Identity"): Handled(layout.rearranged),
    ("", "Flatten"): Handled(layout.rearranged),
    ("", "Reshape"): Handled(layout.reshape),
    ("", "Squeeze"): Handled(layout.rearranged),
    ("", "Unsqueeze"): Handled(layout.rearranged),
    ("", "Transpose"): Handled(layout.rearranged),
    ("", "Slice"): Handled(layout.rearranged),
    ("", "Gather"): Handled(layout.rearranged, "constant indices"),
    ("", "Split"): Handled(layout.rearranged),
    ("", "Concat"): Handled(pair.concat, "of pieces of one tensor; or of one output and its opposite"),
    ("", "Expand"): Handled(layout.rearranged),
    ("", "Tile"): Handled(layout.rearranged),
    ("", "Shape"): Handled(layout.measured),
    ("", "Size"): Handled(layout.measured),
    ("", "Dropout"): Handled(layout.dropout, "as at inference"),
    ("", "CastLike"): Handled(layout.cast_like, "of constants, or of floats to floats"),
    ("", "Cast"): Handled(quantized.cast, "to floats; to integers behind an ArgMax"),
    (_ML, "Scaler"): Handled(machine_learning.scaler),
    (_ML, "LinearRegressor"): Handled(machine_learning.linear_regressor, "without a transformation of its outputs"),
    (_ML, "LinearClassifier"): Handled(machine_learning.linear_classifier, "a score per class"),
    (_ML, "Normalizer"): Handled(
        machine_learning.normalizer, "behind the scores of a classifier, where it decides nothing"
    ),
    (_ML, "ZipMap"): Handled(layout.passed, "its names are those of the classes"),
    (_ML, "ArrayFeatureExtractor"): Handled(machine_learning.label, "labels of classes behind an ArgMax"),
    **_QUANTIZED,
}
"""By domain, empty for ONNX's own, and operator."""

_REASONS = (
    (
        "a convolution is coming with the convolution engine; until then dense layers only",
        "Conv ConvTranspose ConvInteger QLinearConv com.microsoft.NhwcConv",
    ),
    (
        "pooling is coming with the convolution engine; until then dense layers only",
        "MaxPool AveragePool GlobalAveragePool GlobalMaxPool",
    ),
    ("a recurrent layer keeps a state, and the core has none: use dense layers", "LSTM GRU RNN"),
    ("attention multiplies two tensors that depend on the input: use dense layers", "Attention Einsum"),
    (
        "it is another function: train with Relu, LeakyRelu, Clip, Sigmoid or Tanh",
        "Elu Selu Celu Gelu Softplus Softsign Mish HardSwish ThresholdedRelu Exp Erf Log Sqrt Pow Abs Sin Cos Sign",
    ),
    (
        "its divisor depends on the input: use BatchNormalization",
        "LayerNormalization InstanceNormalization LpNormalization",
    ),
    (
        "its scales are computed from each sample, and hardware has fixed ones: quantize statically, with calibration"
        " samples, as onnxruntime's quantize_static does",
        "DynamicQuantizeLinear com.microsoft.DynamicQuantizeMatMul com.microsoft.MatMulIntegerToFloat",
    ),
    (
        "its output is no quantizer's: export the network with Quant, or with QuantizeLinear and DequantizeLinear",
        "qonnx.custom_op.general.MultiThreshold",
    ),
    (
        "floats of few bits are no integers: quantize with Quant",
        "qonnx.custom_op.general.FloatQuant onnx.brevitas.FloatQuant",
    ),
    ("control flow has no hardware: export a chain", "If Loop Scan"),
    (
        "it is no chain of dense layers: train a network, or a linear model",
        "ai.onnx.ml.TreeEnsembleClassifier ai.onnx.ml.TreeEnsembleRegressor ai.onnx.ml.SVMClassifier"
        " ai.onnx.ml.SVMRegressor",
    ),
)

REFUSED: Mapping[tuple[str, str], str] = {
    (domain, name): why
    for why, names in _REASONS
    for domain, _, name in (full.rpartition(".") for full in names.split())
}
"""Those that people will meet, and why they cannot be had."""

SUPPORT: tuple[Support, ...] = (
    *(
        Support(f"{domain}.{name}".lstrip("."), entry.verdict, entry.remark)
        for (domain, name), entry in HANDLERS.items()
    ),
    *(Support(f"{domain}.{name}".lstrip("."), "refused", why) for (domain, name), why in REFUSED.items()),
)
"""The same two tables for the documentation."""
