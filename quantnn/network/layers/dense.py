"""Fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np

from quantnn.arithmetic import Box, IntegerRange, Integers
from quantnn.network.layers.base import Layer, frozen_integers

__all__ = ["Dense"]

_SURE = 2.0**62


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
        self._check_reach(inputs)
        positive, negative = np.maximum(self.weights, 0), np.minimum(self.weights, 0)
        least = self.bias + inputs.lo @ positive + inputs.hi @ negative
        greatest = self.bias + inputs.hi @ positive + inputs.lo @ negative
        return Box(least, greatest)

    def _check_reach(self, inputs: Box) -> None:
        """Refuse sums that an int64 might not hold, in floats and with the error that these can make.

        Sums that end within an int64 are right even if they wrap on the way.
        """
        weights = self.weights.astype(np.float64)
        reach = np.abs(self.bias.astype(np.float64)) + inputs.magnitudes.astype(np.float64) @ np.abs(weights)
        if reach.max() < _SURE:
            return
        error = reach * (self.in_features + 2) * np.finfo(np.float64).eps
        positive, negative = np.maximum(weights, 0), np.minimum(weights, 0)
        for near, far in ((inputs.lo, inputs.hi), (inputs.hi, inputs.lo)):
            ends = np.abs(self.bias + near.astype(np.float64) @ positive + far.astype(np.float64) @ negative)
            if (ends + error).max() > 1.5 * _SURE:
                raise OverflowError(f"accumulators take about {int(np.log2((ends + error).max())) + 2} bits")

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
