"""Features that are chosen, scaled and shifted ones of an earlier tensor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.model.activation import Floats

__all__ = ["View"]


@dataclass(frozen=True, eq=False)
class View:
    """``v_j = slope_j · u[order_j] + offset_j`` of a tensor u.

    Parameters
    ----------
    features : int
        Of u.
    order : int64 array of shape (n,)
    slope, offset : float64 arrays of shape (n,)
    """

    features: int
    order: Integers
    slope: Floats
    offset: Floats

    @classmethod
    def whole(cls, features: int) -> View:
        """u itself."""
        return cls(features, np.arange(features), np.ones(features), np.zeros(features))

    def __len__(self) -> int:
        return len(self.order)

    @property
    def scales(self) -> bool:
        """Whether a value differs from what it is of u."""
        return bool((self.slope != 1).any() or self.offset.any())

    @property
    def plain(self) -> bool:
        """Whether it is u itself."""
        return len(self) == self.features and bool((self.order == np.arange(len(self))).all()) and not self.scales

    @property
    def distinct(self) -> bool:
        """Whether no feature of u is there twice."""
        return len(np.unique(self.order)) == len(self)

    @property
    def permutes(self) -> bool:
        """Whether every feature of u is there exactly once."""
        return len(self) == self.features and self.distinct

    def affine(self, slope: Floats, offset: Floats) -> View:
        """Scaled and shifted once more."""
        return replace(self, slope=self.slope * slope, offset=self.offset * slope + offset)

    def chosen(self, order: Integers) -> View:
        """Some of its values.

        Raises
        ------
        ValueError
            There are fewer.
        """
        if order.max() >= len(self):
            raise ValueError(f"it takes feature {int(order.max())} of {len(self)}")
        return replace(self, order=self.order[order], slope=self.slope[order], offset=self.offset[order])

    def behind(self, weights: Floats, bias: Floats) -> tuple[Floats, Floats]:
        """Weights and biases over u of a linear operator that takes this view."""
        own: Floats = np.zeros((self.features, weights.shape[1]))
        scaled = weights if (self.slope == 1).all() else weights * self.slope[:, np.newaxis]
        if self.permutes:
            own[self.order] = scaled
        else:
            np.add.at(own, self.order, scaled)
        return own, bias + self.offset @ weights if self.offset.any() else bias

    def matrix(self) -> tuple[Floats, Floats]:
        """The view as a linear operator of its own: weights (features, n) and biases (n,)."""
        weights: Floats = np.zeros((self.features, len(self)))
        weights[self.order, np.arange(len(self))] = self.slope
        return weights, self.offset
