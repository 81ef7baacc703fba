"""Whether a float network and its labelled samples seem to belong together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import Integers
from quantnn.model.activation import Floats
from quantnn.model.network import FloatNetwork

__all__ = ["misfit"]

_FEWEST_SAMPLES = 20
_CLEARLY = 0.1
"""By how much of the samples an accuracy has to be better than another at least."""
_DEVIATIONS = 3.5
_WORTH = 0.02
_EQUAL = 0.005


@dataclass(frozen=True, eq=False)
class _Score:
    """How good logits of shape (n, outputs) are: which samples are right, and the mean cross entropy in nats."""

    right: npt.NDArray[np.bool_]
    cross_entropy: float

    @property
    def accuracy(self) -> float:
        return float(self.right.mean())

    def beats(self, other: _Score) -> bool:
        """Whether more samples are right than chance explains, and enough to be worth a sentence."""
        gained, lost = int((self.right & ~other.right).sum()), int((other.right & ~self.right).sum())
        return gained - lost >= max(_WORTH * len(self.right), _DEVIATIONS * float(np.sqrt(gained + lost)))

    @classmethod
    def of(cls, logits: Floats, labels: Integers) -> _Score:
        if logits.shape[1] == 1:
            logits = np.hstack([np.zeros_like(logits), logits])
        greatest = logits.max(axis=1)
        with np.errstate(over="ignore", under="ignore"):
            entropy = np.log(np.exp(logits - greatest[:, np.newaxis]).sum(axis=1))
        right = logits[np.arange(len(labels)), labels]
        return cls(logits.argmax(axis=1) == labels, float((entropy + greatest - right).mean()))


def misfit(network: FloatNetwork, values: Floats, labels: Integers) -> str:
    """One sentence that names the likely cause if the network answers far worse than it can; empty if it does not.

    It looks whether the network does clearly better behind another of the usual input scalings; or whether its outputs
    are in another order than the labels; or whether it is no better than a guess where samples of a class lie close
    together. Where it can tell nothing it says nothing.

    Parameters
    ----------
    network : FloatNetwork
        One that classifies.
    values : float64 array of shape (n, in_features)
        Samples in the user's own unit, before a sensor rounds them.
    labels : int64 array of shape (n,)
    """
    if len(labels) < _FEWEST_SAMPLES or len(np.unique(labels)) < 2:
        return ""
    logits = network.logits(network.positions(values))
    given = _Score.of(logits, labels)
    if _in_another_order(logits, labels, given.accuracy):
        return (
            f"{_so_much(given)}, but its answers tell the classes apart: are the labels numbered in the order of the"
            " outputs?"
        )
    best, remedy = _best_scaling(network, values, labels)
    if _much_better(best, given, labels, network):
        return f"{_so_much(given)}, but {best.accuracy:.4f} of {len(labels)} samples {remedy}"
    if given.accuracy + _margin(len(labels)) < _centroids(values, labels):
        return (
            f"{_so_much(given)}, much less than the nearest mean of a class: is a scaling of the inputs missing"
            " (--input-scale, or input_mean and input_std in the model), or are layers or labels in another order?"
        )
    return ""


def _so_much(score: _Score) -> str:
    return f"the float network gets {score.accuracy:.4f} right"


def _margin(samples: int) -> float:
    """What counts as clearly better: more than chance does, and worth a sentence."""
    return max(_CLEARLY, _DEVIATIONS * 0.5 / float(np.sqrt(samples)))


def _much_better(other: _Score, given: _Score, labels: Integers, network: FloatNetwork) -> bool:
    """Whether another scaling gets much more right; or no less, where as it is the network would do better to guess."""
    if other.beats(given) and other.accuracy > np.bincount(labels).max() / len(labels) + _CLEARLY:
        return True
    guess = float(np.log(max(2, network.out_features)))
    return given.cross_entropy > guess and other.cross_entropy < guess / 2 and other.accuracy >= given.accuracy


def _best_scaling(network: FloatNetwork, values: Floats, labels: Integers) -> tuple[_Score, str]:
    """The usual scaling with the most right answers, the likeliest of about equals, and its remedy."""
    scores: list[tuple[_Score, str]] = []
    for words, scaled in _scalings(network, values).items():
        x = scaled
        for layer in network.layers:
            with np.errstate(over="ignore", invalid="ignore"):
                x = layer(x)
        if not np.isfinite(x).all():
            continue
        scores.append((_Score.of(x, labels), words))
    most = max((score.accuracy for score, _ in scores), default=0.0)
    nothing = _Score(np.zeros(len(labels), dtype=np.bool_), np.inf), ""
    return next((each for each in scores if each[0].accuracy >= most - _EQUAL), nothing)


def _scalings(network: FloatNetwork, values: Floats) -> dict[str, Floats]:
    """First layers' inputs by what a training script may have done, likeliest first, and what to say if it did."""
    low, span = values.min(axis=0), np.ptp(values, axis=0)
    mean, std = values.mean(axis=0), values.std(axis=0)
    greatest = float(np.abs(values).max()) or 1.0
    as_trained = "if it was trained so, save input_scale, input_mean and input_std"
    scalings = {}
    if network.sensor is not None or not (network.scaling.uniform and network.scaling.slope.flat[0] == 1):
        scalings["without the model's scaling: are the samples scaled already? Give them raw"] = values
    return scalings | {
        f"divided by {greatest:g}: if it was trained so, give --input-scale {1 / greatest:.6g}": values / greatest,
        "with each input at mean 0 and deviation 1: if it was trained so, save the StandardScaler's mean_ and scale_ as"
        " input_mean and input_std": (values - mean) / np.where(std > 0, std, 1.0),
        "with each input at 0..1: if it was trained so, save the MinMaxScaler's data_min_ and data_range_ as input_mean"
        " and input_std": (values - low) / np.where(span > 0, span, 1.0),
        f"with all inputs at mean 0 and deviation 1: {as_trained}": (values - mean.mean()) / (values.std() or 1.0),
        f"with all inputs at -1..1: {as_trained}": 2 * (values - low.min()) / (np.ptp(values) or 1.0) - 1,
    }


def _in_another_order(logits: Floats, labels: Integers, accuracy: float) -> bool:
    """Whether each answer stands for one label, but not for its own."""
    classes = max(2, logits.shape[1])
    answers = logits.argmax(axis=1) if logits.shape[1] > 1 else (logits[:, 0] > 0).astype(np.int64)
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (answers, labels), 1)
    meant = counts.argmax(axis=1)
    if len(np.unique(meant)) < classes:
        return False
    return bool(counts.max(axis=1).sum() / len(labels) > max(0.8, accuracy + _margin(len(labels))))


def _centroids(values: Floats, labels: Integers) -> float:
    """The share that the nearest mean of a class gets right: means of one half of the samples, tried on the other."""
    std = values.std(axis=0)
    x = (values - values.mean(axis=0)) / np.where(std > 0, std, 1.0)
    known = np.unique(labels[::2])
    means = np.stack([x[::2][labels[::2] == label].mean(axis=0) for label in known])
    distances = np.square(means).sum(axis=1) - 2 * x[1::2] @ means.T
    return float((known[distances.argmin(axis=1)] == labels[1::2]).mean())
