"""How much an error inside a network matters to its answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.model.activation import FloatActivation, Floats
from quantnn.model.network import FloatNetwork

__all__ = ["LayerSensitivity", "sensitivities"]

_SHARPNESS = 4.0
"""Half of the samples have a gap between the two greatest logits of at least so many temperatures."""
_BLOCK = 1 << 22
"""Derivatives that are held at once."""
_STEP = 2.0**-20
"""Of a difference quotient, beside the largest value."""
_FAR = 200.0


@dataclass(frozen=True, eq=False)
class LayerSensitivity:
    """A layer's accumulators over samples, and what their errors cost.

    Parameters
    ----------
    sums : float64 array of shape (n, out_features)
        What its float accumulators are, before the activation.
    weights : float64 array of shape (n, out_features)
        An error e of one of them, in one sample, loses about ``weight·e²``. In all layers the unit is the same:
        the loss, per sample, of logits that say nothing, each being its mean.
    """

    sums: Floats
    weights: Floats


def sensitivities(network: FloatNetwork, samples: Integers) -> tuple[LayerSensitivity, ...]:
    """One per layer, for raw inputs of shape (n, in_features).

    Where classes are compared the loss is what the probabilities lose (the diagonal of Fisher's information) of a
    softmax, or sigmoid, over logits divided by a temperature: the lower, the more do only close decisions count. Where
    outputs are values it is their square error, each beside its variance.
    """
    x = network.scaling(samples)
    sums = []
    for layer in network.layers:
        sums.append(x @ layer.weights + layer.bias)
        x = FloatActivation.named(layer.activation).function(sums[-1])
    shares = _shares(x, network.decision)
    widest = max(layer.out_features for layer in network.layers)
    step = max(1, _BLOCK // (widest * network.out_features))
    blocks = [
        _curvatures(network, [each[start : start + step] for each in sums], shares[start : start + step])
        for start in range(0, len(samples), step)
    ]
    weights = [np.concatenate(each) for each in zip(*blocks, strict=True)]
    unit = float((weights[-1] * np.square(sums[-1] - sums[-1].mean(axis=0))).sum(axis=1).mean())
    if not unit > 0:
        return tuple(LayerSensitivity(each, np.ones_like(each)) for each in sums)
    return tuple(LayerSensitivity(each, weight / unit) for each, weight in zip(sums, weights, strict=True))


def _shares(answers: Floats, decision: str) -> Floats:
    """What the square error of each output counts, (n, out_features); of classes, their probability."""
    if decision == "none":
        variance = answers.var(axis=0)
        return np.broadcast_to(1 / np.where(variance > 0, variance, np.inf), answers.shape)
    single = decision == "threshold"
    logits = np.concatenate([answers, np.zeros_like(answers)], axis=1) if single else answers
    ordered = np.sort(logits, axis=1)
    gap = float(np.median(ordered[:, -1] - ordered[:, -2]))
    scaled = (logits - ordered[:, -1:]) * (_SHARPNESS / gap if gap > 0 else 1.0)
    likely = np.exp(np.maximum(scaled, -_FAR))
    shares: Floats = likely / likely.sum(axis=1, keepdims=True)
    return shares[:, :1] if single else shares


def _curvatures(network: FloatNetwork, sums: list[Floats], shares: Floats) -> list[Floats]:
    """What an error's square counts in each layer's accumulators, for some samples."""
    slopes = np.eye(network.out_features)[np.newaxis]  # of each output, by each accumulator: (n, outputs, accumulators)
    found = []
    for number in reversed(range(len(sums))):
        slopes = slopes * _slopes(network.layers[number].activation, sums[number])[:, np.newaxis]
        square = np.einsum("nc,ncj->nj", shares, np.square(slopes))
        if network.decision != "none":
            square = np.maximum(square - np.square(np.einsum("nc,ncj->nj", shares, slopes)), 0.0)
        found.append(square)
        slopes = slopes @ network.layers[number].weights.T
    return found[::-1]


def _slopes(activation: str, sums: Floats) -> Floats:
    """The derivative of an activation function at these sums; halfway between those of both sides at a kink."""
    function = FloatActivation.named(activation).function
    step = _STEP * max(1.0, float(np.abs(sums).max()))
    return np.asarray((function(sums + step) - function(sums - step)) / (2 * step))
