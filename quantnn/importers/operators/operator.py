"""The operators of a model file, in terms of what they do to one sample's tensor of features."""

from __future__ import annotations

from abc import ABC
from dataclasses import KW_ONLY, dataclass

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.importers.operators.fixed_point import FixedPoint
from quantnn.importers.operators.rounding import Rounding
from quantnn.model.activation import FloatActivation, Floats

__all__ = [
    "Activate", "Affine", "ArgMax", "IntegerLinear", "Keep", "Linear", "Operator", "Quantize", "Reorder", "Sign",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Operator(ABC):
    """One operator of a file. Formats differ in how they write these few, and in nothing else.

    Tensors are one sample's features, flattened in the file's own order (last axis fastest).

    Parameters
    ----------
    name : str
        What the file calls it, for messages: a node's, a layer's or a weight's name.
    kind : str
        What the format calls it: ``Gemm``, ``Dense``, ``Linear``.
    """

    name: str
    kind: str
    _: KW_ONLY

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".rstrip()


@dataclass(frozen=True, eq=False)
class Linear(Operator):
    """``y = x · weights + bias``.

    Parameters
    ----------
    weights : float64 array of shape (in_features, out_features)
    bias : float64 array of shape (out_features,)
    """

    weights: Floats
    bias: Floats

    def __post_init__(self) -> None:
        weights, bias = self.weights, self.bias
        if weights.ndim != 2 or not weights.size or bias.shape != weights.shape[1:]:
            raise ValueError(f"{self} has weights of shape {weights.shape} and a bias of shape {bias.shape}")


@dataclass(frozen=True, eq=False)
class Affine(Operator):
    """``y = x · slope + offset``, feature by feature: a normalization, or a sum or product with a constant.

    Parameters
    ----------
    slope, offset : float64 arrays of shape () or (features,)
    """

    slope: Floats
    offset: Floats


@dataclass(frozen=True, eq=False)
class Activate(Operator):
    """An activation function, element by element; a softmax only where nothing but an ArgMax or a Keep follows."""

    activation: FloatActivation


@dataclass(frozen=True, eq=False)
class Reorder(Operator):
    """``y_j = x[order_j]``: a transposition, a slice, or a choice of features.

    Parameters
    ----------
    order : int64 array of shape (features behind it,)
    """

    order: Integers

    def __post_init__(self) -> None:
        order = np.asarray(self.order)
        if order.ndim != 1 or not order.size or order.dtype.kind != "i" or order.min() < 0:
            raise ValueError(f"{self} must choose at least one feature by its index")


@dataclass(frozen=True, eq=False)
class ArgMax(Operator):
    """The index of the greatest feature, the lowest of equals. Nothing but a Keep follows."""


@dataclass(frozen=True, eq=False)
class Keep(Operator):
    """What changes no feature: a reshape to or from a flat tensor, a dropout at inference, a cast to floats."""


@dataclass(frozen=True, eq=False)
class IntegerLinear(Operator):
    """``y_j = scale_j · Σ_i x_i · integers[i, j] + bias_j``: weights that the file holds as integers.

    Parameters
    ----------
    integers : int64 array of shape (in_features, out_features)
        With their zero points subtracted.
    scale : float64 array of shape () or (out_features,)
        Finite, none of them 0.
    bias : float64 array of shape (out_features,)
    range : IntegerRange
        The format of a weight.
    """

    integers: Integers
    scale: Floats
    bias: Floats
    range: IntegerRange

    def __post_init__(self) -> None:
        shape = self.integers.shape
        if len(shape) != 2 or not self.integers.size or self.integers.dtype.kind != "i":
            raise ValueError(f"{self} must have a matrix of integers, not {self.integers.dtype} of shape {shape}")
        if self.bias.shape != shape[1:] or self.scale.shape not in ((), shape[1:]):
            raise ValueError(
                f"{self} has weights of shape {shape}, a bias of shape {self.bias.shape} and scales of shape"
                f" {self.scale.shape}"
            )
        if not (np.isfinite(self.scale).all() and self.scale.all() and np.isfinite(self.bias).all()):
            raise ValueError(f"{self} must have finite scales that are not 0, and finite biases")
        if IntegerRange.of_array(self.integers).union(self.range) != self.range:
            raise ValueError(f"{self} has weights outside {self.range.lo}..{self.range.hi}")


@dataclass(frozen=True, eq=False)
class Quantize(Operator):
    """``y = (min(max(round(x / scale) + zero, lo), hi) − zero) · scale``: values of a grid, which integers stand for.

    Parameters
    ----------
    scale : float
        Finite, greater than 0.
    zero : int
        The integer that stands for 0.
    lo, hi : int
        The integers there are.
    rounding : Rounding
    fixed : FixedPoint, optional
        Behind a linear operator, how its accumulators are brought to the scale, where not by a division.
    """

    scale: float
    zero: int
    lo: int
    hi: int
    rounding: Rounding = Rounding.HALF_EVEN
    fixed: FixedPoint | None = None

    def __post_init__(self) -> None:
        if not (0 < self.scale < float("inf")):
            raise ValueError(f"{self} must have a scale that exceeds 0 and is finite, not {self.scale:g}")
        if not self.lo < self.hi:
            raise ValueError(f"{self} must have a range of integers, not {self.lo}..{self.hi}")


@dataclass(frozen=True, eq=False)
class Sign(Operator):
    """``y = scale`` where x ≥ 0, else ``−scale``.

    Parameters
    ----------
    scale : float
        Finite, greater than 0.
    """

    scale: float

    def __post_init__(self) -> None:
        if not (0 < self.scale < float("inf")):
            raise ValueError(f"{self} must have a scale that exceeds 0 and is finite, not {self.scale:g}")
