"""Per-feature input requantizer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from quantnn.arithmetic import Box, Integers
from quantnn.network.layers.base import Layer

__all__ = ["Rescale"]


@dataclass(frozen=True, eq=False)
class Rescale(Layer):
    """``acc_j = x_j + bias_j``, requantized: a normalisation with its own mean and deviation per feature.

    With ``o_j = -bias_j`` this is ``y_j = saturate(((x_j - o_j)·m_j + r_j) >> s_j)``.
    """

    kind: ClassVar[str] = "rescale"

    @property
    def in_features(self) -> int:
        return self.out_features

    @property
    def macs(self) -> int:
        return self.out_features

    def accumulator_box(self, inputs: Box) -> Box:
        if np.abs(self.bias.astype(np.float64)).max() >= 2.0**62:
            raise OverflowError("accumulators take 64 bits")
        return Box(inputs.lo + self.bias, inputs.hi + self.bias)

    def arrays(self) -> dict[str, Integers]:
        return {"bias": self.bias}

    @classmethod
    def from_saved(cls, arrays: dict[str, Integers], common: dict[str, Any], extra: dict[str, Any]) -> Self:
        return cls(arrays["bias"], **common)
