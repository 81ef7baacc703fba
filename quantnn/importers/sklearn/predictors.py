"""The last step: what gives classes or values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from quantnn.importers.operators.operator import Activate, Linear, Operator
from quantnn.importers.sklearn.estimator import Estimator, Step
from quantnn.model.activation import FloatActivation, Floats

__all__ = ["PREDICTORS", "Predictor"]


@dataclass(frozen=True, eq=False)
class Predictor:
    """What the last step becomes.

    Parameters
    ----------
    operators : list of Operator
    decision : str
        One of :data:`~quantnn.model.decision.DECISIONS`.
    classes : tuple of str or numbers
        What the class of each index is called; empty where there are none.
    notes : tuple of str
    """

    operators: list[Operator]
    decision: str
    classes: tuple[object, ...] = ()
    notes: tuple[str, ...] = ()


def _classes(step: Step, outputs: int) -> tuple[object, ...]:
    """One per output, two for a single one."""
    found: object = step.get("classes_")
    binarizer = step.get("_label_binarizer")
    if found is None and isinstance(binarizer, Estimator):
        found = Step(step.name, binarizer, step.source).get("classes_")
    if not isinstance(found, np.ndarray | list | tuple):
        raise step.bad("it is not fitted (no classes_): call fit before it is saved or handed over")
    classes = tuple(np.ravel(found).tolist()) if isinstance(found, np.ndarray) else tuple(found)
    expected = 2 if outputs == 1 else outputs
    if len(classes) != expected:
        raise step.bad(f"it must have {expected} classes for {outputs} outputs, not {len(classes)}: fit it again")
    return classes


def _multilabel(step: Step) -> bool:
    binarizer = step.get("_label_binarizer")
    kind = binarizer.attributes.get("y_type_") if isinstance(binarizer, Estimator) else None
    return isinstance(kind, str) and kind.startswith("multilabel")


_EACH = "several labels can be true: each one is where its output exceeds {0}"


def _mlp(step: Step) -> list[Operator]:
    weights, biases = step.fit_result("coefs_"), step.fit_result("intercepts_")
    if not isinstance(weights, tuple) or not isinstance(biases, tuple) or not 0 < len(weights) == len(biases):
        raise step.bad("coefs_ and intercepts_ must be lists of one length: fit it again")
    operators: list[Operator] = []
    for number, (matrix, bias) in enumerate(zip(weights, biases, strict=True)):
        last = number == len(weights) - 1
        name = f"{step.name} layer {number}".strip()
        operators.append(
            _linear(
                step,
                name,
                step.array(matrix, f"coefs_[{number}]", 2),
                step.array(bias, f"intercepts_[{number}]", 1),
            )
        )
        function = step.fit_result("out_activation_") if last else step.get("activation")
        try:
            activation = FloatActivation.named(str(function))
        except ValueError as error:
            raise step.bad(str(error)) from None
        operators.append(Activate(name, str(function), activation))
    return operators


def _linear(step: Step, name: str, weights: Floats, bias: Floats) -> Linear:
    """Of weights (inputs, outputs); a bias of one number stands for all outputs."""
    outputs = weights.shape[1] if weights.ndim == 2 else 0
    if bias.size == 1:
        bias = np.full(outputs, bias.reshape(-1)[0])
    try:
        return Linear(name, step.estimator.kind, weights, bias)
    except ValueError as error:
        raise step.bad(f"{error}: fit it again") from None


def _outputs(operators: list[Operator]) -> int:
    return next(len(o.bias) for o in reversed(operators) if isinstance(o, Linear))


def _mlp_classifier(step: Step) -> Predictor:
    operators = _mlp(step)
    outputs = _outputs(operators)
    if _multilabel(step) or (outputs > 1 and step.get("out_activation_") == "logistic"):
        return Predictor(operators, "none", notes=(_EACH.format(0.5),))
    return Predictor(operators, "argmax" if outputs > 1 else "threshold", _classes(step, outputs))


def _mlp_regressor(step: Step) -> Predictor:
    return Predictor(_mlp(step), "none")


def _dense(step: Step) -> Linear:
    weights = np.atleast_2d(step.floats("coef_", 2))
    return _linear(step, step.name, weights.T, step.floats("intercept_", 1))


def _classifier(step: Step) -> Predictor:
    """``decision_function``: the greatest of several is the class, or whether a single one exceeds 0."""
    dense = _dense(step)
    outputs = len(dense.bias)
    if _multilabel(step):
        return Predictor([dense], "none", notes=(_EACH.format(0),))
    return Predictor([dense], "argmax" if outputs > 1 else "threshold", _classes(step, outputs))


def _regressor(step: Step) -> Predictor:
    return Predictor([_dense(step)], "none")


_CLASSIFIERS = (
    "LogisticRegression",
    "LogisticRegressionCV",
    "Perceptron",
    "LinearSVC",
    "SGDClassifier",
    "PassiveAggressiveClassifier",
    "RidgeClassifier",
    "RidgeClassifierCV",
    "LinearDiscriminantAnalysis",
)
_REGRESSORS = (
    "LinearRegression",
    "Ridge",
    "RidgeCV",
    "Lasso",
    "LassoCV",
    "LassoLars",
    "LassoLarsCV",
    "ElasticNet",
    "ElasticNetCV",
    "Lars",
    "LinearSVR",
    "SGDRegressor",
    "PassiveAggressiveRegressor",
    "HuberRegressor",
    "QuantileRegressor",
    "BayesianRidge",
    "ARDRegression",
    "MultiTaskLasso",
    "MultiTaskElasticNet",
    "OrthogonalMatchingPursuit",
    "TheilSenRegressor",
)
PREDICTORS: Mapping[str, tuple[Callable[[Step], Predictor], str]] = MappingProxyType(
    {
        "MLPClassifier": (_mlp_classifier, "of several labels: the outputs' values"),
        "MLPRegressor": (_mlp_regressor, "with the loss squared_error"),
        **dict.fromkeys(_CLASSIFIERS, (_classifier, "one layer: decision_function")),
        **dict.fromkeys(_REGRESSORS, (_regressor, "one layer")),
    }
)
"""By class: what makes operators of the last step, and a remark."""
