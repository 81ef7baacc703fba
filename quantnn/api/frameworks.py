"""Trained objects of other libraries, handed over in Python."""

from __future__ import annotations

from typing import Any

from quantnn.api.arguments import check_texts
from quantnn.api.model import Model
from quantnn.errors import naming_parameters
from quantnn.importers.format import Hints

__all__ = ["from_sklearn", "from_torch"]


@naming_parameters()
def from_torch(module: Any, example_input: Any, *, decision: str = "", name: str = "") -> Model:
    """The network of a PyTorch module, as it is in eval mode; the module itself is not changed.

    Parameters
    ----------
    module : torch.nn.Module
        One whose forward is a chain of layers.
    example_input : torch.Tensor or array
        A batch of inputs as the module takes them, of shape (n, …); its values do not matter.
    decision : str
        What the answer is: ``argmax``, ``threshold`` or ``none``; by default ``argmax`` for several outputs.
    name : str
        What reports call the model; by default the module's class.

    Raises
    ------
    InputError
        PyTorch is not installed, the example does not fit, or forward is no chain of layers that are known.
    """
    check_texts(decision=decision, name=name)
    from quantnn.importers.pytorch.module import from_torch

    return Model(from_torch(module, example_input, Hints(decision=decision)), name or type(module).__name__)


@naming_parameters()
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
    check_texts(decision=decision, name=name)
    from quantnn.importers.sklearn.from_sklearn import from_sklearn

    return Model(from_sklearn(estimator, decision=decision), name or type(estimator).__name__)
