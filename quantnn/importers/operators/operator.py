"""The operators of a model file, in terms of what they do to one sample's tensor of features."""

from __future__ import annotations

from abc import ABC
from dataclasses import KW_ONLY, dataclass

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.model.activation import FloatActivation, Floats

__all__ = ["Activate", "Affine", "ArgMax", "Keep", "Linear", "Operator", "Reorder"]


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
