"""Weights as QKeras quantizes them: integers, and what one of them stands for.

QKeras keeps float weights and quantizes them each time, in float32; https://github.com/google/qkeras has the formulas,
in qkeras/quantizers.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.importers.keras.quantizer import Quantizer
from quantnn.model.activation import Floats

__all__ = ["Whole", "quantized_kernel", "quantized_values"]

_EPSILON = np.float32(1e-7)
_ROUNDS = 5
_MOST_BITS = 16
_Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Whole:
    """``values = integers · scale``.

    Parameters
    ----------
    integers : int64 array
    scale : float64 array of shape () or (out_features,)
        Finite, none of them 0.
    range : IntegerRange
        What integers there may be.
    """

    integers: Integers
    scale: Floats
    range: IntegerRange

    @property
    def values(self) -> Floats:
        return self.integers * self.scale


def quantized_kernel(quantizer: Quantizer, kernel: Floats) -> Whole:
    """The integers of a dense layer's weights, with a scale per output where the quantizer finds one for each.

    Raises
    ------
    ValueError
        There is no such quantizer for weights, or they take more than 16 bits.
    """
    if quantizer.kind in _WITH_ALPHA and quantizer.arguments.get("alpha") is None:
        quantizer = Quantizer(quantizer.kind, {**quantizer.arguments, "alpha": "auto_po2"})  # as QDense does
    return _quantized(quantizer, kernel)


def quantized_values(quantizer: Quantizer | None, values: Floats) -> Floats:
    """What a quantizer makes of biases and the like; these themselves without one.

    Raises
    ------
    ValueError
        There is no such quantizer for them.
    """
    if quantizer is None:
        return values
    if quantizer.automatic:
        raise ValueError(f"its {quantizer.kind} must state alpha as a number for {values.ndim} axis, not auto")
    return _quantized(quantizer, values).values


def _quantized(quantizer: Quantizer, values: Floats) -> Whole:
    if quantizer.kind not in _OF_WEIGHTS:
        raise ValueError(f"its {quantizer.kind} is for activations, not for weights: train with quantized_bits")
    with np.errstate(all="ignore"):
        found = _OF_WEIGHTS[quantizer.kind](quantizer, np.asarray(values, dtype=np.float32))
    if max(-found.range.lo, found.range.hi) >= 1 << (_MOST_BITS - 1):
        raise ValueError(f"its weights must take at most {_MOST_BITS} bits as integers: use a narrower quantizer")
    return found


def _bits(quantizer: Quantizer, values: _Singles) -> Whole:
    """quantized_bits."""
    bits, negative = quantizer.integer("bits", 8, 1), quantizer.flag("keep_negative", True)
    unit = 2.0 ** quantizer.integer("integer", 0, -32)
    if quantizer.automatic:
        return _bits_automatic(quantizer, values, bits, unit)
    unsigned = bits - negative
    if unsigned == 0:
        return _scaled(_signs(values), _alpha(quantizer), IntegerRange(-1, 1))
    size = 1 << unsigned
    lo = (-size + quantizer.flag("symmetric")) if negative else 0
    integers = np.clip(np.rint(values * np.float32(size / unit)), lo, size - 1)
    return _scaled(integers, _alpha(quantizer) * unit / size, IntegerRange(lo, size - 1))


def _bits_automatic(quantizer: Quantizer, values: _Singles, bits: int, unit: float) -> Whole:
    greatest = (1 << (bits - 1)) - 1
    if not greatest:
        raise ValueError("its quantized_bits of 1 bit must state alpha as a number, or be binary")
    x = values / np.float32(unit)
    scale = np.abs(x).max(axis=0) * np.float32(2) / np.float32(2 * greatest)
    if quantizer.automatic == "auto":
        z = _nearest(x, scale, greatest)
    else:
        scale = _power_of_two(scale)
        for _ in range(_ROUNDS):
            z = _nearest(x, scale, greatest)
            scale = _power_of_two(_least_squares(x, z))
    return _scaled(z, scale.astype(np.float64) * unit, IntegerRange(-greatest, greatest))


def _nearest(x: _Singles, scale: _Singles, greatest: int) -> _Singles:
    steps = np.floor(np.abs(x) / scale + np.float32(0.5))
    return np.asarray(np.sign(x) * np.where(steps < greatest, steps, np.float32(greatest)))


def _least_squares(x: _Singles, z: _Singles) -> _Singles:
    return np.asarray(np.mean(x * z, axis=0) / (np.mean(z * z, axis=0) + _EPSILON))


def _power_of_two(scale: _Singles) -> _Singles:
    exponents = np.rint(np.log(scale + _EPSILON) / np.float32(np.log(2.0)))
    return np.asarray(np.float32(2) ** exponents, dtype=np.float32)


def _binary(quantizer: Quantizer, values: _Singles) -> Whole:
    signs = _signs(values)
    zero_or_one = quantizer.flag("use_01")
    if zero_or_one:
        signs = (signs + np.float32(1)) / np.float32(2)
    return _scaled(signs, _found_scale(quantizer, values, signs), IntegerRange(0 if zero_or_one else -1, 1))


def _ternary(quantizer: Quantizer, values: _Singles) -> Whole:
    if not quantizer.automatic:
        threshold = quantizer.number("threshold")
        least = np.float32(0.33 if threshold is None else threshold)
        return _scaled(np.where(np.abs(values) >= least, np.sign(values), 0), _alpha(quantizer), IntegerRange(-1, 1))
    if quantizer.arguments.get("threshold") is not None:
        raise ValueError("its ternary must have no threshold where alpha is found by itself")
    scale = np.float32(2) * np.abs(values).max(axis=0) / np.float32(3)
    if quantizer.automatic == "auto_po2":
        scale = _power_of_two(scale)
    for _ in range(quantizer.integer("number_of_unrolls", _ROUNDS, 1)):
        near = np.abs(scale * np.rint(values / scale)) >= scale / np.float32(2)
        signs = np.where(near, np.sign(values), np.float32(0))
        scale = np.asarray(_found_scale(quantizer, values, signs), dtype=np.float32)
    return _scaled(signs, scale, IntegerRange(-1, 1))


def _powers(quantizer: Quantizer, values: _Singles) -> Whole:
    """quantized_po2 and quantized_relu_po2: powers of two, in integers where the least of a column is 1."""
    exponents = _exponents(quantizer, np.abs(values))
    signs = _signs(values)
    if quantizer.kind == "quantized_relu_po2":
        if quantizer.number("negative_slope"):
            raise ValueError("its quantized_relu_po2 must have no negative_slope for weights")
        exponents = _exponents(quantizer, np.maximum(values, np.float32(0)))
        signs = np.ones_like(values)
    least, steps = exponents.min(axis=0), exponents - exponents.min(axis=0)
    most = int(steps.max())
    if most >= _MOST_BITS - 1:
        raise ValueError(f"its weights must lie within 2^{_MOST_BITS - 2} of each other, not 2^{most}: use fewer bits")
    return _scaled(signs * 2.0**steps, 2.0 ** least.astype(np.float64), IntegerRange(-(1 << most), 1 << most))


def _exponents(quantizer: Quantizer, sizes: _Singles) -> _Singles:
    bits, most = quantizer.integer("bits", 8, 2), quantizer.number("max_value")
    if quantizer.flag("use_stochastic_rounding"):
        raise ValueError(f"its {quantizer.kind} must not round at random")
    rounding = quantizer.arguments.get("log2_rounding", "rnd")
    if rounding not in ("rnd", "floor"):
        raise ValueError(f"its {quantizer.kind} must have log2_rounding rnd or floor, not {rounding!r:.40}")
    quadratic = quantizer.flag("quadratic_approximation")
    own = bits - (quantizer.kind == "quantized_po2") - (most is None or most > 1)
    lowest, highest = -(2.0**own), 2.0**own - 1
    if quadratic:
        highest = 2 * (highest // 2)
    tiny = sizes < _EPSILON
    x = np.where(tiny, _EPSILON, sizes)
    if most is not None:
        x = np.minimum(x, np.float32(most))
    logarithm = np.log(np.sqrt(x) if quadratic else x) / np.float32(np.log(2.0))
    rounded = np.floor(logarithm) if rounding == "floor" else np.rint(logarithm)
    clipped = np.clip(rounded, lowest, highest) * (2 if quadratic else 1)
    return np.asarray(np.where(tiny, lowest, clipped), dtype=np.float32)


def _signs(values: _Singles) -> _Singles:
    """1 for 0, too."""
    return np.where(values < 0, np.float32(-1), np.float32(1))


def _found_scale(quantizer: Quantizer, values: _Singles, signs: _Singles) -> Floats | _Singles | float:
    if not quantizer.automatic:
        return _alpha(quantizer)
    scale = _least_squares(values, signs)
    return _power_of_two(scale) if quantizer.automatic == "auto_po2" else scale


def _alpha(quantizer: Quantizer) -> float:
    alpha = quantizer.number("alpha")
    return 1.0 if alpha is None else alpha


def _scaled(integers: npt.NDArray[np.floating], scale: object, range: IntegerRange) -> Whole:
    """With what stands for nothing, as 0 · 0, as 0."""
    scales = np.asarray(scale, dtype=np.float64)
    dead = ~np.isfinite(scales) | (scales == 0)
    whole = np.nan_to_num(np.where(dead, 0.0, integers), nan=0.0).astype(np.int64)
    return Whole(whole, np.where(dead, 1.0, scales), range)


_OF_WEIGHTS: Mapping[str, Callable[[Quantizer, _Singles], Whole]] = {
    "quantized_bits": _bits,
    "binary": _binary,
    "ternary": _ternary,
    "quantized_po2": _powers,
    "quantized_relu_po2": _powers,
}
_WITH_ALPHA = ("quantized_bits", "binary", "ternary")
