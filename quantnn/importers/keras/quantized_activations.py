"""What QKeras' quantizers do to a tensor."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from quantnn.importers.keras.activations import activated, clip, leaky
from quantnn.importers.keras.layer import Layer
from quantnn.importers.keras.quantizer import Quantizer
from quantnn.importers.operators.operator import Affine, Operator, Quantize, Sign
from quantnn.importers.operators.rounding import Rounding

__all__ = ["quantized_activation"]

_RAMPS: Mapping[str, tuple[float, float, float, float]] = {
    "hard_sigmoid": (0.5, 0.5, 0.0, 1.0),
    "smooth_sigmoid": (0.1875, 0.5, 0.0, 1.0),
    "hard_tanh": (1.0, 0.0, -1.0, 1.0),
    "smooth_tanh": (0.375, 0.0, -1.0, 1.0),
}
"""Functions that QKeras computes otherwise than Keras does: slope, offset, and between what they are clipped."""


def quantized_activation(layer: Layer) -> list[Operator]:
    """The operators for the activation of a layer of QKeras: a quantizer, or a function of QKeras or Keras.

    Raises
    ------
    ValueError
        It cannot be had.
    """
    value = layer.config.get("activation")
    quantizer = Quantizer.parsed(value)
    if quantizer is not None:
        if quantizer.kind not in _OF_TENSORS:
            raise ValueError(
                f"its {quantizer.kind} gives no evenly spaced values: use quantized_relu or quantized_bits"
            )
        return _OF_TENSORS[quantizer.kind](layer, quantizer)
    name = value.get("config") if isinstance(value, dict) else value
    if isinstance(name, str) and name in _RAMPS:
        slope, offset, low, high = _RAMPS[name]
        return [Affine(layer.name, layer.kind, np.array(slope), np.array(offset)), clip(layer, low, high)]
    return activated(layer)


def _bits(layer: Layer, quantizer: Quantizer) -> list[Operator]:
    alpha = _alpha(quantizer)
    bits, negative = quantizer.integer("bits", 8, 1), quantizer.flag("keep_negative", True)
    unit, unsigned = 2.0 ** quantizer.integer("integer", 0, -32), bits - negative
    if unsigned == 0:
        return [Sign(layer.name, layer.kind, scale=alpha)]
    size = 1 << unsigned
    lo = (-size + quantizer.flag("symmetric")) if negative else 0
    return [_quantize(layer, unit / size, lo, size - 1), *_times(layer, alpha)]


def _relu(layer: Layer, quantizer: Quantizer) -> list[Operator]:
    if quantizer.flag("use_sigmoid") or not quantizer.flag("is_quantized_clip", True):
        raise ValueError("its quantized_relu must have use_sigmoid 0 and is_quantized_clip 1")
    slope = quantizer.number("negative_slope") or 0.0
    size = 1 << (quantizer.integer("bits", 8, 1) - (slope != 0))
    least = -slope * size
    if not 0 <= slope < 1 or not least.is_integer():
        raise ValueError(f"its negative_slope, {slope}, must be a power of two that the bits can express")
    unit = 2.0 ** quantizer.integer("integer", 0, -32)
    return [leaky(layer, slope), _quantize(layer, unit / size, int(least), size - 1)]


def _binary(layer: Layer, quantizer: Quantizer) -> list[Operator]:
    alpha = _alpha(quantizer)
    if quantizer.flag("use_01"):
        half = np.array(alpha / 2)
        return [
            Sign(layer.name, layer.kind, scale=alpha / 2),
            Affine(layer.name, layer.kind, np.array(1.0), half),
        ]
    return [Sign(layer.name, layer.kind, scale=alpha)]


def _ternary(layer: Layer, quantizer: Quantizer) -> list[Operator]:
    alpha, threshold = _alpha(quantizer), quantizer.number("threshold")
    least = 0.33 if threshold is None else threshold
    if least <= 0:
        raise ValueError(f"its threshold must exceed 0, not be {least}")
    # in steps of twice the threshold it is 1 from a half on; ties away from zero are its own "≥"
    steps = _quantize(layer, 1.0, -1, 1, Rounding.HALF_AWAY)
    return [*_times(layer, 1 / (2 * least)), steps, *_times(layer, alpha)]


def _alpha(quantizer: Quantizer) -> float:
    if quantizer.automatic:
        raise ValueError(f"its {quantizer.kind} must state alpha as a number: what it is follows from each batch")
    alpha = quantizer.number("alpha")
    if alpha is not None and alpha <= 0:
        raise ValueError(f"its {quantizer.kind} must have an alpha that exceeds 0, not {alpha}")
    return 1.0 if alpha is None else alpha


def _times(layer: Layer, factor: float) -> list[Operator]:
    return [] if factor == 1 else [Affine(layer.name, layer.kind, np.array(factor), np.array(0.0))]


def _quantize(layer: Layer, scale: float, lo: int, hi: int, rounding: Rounding = Rounding.HALF_EVEN) -> Operator:
    return Quantize(layer.name, layer.kind, scale=scale, zero=0, lo=lo, hi=hi, rounding=rounding)


_OF_TENSORS: Mapping[str, Callable[[Layer, Quantizer], list[Operator]]] = {
    "quantized_bits": _bits,
    "quantized_relu": _relu,
    "binary": _binary,
    "ternary": _ternary,
}
