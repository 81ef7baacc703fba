"""Input scaling in integers: folded into the first layer where it is uniform, else a requantizer per feature."""

from __future__ import annotations

import numpy as np

from quantnn.arithmetic import MAX_SHIFT, IntegerRange, Integers, Requantizer
from quantnn.model.activation import Floats
from quantnn.model.input_scaling import InputScaling
from quantnn.network.layers import Rescale
from quantnn.quantization.precision import Precision

__all__ = ["quantize_input"]

_MULTIPLIER_BITS = 8
"""Bits of m. What rounding m loses is given back by the first layer's weights, so few are needed."""


def quantize_input(
    scaling: InputScaling,
    input: IntegerRange,
    in_features: int,
    samples: Integers | None,
    precision: Precision,
    *,
    fold: bool = False,
) -> tuple[Rescale | None, Floats, Floats]:
    """The layer that normalises the inputs, if one is needed, and what its outputs stand for.

    Parameters
    ----------
    fold : bool
        Whether to take even a scaling per feature into the first layer: right where a sensor spreads each feature
        over the same integers.

    Returns
    -------
    layer : Rescale or None
        None for a uniform scaling.
    slope, offset : float64 arrays of shape (in_features,)
        The first dense layer's float input is slope·integer + offset, exactly, but for the rounding and saturation
        of the integer. The next layer takes both into its weights and bias.
    """
    slope = np.broadcast_to(scaling.slope, in_features).astype(np.float64)
    offset = np.broadcast_to(scaling.offset, in_features).astype(np.float64)
    if scaling.uniform or fold:
        return None, slope, offset

    sign, magnitude = np.sign(slope), np.abs(slope)
    origin = np.clip(np.round(-offset / slope), input.lo, input.hi).astype(np.int64)
    output = precision.activations(signed=True)
    ends = np.array([[input.lo], [input.hi]]) if samples is None else samples
    greatest = np.abs((ends - origin) * magnitude).max()
    ratio = magnitude * (output.hi / greatest if greatest > 0 else 1.0)
    shifts = np.floor(np.log2(((1 << _MULTIPLIER_BITS) - 1) / ratio)).astype(np.int64).clip(0, MAX_SHIFT)
    multipliers = np.round(ratio * np.exp2(shifts)).clip(1, (1 << 16) - 1).astype(np.int64)
    layer = Rescale(
        -origin,
        Requantizer.make(
            in_features, output, multiplier=tuple(multipliers.tolist()), shift=tuple(shifts.tolist())
        ),
        activation="input scaling",
    )
    actual = multipliers / np.exp2(shifts)
    return layer, sign * magnitude / actual, slope * origin + offset
