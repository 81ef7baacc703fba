"""Rounding a matrix to integers that are cheap to multiply with and together give nearly the same outputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.model.activation import Floats
from quantnn.quantization.signed_digits import cheapest, digit_counts

__all__ = ["PricedRounding"]

_SWEEPS = 20


@dataclass(frozen=True, eq=False)
class PricedRounding:
    """What integers W, of which each column is on its own, are to minimise: for column j

    ``(W_j − T_j)ᵀ · H_j · (W_j − T_j) + Σ_i price_ij · digits(W_ij)``,

    where digits are the signed powers of two that a weight takes.

    Parameters
    ----------
    targets : float64 array of shape (inputs, outputs)
        T, the real weights in units of an integer one.
    curvatures : float64 array of shape (1 or outputs, inputs, inputs)
        H, symmetric and positive definite: one for all columns, or one for each.
    prices : float64 array of shape (inputs, outputs)
        None below 0.
    greatest : int
        The size that no weight exceeds.
    """

    targets: Floats
    curvatures: Floats
    prices: Floats
    greatest: int

    def objective(self, weights: Integers) -> Floats:
        """What each column of ``weights`` comes to, of shape (outputs,)."""
        errors = (weights - self.targets).T
        losses = np.einsum("ji,ji->j", self._curved(errors), errors)
        return np.asarray(losses + (self.prices * digit_counts(weights)).sum(axis=0))

    def nearest(self) -> Integers:
        """Every weight by itself."""
        return np.clip(np.rint(self.targets), -self.greatest, self.greatest).astype(np.int64)

    def compensated(self) -> Integers:
        """One input after the other, the most important first: each weight as cheap as its error allows if those to
        come make up for it (Frantar et al., GPTQ, 2022, with a price).
        """
        order = np.argsort(-np.einsum("jii->i", self.curvatures), kind="stable")
        factors = np.linalg.cholesky(np.linalg.inv(self.curvatures[:, order][:, :, order])).swapaxes(1, 2)
        wanted, prices = self.targets[order].T.copy(), self.prices[order]
        outputs = len(wanted)
        for place in range(len(order)):
            pivot = np.broadcast_to(factors[:, place, place], outputs)
            chosen = cheapest(wanted[:, place], 1 / np.square(pivot), prices[place], self.greatest)
            error = (wanted[:, place] - chosen) / pivot
            wanted[:, place:] -= error[:, np.newaxis] * factors[:, place, place:]
            wanted[:, place] = chosen
        weights = np.empty_like(wanted)
        weights[:, order] = wanted
        return np.rint(weights.T).astype(np.int64)

    def descended(self, weights: Integers) -> Integers:
        """From ``weights`` on, one weight of each column after the other is chosen anew, as long as that gains."""
        weights = weights.copy()
        active = np.arange(weights.shape[1])
        shared = len(self.curvatures) == 1
        for _ in range(_SWEEPS):
            current = weights[:, active].T
            errors = current - self.targets[:, active].T
            own = self.curvatures if shared else self.curvatures[active]
            changed = np.zeros(len(active), dtype=bool)
            for place in range(len(weights)):
                row = own[:, place]
                slope = errors @ row[0] if shared else np.einsum("ji,ji->j", row, errors)
                curvature = np.broadcast_to(row[:, place], len(active))
                wanted = current[:, place] - slope / curvature
                chosen = cheapest(wanted, curvature, self.prices[place, active], self.greatest)
                moved = chosen != current[:, place]
                errors[:, place] += chosen - current[:, place]
                weights[place, active] = chosen
                changed |= moved
            active = active[changed]
            if not len(active):
                break
        return weights

    def best(self) -> Integers:
        """Integers that no change of a single weight improves much, and never worse than :meth:`nearest`."""
        near, made = self.nearest(), self.compensated()
        return self.descended(np.where(self.objective(made) <= self.objective(near), made, near))

    def _curved(self, errors: Floats) -> Floats:
        """``H_j · e_j`` for errors of shape (outputs, inputs)."""
        if len(self.curvatures) == 1:
            return np.asarray(errors @ self.curvatures[0])
        return np.asarray(np.einsum("jik,jk->ji", self.curvatures, errors))
