"""Trained objects of other libraries, handed over in Python."""

from __future__ import annotations

from typing import Any

from quantnn.api.model import Model

__all__ = ["from_sklearn"]


def from_sklearn(estimator: Any, *, decision: str = "", name: str = "") -> Model:
    """The network that a fitted scikit-learn estimator computes.

    Parameters
    ----------
    estimator : object
        An MLPClassifier, MLPRegressor or linear model, or a Pipeline that ends in one behind scalers.
    decision : str
        What the answer is: ``argmax``, ``threshold`` or ``none``; by default as the estimator's.
    name : str
        What reports call the model; by default the estimator's class.

    Raises
    ------
    InputError
        A step is of a kind that cannot be had, is not fitted, or does not fit the one before it.
    """
    from quantnn.importers.sklearn.from_sklearn import from_sklearn

    return Model(from_sklearn(estimator, decision=decision), name or type(estimator).__name__)
