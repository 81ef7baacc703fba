"""An integer network as the float32 network that does the same work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
import numpy.typing as npt

from quantnn.errors import InputError
from quantnn.model.activation import FloatActivation, Floats
from quantnn.model.network import FloatNetwork
from quantnn.network.layers import Dense, Layer, Rescale
from quantnn.network.network import IntegerNetwork
from quantnn.network.table import Table

__all__ = ["Float32", "FloatForm", "FloatStep", "dequantize", "factors", "float_form", "forward"]

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class _Curve:
    """An activation that saturates at 1, and as far on the other side of its middle."""

    middle: float
    inverse: Callable[[Floats], Floats]


_CURVES = {"sigmoid": _Curve(0.5, lambda p: np.log(p / (1 - p))), "tanh": _Curve(0.0, np.arctanh)}
_FEW_BITS = 4
"""Of a hidden output: up to so many, saturation is part of what was trained."""

_STEEP = 0.9
"""Share of an activation's range, around its middle, in which its table is inverted."""


@dataclass(frozen=True, eq=False)
class FloatStep:
    """``y = activation(x @ weights + bias)``.

    Parameters
    ----------
    weights : float32 array of shape (in_features, out_features) or (out_features,)
        In the second case, ``x * weights`` stands for the product.
    bias : float32 array of shape (out_features,)
    activation : FloatActivation
    """

    weights: Float32
    bias: Float32
    activation: FloatActivation

    @property
    def in_features(self) -> int:
        return len(self.weights)


@dataclass(frozen=True, eq=False)
class FloatForm:
    """A float32 network that takes raw inputs.

    Parameters
    ----------
    steps : tuple of FloatStep
        One per layer.
    classify : bool
        Whether the answer is a class, as an :class:`~quantnn.network.network.IntegerNetwork` has it.
    """

    steps: tuple[FloatStep, ...]
    classify: bool

    @property
    def in_features(self) -> int:
        return self.steps[0].in_features

    @property
    def out_features(self) -> int:
        return len(self.steps[-1].bias)

    @property
    def macs(self) -> int:
        """Multiplications per sample."""
        return sum(step.weights.size for step in self.steps)


def float_form(network: FloatNetwork) -> FloatForm:
    """A float network with its input scaling in the first layer's weights."""
    steps: list[FloatStep] = []
    slope, offset = network.scaling.slope, network.scaling.offset
    for layer in network.layers:
        weights, bias = layer.weights, layer.bias
        if not steps:
            bias = bias + np.broadcast_to(offset, len(weights)) @ weights
            weights = np.broadcast_to(slope, len(weights))[:, np.newaxis] * weights
        activation = FloatActivation.named(layer.activation)
        steps.append(FloatStep(weights.astype(np.float32), bias.astype(np.float32), activation))
    return FloatForm(tuple(steps), network.decision != "none")


def dequantize(network: IntegerNetwork) -> FloatForm:
    """One step per layer, from what its integers stand for. The first takes the raw inputs.

    Rounding is left out, and saturation where an output has more than a few bits, so the answers are not always those
    of the integers.

    Raises
    ------
    InputError
        A layer's table is that of no known activation.
    """
    steps: list[FloatStep] = []
    scale: float | Floats = 1.0
    for number, layer in enumerate(network.layers):
        activation, unit = _activation(layer, number, number == len(network.layers) - 1)
        gain = np.array(layer.requantizer.multipliers) * 2.0 ** -np.array(layer.requantizer.shifts) * unit
        own = factors(layer)
        held = np.reshape(scale, (-1, 1)) if own.ndim == 2 else scale
        weights = (own * (gain / held)).astype(np.float32)
        steps.append(FloatStep(weights, (layer.bias * gain).astype(np.float32), activation))
        scale = layer.scale
    return FloatForm(tuple(steps), network.classify)


@singledispatch
def factors(layer: Layer) -> Floats:
    """What a layer multiplies its inputs with, of the shape that :class:`FloatStep` has.

    A new layer type registers its own function here.
    """
    raise TypeError(f"There is no float form of a {layer.kind} layer")


@factors.register
def _(layer: Dense) -> Floats:
    return layer.weights.astype(np.float64)


@factors.register
def _(layer: Rescale) -> Floats:
    return np.ones(layer.out_features)


def forward(steps: Sequence[FloatStep], samples: Float32) -> Float32:
    """Outputs of the last step for samples of shape (n, in_features)."""
    values = samples
    for step in steps:
        values = values @ step.weights if step.weights.ndim == 2 else values * step.weights
        values += step.bias
        values = step.activation.function(values)  # type: ignore[arg-type, assignment]  # which keeps the type
    return values


def _activation(layer: Layer, number: int, last: bool) -> tuple[FloatActivation, float | Floats]:
    """The function behind a layer's accumulators, and the real value of 1 that comes out of its requantizer."""
    if layer.table is not None:
        return _tabulated(layer, layer.table, number)
    requantizer = layer.requantizer
    pairs = zip(requantizer.negative_multipliers, requantizer.multipliers, strict=True)
    slope = max((n / m for n, m in pairs if m), default=1.0)
    few = not last and layer.output.width <= _FEW_BITS
    if FloatActivation.named(layer.activation).kind == "clip" or (few and slope in (0, 1)):
        lo, hi = (end * float(np.max(layer.scale)) for end in (layer.output.lo, layer.output.hi))
        return FloatActivation("clip", lo=lo, hi=hi), layer.scale
    if slope == 0 or layer.output.lo >= 0:
        return FloatActivation("relu"), layer.scale
    return FloatActivation("leaky_relu", slope) if slope < 1 else FloatActivation("linear"), layer.scale


def _tabulated(layer: Layer, table: Table, number: int) -> tuple[FloatActivation, float]:
    """The same of a layer with a table; what an index stands for is fitted to the table where that is steep."""
    curve = _CURVES.get(layer.activation)
    if curve is None:
        known = " or ".join(_CURVES)
        raise InputError(f"layer {number}: the table of a float network must be {known}, not {layer.activation!r}")
    values = np.array(table.values) * layer.scale
    steep = np.abs(values - curve.middle) < _STEEP * (1 - curve.middle)
    indices = np.arange(table.index.lo, table.index.hi + 1)[steep]
    unit = float(indices @ curve.inverse(values[steep])) / max(1, int(indices @ indices))
    if not unit > 0:
        raise InputError(f"layer {number}: its table is not {layer.activation}, as its name says: export again")
    return FloatActivation(layer.activation), unit
