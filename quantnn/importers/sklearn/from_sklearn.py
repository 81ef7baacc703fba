"""Fitted scikit-learn estimators, handed over in Python."""

from __future__ import annotations

from typing import Any

from quantnn.importers.format import Hints
from quantnn.importers.reading import Reading
from quantnn.importers.sklearn.live import live_estimator
from quantnn.importers.sklearn.network import read_estimator

__all__ = ["from_sklearn"]


def from_sklearn(estimator: Any, *, decision: str = "") -> Reading:
    """The network that a fitted pipeline or estimator computes, and what became of each step.

    Parameters
    ----------
    estimator : object
        An MLP, a linear model, or a Pipeline (or search) that ends in one.
    decision : str
        One of :data:`~quantnn.model.decision.DECISIONS`, where the answer is to be another than the estimator's own.

    Raises
    ------
    InputError
        A step is of a kind that cannot be had, not fitted, or does not fit the one before it.
    """
    record = live_estimator(estimator)
    return read_estimator(record, record.kind, "scikit-learn", Hints(decision=decision))
