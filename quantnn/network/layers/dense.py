"""Fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.network.layers.base import Box, Layer, frozen_integers

__all__ = ["Dense"]


@dataclass(frozen=True, eq=False)
class Dense(Layer):
    """``acc_j = bias_j + Σ_i x_i · weights[i, j]``, requantized.

    Parameters
    ----------
    weights : int64 array of shape (in_features, out_features)
        Every value lies in ``weight_range``.
    weight_range : IntegerRange
        The format of a weight; symmetric unless an imported network says otherwise.
    """

    kind: ClassVar[str] = "dense"

    weights: Integers = field(kw_only=True)
    weight_range: IntegerRange = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "weights", frozen_integers(self.weights, 2, "weights"))
        if self.weights.shape[1] != self.out_features:
            raise ValueError(
                f"weights of shape {self.weights.shape} must have one column per bias, of which there are"
                f" {self.out_features}"
            )
        spread = IntegerRange.of_array(self.weights)
        if spread.lo not in self.weight_range or spread.hi not in self.weight_range:
            raise ValueError(
                f"weights must lie in {self.weight_range.lo}..{self.weight_range.hi}, not {spread.lo}..{spread.hi}"
            )

    @property
    def in_features(self) -> int:
        return int(self.weights.shape[0])

    @property
    def macs(self) -> int:
        return int(self.weights.size)

    def accumulator_box(self, inputs: Box) -> Box:
        lo = np.array([r.lo for r in inputs], dtype=np.int64)
        hi = np.array([r.hi for r in inputs], dtype=np.int64)
        positive, negative = np.maximum(self.weights, 0), np.minimum(self.weights, 0)
        least = self.bias + lo @ positive + hi @ negative
        greatest = self.bias + hi @ positive + lo @ negative
        return [IntegerRange(int(a), int(b)) for a, b in zip(least, greatest, strict=True)]

    def arrays(self) -> dict[str, Integers]:
        return {"weights": self.weights, "bias": self.bias}

    def extra(self) -> dict[str, Any]:
        return {"weight_range": [self.weight_range.lo, self.weight_range.hi]}

    @classmethod
    def from_saved(cls, arrays: dict[str, Integers], common: dict[str, Any], extra: dict[str, Any]) -> Self:
        return cls(
            arrays["bias"],
            **common,
            weights=arrays["weights"],
            weight_range=IntegerRange(*extra["weight_range"]),
        )
