"""How good a quantized network's answers are, and how many of them are expected to change on new samples."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import Literal, Self

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.model.activation import Floats
from quantnn.model.network import FloatNetwork
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import decide, evaluate

__all__ = ["Judgement", "Measure", "Yardstick"]

Measure = Literal["accuracy", "agreement", "fidelity"]
"""The share of samples that get their label; of those that get the float network's class; or, of a network that gives
values, what of their variance is not noise."""
_CLOSE = 0.25
"""Of the median gap between the two greatest logits: a decision this close counts 1/e."""
_CERTAIN = 1.645
"""Standard deviations above which a mean of as many samples lies one time in twenty."""


@dataclass(frozen=True)
class Judgement:
    """How good answers are.

    Parameters
    ----------
    quality : float
        By the yardstick's measure: 1 at best.
    loss : float
        Percentage points that rounding loses. Of classes, the share that is expected to differ from the float network's
        on samples of this kind, at most so large with a certainty of 95 %; or, if that is more, what quality has lost.
        Of values, what of their variance is noise.
    """

    quality: float
    loss: float


@dataclass(frozen=True, eq=False)
class Yardstick:
    """Samples, and what is wanted of their answers.

    Which answers of these very samples change says little where it is a few of some thousand, and nothing where there
    are none. So how often answers change is worked out from how close decisions are and from the noise that rounding
    puts between the logits that they compare. If pairs of logits have gaps with a density of d where they are 0, per
    sample, then normal noise with a deviation of s reverses d·s/√(2π) of them. Gaps are counted up to about a quarter
    of the median one, where there are more than at 0, and not at 0 itself: samples tend to be those that the network
    was trained on, where it is surer than on new ones.

    Parameters
    ----------
    samples : int64 array of shape (n, in_features)
        Raw inputs.
    measure : Measure
    wanted : int64 array of shape (n,), or float64 array of shape (n, out_features)
        Classes, or values.
    logits : float64 array of shape (n, out_features)
        The float network's.
    reference : float
        What the float network reaches.
    """

    samples: Integers
    measure: Measure
    wanted: Integers | Floats
    logits: Floats
    reference: float = 1.0

    @classmethod
    def of(cls, network: FloatNetwork, samples: Integers, labels: Integers | None = None) -> Self:
        """By the labels of the samples, int64 of shape (n,), if there are any; else by the float network's answers."""
        logits = network.logits(samples)
        if network.decision == "none":
            return cls(samples, "fidelity", logits, logits)
        classes = decide(logits)
        if labels is None:
            return cls(samples, "agreement", classes, logits)
        return cls(samples, "accuracy", labels, logits, float((classes == labels).mean()))

    def __call__(self, network: IntegerNetwork) -> Judgement:
        found = evaluate(network, self.samples, hidden=False)
        logits = found.logits * np.asarray(network.layers[-1].scale)
        if found.classes is not None:
            quality = float(np.equal(found.classes, self.wanted).mean())
            lost = round((self.reference - quality) * len(self.samples))
            counted = lost / len(self.samples) if lost > 1 else 0.0  # one sample is no evidence
            return Judgement(quality, 100 * max(counted, self._changes(logits)))
        noise = np.square(logits - self.wanted).mean(axis=0)
        variance = self.wanted.var(axis=0)
        varies = variance > 0
        noisy = float((noise[varies] / variance[varies]).mean()) if varies.any() else 0.0
        return Judgement(1 - noisy, 100 * noisy)

    def _changes(self, logits: Floats) -> float:
        """The share of classes that is expected to change, with its margin."""
        exact, found = (_compared(each) for each in (self.logits, logits))
        best = exact.argmax(axis=1)[:, np.newaxis]
        gaps = np.take_along_axis(exact, best, 1) - exact
        noise = np.take_along_axis(found, best, 1) - found - gaps
        rivals = np.arange(exact.shape[1]) != best
        close = _CLOSE * float(np.median(np.where(rivals, gaps, np.inf).min(axis=1)))
        if not close > 0:
            return float(noise.any())
        closeness = np.where(rivals, np.exp(-gaps / close), 0.0)
        deviation = sqrt(float((closeness * np.square(noise)).sum() / closeness.sum()))
        pairs = closeness.sum(axis=1)
        density = float(pairs.mean() + _CERTAIN * pairs.std() / sqrt(len(pairs))) / close
        return min(1.0, density * deviation / sqrt(2 * pi))


def _compared(logits: Floats) -> Floats:
    """Those of which the greatest decides, (n, classes)."""
    return np.concatenate([logits, np.zeros_like(logits)], axis=1) if logits.shape[1] == 1 else logits
