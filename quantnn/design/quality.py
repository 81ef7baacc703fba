"""How close an integer network is to the float one that it was made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.design.report import Accuracy
from quantnn.model.network import FloatNetwork
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import Evaluation, decide

__all__ = ["Quality"]


@dataclass(frozen=True)
class Quality:
    """How close the integer network is to the float one.

    Parameters
    ----------
    samples : int
        Test samples.
    sqnr_db : float or None
        Signal to quantization noise of the logits: 10·log10(Σ float² / Σ (float − integer·scale)²); None where the
        noise is zero.
    float_correct, integer_correct : int or None
        Samples whose class is the label; None without labels.
    """

    samples: int
    sqnr_db: float | None
    float_correct: int | None = None
    integer_correct: int | None = None

    @classmethod
    def measure(
        cls,
        model: FloatNetwork,
        network: IntegerNetwork,
        inputs: Integers,
        evaluation: Evaluation,
        labels: Integers | None,
    ) -> Quality:
        """Compare on samples of shape (n, in_features)."""
        exact = model.logits(inputs)
        noise = float(np.square(exact - evaluation.logits * network.layers[-1].scale).sum())
        sqnr = 10 * np.log10(float(np.square(exact).sum()) / noise) if noise and exact.any() else None
        sqnr = None if sqnr is None else round(float(sqnr), 2)
        if labels is None or evaluation.classes is None:
            return cls(len(inputs), sqnr)
        return cls(
            len(inputs),
            sqnr,
            int((decide(exact) == labels).sum()),
            int((evaluation.classes == labels).sum()),
        )

    @property
    def accuracy(self) -> Accuracy | None:
        """As it stands in a report; None without labels."""
        if self.float_correct is None or self.integer_correct is None:
            return None
        return Accuracy(self.samples, self.float_correct / self.samples, self.integer_correct / self.samples)
