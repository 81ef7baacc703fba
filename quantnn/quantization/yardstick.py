"""How good a quantized network's answers are, as one number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.model.activation import Floats
from quantnn.model.network import FloatNetwork
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import decide, evaluate

__all__ = ["Measure", "Yardstick"]

Measure = Literal["accuracy", "agreement", "fidelity"]
"""The share of samples that get their label; of those that get the float network's class; or, of a network that gives
values, what of their variance is not noise."""


@dataclass(frozen=True, eq=False)
class Yardstick:
    """Samples, and what is wanted of their answers.

    Parameters
    ----------
    samples : int64 array of shape (n, in_features)
        Raw inputs.
    measure : Measure
    wanted : int64 array of shape (n,), or float64 array of shape (n, out_features)
        Classes, or values.
    reference : float
        What the float network reaches.
    """

    samples: Integers
    measure: Measure
    wanted: Integers | Floats
    reference: float = 1.0

    @classmethod
    def of(cls, network: FloatNetwork, samples: Integers, labels: Integers | None = None) -> Self:
        """By the labels of the samples, int64 of shape (n,), if there are any; else by the float network's answers."""
        logits = network.logits(samples)
        if network.decision == "none":
            return cls(samples, "fidelity", logits)
        classes = decide(logits)
        if labels is None:
            return cls(samples, "agreement", classes)
        return cls(samples, "accuracy", labels, float((classes == labels).mean()))

    def __call__(self, network: IntegerNetwork) -> float:
        """What a quantized network reaches: 1 at best."""
        found = evaluate(network, self.samples, hidden=False)
        if found.classes is not None:
            return float(np.equal(found.classes, self.wanted).mean())
        noise = np.square(found.logits * np.asarray(network.layers[-1].scale) - self.wanted).mean(axis=0)
        variance = self.wanted.var(axis=0)
        varies = variance > 0
        return float(1 - (noise[varies] / variance[varies]).mean()) if varies.any() else 1.0
