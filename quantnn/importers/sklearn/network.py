"""From a fitted estimator to a network."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from quantnn.errors import InputError
from quantnn.importers.format import Hints, Support
from quantnn.importers.operators.class_labels import with_labels
from quantnn.importers.operators.float_network import InputFormat, float_network
from quantnn.importers.operators.operator import Affine, Linear, Operator, Reorder
from quantnn.importers.reading import Entry, Reading
from quantnn.importers.sklearn.estimator import Estimator, Step
from quantnn.importers.sklearn.predictors import PREDICTORS, Predictor
from quantnn.importers.sklearn.steps import SEARCHES, steps_of
from quantnn.importers.sklearn.transformers import TRANSFORMERS

__all__ = ["SUPPORT", "read_estimator"]

_MOST_FEATURES = 1 << 20
_TREES = "it is no network of layers: train an MLP, or a linear model"
_NONLINEAR = "it is not linear in the features: apply it before the data reach the network, or leave it out"
_SEVERAL = "only one step after the other can be had: fit a Pipeline"
_REFUSED: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "DecisionTreeClassifier",
                "DecisionTreeRegressor",
                "RandomForestClassifier",
                "RandomForestRegressor",
                "ExtraTreesClassifier",
                "GradientBoostingClassifier",
                "HistGradientBoostingClassifier",
                "KNeighborsClassifier",
                "GaussianNB",
            ),
            _TREES,
        ),
        **dict.fromkeys(("SVC", "SVR", "NuSVC"), "its kernel is no layer: use LinearSVC or LinearSVR, or train an MLP"),
        **dict.fromkeys(
            ("PolynomialFeatures", "SplineTransformer", "PowerTransformer", "QuantileTransformer", "KBinsDiscretizer"),
            _NONLINEAR,
        ),
        "Normalizer": "it divides by each sample's own length: do that before the data reach the network",
        "OneHotEncoder": "categories are no numbers: encode them before the data reach the network",
        **dict.fromkeys(("ColumnTransformer", "FeatureUnion"), _SEVERAL),
        **dict.fromkeys(
            ("VotingClassifier", "StackingClassifier", "BaggingClassifier", "AdaBoostClassifier"),
            "only one model can be had: take the best",
        ),
        "OneVsRestClassifier": "only one model can be had: a linear classifier or an MLP knows several classes itself",
        "CalibratedClassifierCV": "only one model can be had: take its estimator, the classes are much the same",
        "TransformedTargetRegressor": "the outputs' transformer cannot be had: fit the regressor to scaled targets",
        **dict.fromkeys(
            ("PoissonRegressor", "GammaRegressor", "TweedieRegressor"),
            "its values are an exponential of the layer's: fit a linear regressor to the logarithm",
        ),
    }
)
"""What people have and cannot bring, and what instead."""

SUPPORT = (
    *(Support(name, "exact", remark) for name, (_, remark) in {**TRANSFORMERS, **PREDICTORS}.items()),
    Support("Pipeline", "exact", "nested ones too, and steps that are passthrough"),
    *(Support(name, "exact", "the best estimator") for name in SEARCHES),
    *(Support(name, "refused", reason) for name, reason in _REFUSED.items()),
)


def read_estimator(estimator: Estimator, source: str, kind: str, hints: Hints) -> Reading:
    """The network that a pipeline or a single estimator computes.

    Parameters
    ----------
    source : str
        What it comes from, for messages.
    kind : str
        Of the reading, as people call it.

    Raises
    ------
    InputError
        A step is of a kind that cannot be had, not fitted, or does not fit the one before it.
    """
    if hints.activations:
        raise InputError(f"{source}: scikit-learn's models state their activations: leave --activations out")
    steps = steps_of(estimator, source)
    operators, predictor = _lowered(steps, source)
    features = _features(steps, operators, source)
    network, fates = float_network(
        operators,
        source,
        InputFormat((features,)),
        decision=hints.decision or predictor.decision,
        notes=(*predictor.notes, *_names(steps, predictor)),
    )
    named = with_labels(network, predictor.classes, "classes_")
    entries = []
    for operator, fate in zip(operators, fates, strict=True):
        features = _behind(operator, features)
        entries.append(Entry(operator.kind, operator.name, str(features), fate))
    return Reading(kind, named, tuple(entries))


def _lowered(steps: list[Step], source: str) -> tuple[list[Operator], Predictor]:
    operators: list[Operator] = []
    predictor: Predictor | None = None
    for step in steps:
        kind = step.estimator.kind
        if predictor is not None:
            raise step.bad("it follows what predicts: fit a pipeline whose last step does")
        if kind in _REFUSED:
            raise step.bad(_REFUSED[kind])
        if not step.estimator.module.startswith("sklearn."):
            raise step.bad(f"it is defined in {step.estimator.module[:60]}, not in scikit-learn: take one of sklearn's")
        if kind in TRANSFORMERS:
            operators += TRANSFORMERS[kind][0](step)
        elif kind in PREDICTORS:
            predictor = PREDICTORS[kind][0](step)
            operators += predictor.operators
        else:
            known = ", ".join((*list(TRANSFORMERS)[:4], *list(PREDICTORS)[:4]))
            raise step.bad(f"it is no known step: {known} and others of docs/formats.md are")
    if predictor is None:
        raise InputError(f"{source} has no step that predicts: fit a pipeline that ends in one, as MLPClassifier")
    return operators, predictor


def _features(steps: list[Step], operators: list[Operator], source: str) -> int:
    """Of one sample: what the first step was fitted to."""
    for step in steps:
        stated = step.get("n_features_in_")
        if isinstance(stated, int | np.integer) and not isinstance(stated, bool):
            if not 0 < stated <= _MOST_FEATURES:
                raise step.bad(f"n_features_in_ must lie in 1..{_MOST_FEATURES}, not be {stated}: fit it again")
            return int(stated)
    return next(len(operator.weights) for operator in operators if isinstance(operator, Linear))


def _behind(operator: Operator, features: int) -> int:
    match operator:
        case Linear():
            return len(operator.bias)
        case Reorder():
            return len(operator.order)
        case Affine():
            return max(features, operator.slope.size)
    return features


def _names(steps: list[Step], predictor: Predictor) -> tuple[str, ...]:
    notes = []
    names = next(
        (step.get("feature_names_in_") for step in steps if "feature_names_in_" in step.estimator.attributes), ()
    )
    if isinstance(names, np.ndarray | tuple) and len(names):
        shown = ", ".join(str(name)[:40] for name in names[:20]) + (", …" if len(names) > 20 else "")
        notes.append(f"the inputs are, in this order, {shown}")
    if predictor.classes and predictor.classes != tuple(range(len(predictor.classes))):
        shown = ", ".join(f"{index} is {str(name)[:40]}" for index, name in enumerate(predictor.classes[:20]))
        notes.append(f"labels are indices of classes_: {shown}" + (", …" if len(predictor.classes) > 20 else ""))
    return tuple(notes)
