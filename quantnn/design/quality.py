"""How close an integer network is to the float one that it was made of."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.design.report import Accuracy
from quantnn.model.quantized import AnyNetwork
from quantnn.model.sample_file import Values
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import Evaluation, decide
from quantnn.network.samples import Samples

__all__ = ["Quality"]


@dataclass(frozen=True)
class Quality:
    """How good the integer network is, and how close to the float one, where that is known.

    Parameters
    ----------
    samples : int
        Test samples.
    sqnr_db : float or None
        Signal to quantization noise of the logits: 10·log10(Σ float² / Σ (float − integer·scale)²); None where the
        noise is zero, or there is no float network. Floats start from the same integer inputs.
    float_correct, integer_correct : int or None
        Samples whose class is the label; None without labels, or of a float network that is not known. Floats are the
        model on the user's own values.
    rounded_correct : int or None
        The same of the float model on inputs as a sensor rounds them; None where inputs are integers.
    sqnr_db_outputs : tuple of float or None
        sqnr_db of each output, if there are several and they are values.
    """

    samples: int
    sqnr_db: float | None
    float_correct: int | None = None
    integer_correct: int | None = None
    rounded_correct: int | None = None
    sqnr_db_outputs: tuple[float | None, ...] = ()

    @classmethod
    def measure(
        cls,
        model: AnyNetwork | None,
        network: IntegerNetwork,
        inputs: Samples,
        answered: Iterable[Evaluation],
        labels: Integers | None,
        values: Values | None = None,
    ) -> Quality:
        """Compare on samples of shape (n, in_features), for which the integer network's answers come in blocks.

        ``values`` are what a sensor makes the samples of.
        """
        if model is None:
            return cls(len(inputs), None, integer_correct=_correct(answered, labels))
        signal, noise = np.zeros(model.out_features), np.zeros(model.out_features)
        start = of_values = rounded = right = 0
        for block in answered:
            rows = slice(start, start + len(block.logits))
            exact = model.logits(inputs[rows])
            signal += np.square(exact).sum(axis=0)
            noise += np.square(exact - block.logits * network.layers[-1].scale).sum(axis=0)
            if labels is not None and block.classes is not None:
                own = exact if values is None else model.logits(model.positions(values[rows]))
                of_values += int((decide(own) == labels[rows]).sum())
                rounded += int((decide(exact) == labels[rows]).sum())
                right += int((block.classes == labels[rows]).sum())
            start = rows.stop
        each = zip(signal.tolist(), noise.tolist(), strict=True)
        outputs = tuple(itertools.starmap(_decibels, each)) if not network.classify and len(signal) > 1 else ()
        sqnr = _decibels(float(signal.sum()), float(noise.sum()))
        if labels is None or not network.classify:
            return cls(len(inputs), sqnr, sqnr_db_outputs=outputs)
        return cls(len(inputs), sqnr, of_values, right, None if model.sensor is None else rounded)

    @property
    def accuracy(self) -> Accuracy | None:
        """As it stands in a report; None without labels."""
        if self.integer_correct is None:
            return None
        exact = None if self.float_correct is None else self.float_correct / self.samples
        rounded = None if self.rounded_correct is None else self.rounded_correct / self.samples
        return Accuracy(self.samples, exact, self.integer_correct / self.samples, rounded)


def _correct(answered: Iterable[Evaluation], labels: Integers | None) -> int | None:
    """How many classes are the label; None without labels or classes."""
    if labels is None:
        return None
    right = start = 0
    for block in answered:
        if block.classes is None:
            return None
        end = start + len(block.classes)
        right += int((block.classes == labels[start:end]).sum())
        start = end
    return right


def _decibels(signal: float, noise: float) -> float | None:
    return round(float(10 * np.log10(signal / noise)), 2) if signal and noise else None
