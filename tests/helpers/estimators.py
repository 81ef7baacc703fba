"""Fitted scikit-learn estimators on small random data, and skops files of them."""

import warnings

import numpy as np
import pytest

from quantnn.importers.formats import read_model
from quantnn.importers.sklearn.from_sklearn import from_sklearn

FEATURES = 5
RNG = np.random.default_rng(3)
X = np.round(RNG.normal(3, 2, (80, FEATURES)) * [1, 10, 0.5, 3, 1], 3)
X[:, 4] = 2.0  # one that never changes
SCORES = (X - X.mean(0)) / X.std(0).clip(0.1) @ RNG.normal(size=(FEATURES, 3))
THREE = np.argmax(SCORES, axis=1)
TWO = (SCORES[:, 0] > 0).astype(int)
VALUE = SCORES[:, 0]


def fitted(estimator, x=X, y=THREE):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that few iterations do not converge does not matter here
        return estimator.fit(x, y)


def saved(estimator, folder):
    """A skops file."""
    io = pytest.importorskip("skops.io")
    path = folder / "model.skops"
    io.dump(estimator, path)
    return path


def both(estimator, folder):
    """The reading of an estimator, which is the same from memory and from a skops file."""
    reading = from_sklearn(estimator)
    other = read_model(saved(estimator, folder))
    assert reading.entries == other.entries and reading.model.notes == other.model.notes
    assert reading.model.class_names == other.model.class_names and reading.model.decision == other.model.decision
    for a, b in zip(reading.model.layers, other.model.layers, strict=True):
        assert a.weights.tobytes() == b.weights.tobytes() and a.bias.tobytes() == b.bias.tobytes()
    return reading
