"""The weights that a layer should have, given the integers in front of it, and what errors of theirs cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from quantnn.model.activation import Floats
from quantnn.model.network import FloatDense
from quantnn.quantization.sensitivity import LayerSensitivity
from quantnn.quantization.weights import QuantizedTensor

__all__ = ["LeastSquares"]

_EVEN = 0.02
"""Of a sample's weight, what every sample has: errors that now matter nowhere would otherwise grow without bound."""
_DAMPING = 0.01
"""Of an input's variance, what holds a weight at its float value."""
_LARGEST = 1 << 21
"""Elements of curvatures that are made one for each output; beyond, all outputs share one."""


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """A layer's weights as a weighted least-squares problem, whose bias follows from the weights.

    Weights w of output j cost ``worth_j · (w − target_j)ᵀ · curvature_j · (w − target_j)`` more than the targets do.

    Parameters
    ----------
    targets : float64 array of shape (in_features, out_features)
        The best real weights for integer inputs.
    curvatures : float64 array of shape (1 or out_features, in_features, in_features)
        Symmetric and positive definite.
    worth : float64 array of shape (out_features,)
        Greater than 0.
    centres : float64 array of shape (1 or out_features, in_features)
        Mean inputs.
    means : float64 array of shape (out_features,)
        Mean accumulators, as floats.
    """

    targets: Floats
    curvatures: Floats
    worth: Floats
    centres: Floats
    means: Floats

    @classmethod
    def of(cls, layer: FloatDense, tensor: QuantizedTensor, sensitivity: LayerSensitivity) -> Self:
        """Fit the float accumulators of a layer to the samples' integers in front of it."""
        assert tensor.samples is not None
        inputs = tensor.samples.astype(np.float64)
        weights = sensitivity.weights + _EVEN * sensitivity.weights.mean(axis=0)
        least = max(1e-6 * float(weights.mean()), np.finfo(np.float64).tiny)
        worth = np.maximum(weights.mean(axis=0), least)
        weights = np.maximum(weights, least / len(weights))
        if layer.in_features**2 * layer.out_features > _LARGEST:
            weights = (weights / weights.sum(axis=0)).mean(axis=1, keepdims=True)
        shares = (weights / weights.sum(axis=0)).T
        held = layer.weights * tensor.slope[:, np.newaxis]
        centres = shares @ inputs
        means = (shares.T * sensitivity.sums).sum(axis=0)
        curvatures = np.empty((len(shares), layer.in_features, layer.in_features))
        sides = np.empty((len(shares), layer.in_features, layer.out_features // len(shares)))
        for number, share in enumerate(shares):
            own = slice(None) if len(shares) == 1 else slice(number, number + 1)
            apart = inputs - centres[number]
            weighted = apart * share[:, np.newaxis]
            curvature = weighted.T @ apart
            damping = _DAMPING * max(float(np.trace(curvature)) / len(curvature), np.finfo(np.float64).tiny)
            curvature[np.diag_indices_from(curvature)] += damping
            curvatures[number] = curvature
            sides[number] = weighted.T @ (sensitivity.sums[:, own] - means[own]) + damping * held[:, own]
        solved: Floats = np.asarray(np.linalg.solve(curvatures, sides), dtype=np.float64)
        targets = solved[0] if len(shares) == 1 else solved[:, :, 0].T
        return cls(targets, curvatures, worth, centres, means)

    def bias(self, weights: Floats) -> Floats:
        """The best bias for weights of shape (in_features, out_features)."""
        if len(self.centres) == 1:
            return np.asarray(self.means - self.centres[0] @ weights)
        return np.asarray(self.means - np.einsum("ji,ij->j", self.centres, weights))
