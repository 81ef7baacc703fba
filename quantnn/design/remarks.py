"""What a report should say of how well a design will answer."""

from __future__ import annotations

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.model.plausibility import misfit
from quantnn.model.quantized import AnyNetwork, QuantizedNetwork
from quantnn.model.sample_file import Values
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import evaluate
from quantnn.network.samples import Samples, spread
from quantnn.quantization.losses import losses

__all__ = ["remarks"]

_SAMPLES = 2000
_FEWEST = 20


def remarks(
    model: AnyNetwork,
    network: IntegerNetwork,
    inputs: Samples,
    *,
    labels: Integers | None = None,
    values: Values | None = None,
    calibration: Samples | None = None,
    activation_bits: int = 8,
) -> tuple[str, ...]:
    """Sentences that name a cause and what helps: of the float model beside its labels, and of what integers lose.

    Parameters
    ----------
    inputs : int64 of shape (n, in_features)
        Samples, of which 2000 are looked at.
    values : float64 of shape (n, in_features), optional
        The same before a sensor rounded them.
    """
    chosen = np.linspace(0, len(inputs) - 1, min(len(inputs), _SAMPLES)).astype(int)
    raw = spread(inputs, _SAMPLES)
    truth = None if labels is None else labels[chosen]
    if isinstance(model, QuantizedNetwork):
        return _guessing(model, raw, truth)
    lost = losses(model, network, raw, evaluate(network, raw), truth, calibration, activation_bits)
    if truth is None or not network.classify:
        return lost
    if values is not None:
        seen = np.concatenate([values[row : row + 1] for row in chosen.tolist()])
    else:
        seen = raw.astype(np.float64) if model.sensor is None else raw * model.sensor.step + model.sensor.zero
    found = misfit(model, seen, truth)
    return (found, *lost) if found else lost


def _guessing(model: QuantizedNetwork, raw: Integers, labels: Integers | None) -> tuple[str, ...]:
    """A sentence where the file's own answers are no better than always the commonest class."""
    if labels is None or model.decision == "none" or len(np.unique(labels)) < 2:
        return ()
    right = float((model.classes(raw) == labels).mean())
    if len(labels) < _FEWEST or right > float(np.bincount(labels).max() / len(labels)):
        return ()
    return (
        f"the file's own arithmetic gets {right:.4f} right, no more than a guess: are the samples in the unit that it"
        " was trained on? --input-scale says what an integer stands for",
    )
