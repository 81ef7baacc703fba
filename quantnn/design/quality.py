"""How close an integer network is to the float one that it was made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.design.report import Accuracy
from quantnn.model.network import FloatNetwork
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import Evaluation, decide
from quantnn.network.samples import Samples

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
        inputs: Samples,
        answered: Iterable[Evaluation],
        labels: Integers | None,
    ) -> Quality:
        """Compare on samples of shape (n, in_features), for which the integer network's answers come in blocks."""
        signal = noise = 0.0
        start = float_correct = integer_correct = 0
        for block in answered:
            rows = slice(start, start + len(block.logits))
            exact = model.logits(inputs[rows])
            signal += float(np.square(exact).sum())
            noise += float(np.square(exact - block.logits * network.layers[-1].scale).sum())
            if labels is not None and block.classes is not None:
                float_correct += int((decide(exact) == labels[rows]).sum())
                integer_correct += int((block.classes == labels[rows]).sum())
            start = rows.stop
        sqnr = round(float(10 * np.log10(signal / noise)), 2) if noise and signal else None
        if labels is None or not network.classify:
            return cls(len(inputs), sqnr)
        return cls(len(inputs), sqnr, float_correct, integer_correct)

    @property
    def accuracy(self) -> Accuracy | None:
        """As it stands in a report; None without labels."""
        if self.float_correct is None or self.integer_correct is None:
            return None
        return Accuracy(self.samples, self.float_correct / self.samples, self.integer_correct / self.samples)
