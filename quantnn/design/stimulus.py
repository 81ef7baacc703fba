"""What a design is verified with, besides the user's samples: extremes and noise."""

from __future__ import annotations

import numpy as np

from quantnn.arithmetic import Integers
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork

__all__ = ["extreme_samples"]

_RANDOM = 24
_SEED = 20


def extreme_samples(network: IntegerNetwork) -> Integers:
    """Samples at the edges of the input format, and uniform noise; int64 of shape (n, in_features).

    Among them are those that drive the first dense layer's greatest and least accumulator to its proven bound,
    where no input requantizer stands in front of it.
    """
    lo, hi = network.input.lo, network.input.hi
    count = network.in_features
    checker = np.arange(count) % 2 == 0
    rows = [np.full(count, lo), np.full(count, hi), np.where(checker, lo, hi), np.where(checker, hi, lo)]
    first = network.layers[0]
    if isinstance(first, Dense):
        box = network.accumulator_boxes[0]
        rows.append(np.where(first.weights[:, box.hi.argmax()] > 0, hi, lo))
        rows.append(np.where(first.weights[:, box.lo.argmin()] > 0, lo, hi))
    noise = np.random.default_rng(_SEED).integers(lo, hi + 1, (_RANDOM, count))
    return np.concatenate([np.stack(rows), noise]).astype(np.int64)
