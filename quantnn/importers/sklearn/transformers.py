"""Steps in front of a predictor: what each becomes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from quantnn.importers.operators.operator import Activate, Affine, Keep, Linear, Operator, Reorder
from quantnn.importers.sklearn.estimator import Step
from quantnn.model.activation import FloatActivation, Floats

__all__ = ["TRANSFORMERS"]

Lowered = list[Operator]


def _affine(step: Step, slope: Floats, offset: Floats) -> Affine:
    return Affine(step.name, step.estimator.kind, slope, offset)


def _centred(step: Step, centre: Floats | None, scale: Floats | None) -> Lowered:
    """``(x − centre) / scale``."""
    divisor = np.ones(()) if scale is None else scale
    shift = np.zeros(()) if centre is None else -centre
    if not divisor.all():
        raise step.bad("scale_ must not be 0: fit it again")
    if shift.ndim and divisor.ndim and len(shift) != len(divisor):
        raise step.bad(f"it centres {len(shift)} features and scales {len(divisor)}: fit it again")
    return [_affine(step, 1 / divisor, shift / divisor)]


def _clipped(step: Step, lo: float, hi: float) -> Lowered:
    if not step.flag("clip", False):
        return []
    try:
        activation = FloatActivation("clip", lo=lo, hi=hi)
    except ValueError as error:
        raise step.bad(str(error)) from None
    return [Activate(step.name, f"{step.estimator.kind}, clip", activation)]


def _standard(step: Step) -> Lowered:
    centre = step.floats("mean_", 1) if step.flag("with_mean", True) else None
    return _centred(step, centre, step.floats("scale_", 1) if step.flag("with_std", True) else None)


def _min_max(step: Step) -> Lowered:
    limits = step.array(np.asarray(step.get("feature_range", (0, 1))), "feature_range", 1)
    if limits.shape != (2,):
        raise step.bad("feature_range must be two numbers: fit it again")
    lowered: Lowered = [_affine(step, step.floats("scale_", 1), step.floats("min_", 1))]
    return lowered + _clipped(step, float(limits[0]), float(limits[1]))


def _max_abs(step: Step) -> Lowered:
    return _centred(step, None, step.floats("scale_", 1)) + _clipped(step, -1.0, 1.0)


def _robust(step: Step) -> Lowered:
    centre = step.floats("center_", 1) if step.flag("with_centering", True) else None
    return _centred(step, centre, step.floats("scale_", 1) if step.flag("with_scaling", True) else None)


def _chosen(step: Step, mask: npt.NDArray[Any]) -> Lowered:
    (order,) = np.nonzero(mask)
    if mask.ndim != 1 or not len(order):
        raise step.bad("it must keep at least one feature: fit it again")
    return [Reorder(step.name, step.estimator.kind, order.astype(np.int64))]


def _variance(step: Step) -> Lowered:
    threshold = step.array(step.get("threshold", 0.0), "threshold", 0)
    return _chosen(step, step.floats("variances_", 1) > threshold)


def _best(step: Step) -> Lowered:
    scores = step.fit_result("scores_")
    if not isinstance(scores, np.ndarray) or scores.ndim != 1 or scores.dtype.kind != "f":
        raise step.bad("scores_ must be an array of floats: fit it again")
    k = step.get("k")
    if k == "all":
        return _chosen(step, np.ones(len(scores)))
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 0 < k <= len(scores):
        raise step.bad(f"k must be all or in 1..{len(scores)}: fit it again")
    known = np.where(np.isnan(scores), -np.finfo(scores.dtype).max, scores)  # as SelectKBest ranks constant features
    mask = np.zeros(len(scores))
    mask[np.argsort(known, kind="stable")[-int(k) :]] = 1
    return _chosen(step, mask)


def _support(step: Step) -> Lowered:
    return _chosen(step, step.floats("support_", 1))


def _principal(step: Step) -> Lowered:
    """``(x − mean_) · components_ᵀ``, and for ``whiten`` over the square root of each one's variance."""
    components = np.atleast_2d(step.floats("components_", 2))
    mean = step.floats("mean_", 1) if "mean_" in step.estimator.attributes else np.zeros(())
    weights = components.T
    if step.flag("whiten", False):
        variance = step.floats("explained_variance_", 1)
        if variance.shape != weights.shape[1:]:
            raise step.bad(
                f"explained_variance_ must have {weights.shape[1]} values, not {variance.size}: fit it again"
            )
        least = np.finfo(np.result_type(np.asarray(step.fit_result("explained_variance_")), np.float16)).eps
        weights = weights / np.maximum(np.sqrt(np.maximum(variance, 0)), least)
    if mean.shape not in ((), weights.shape[:1]):
        raise step.bad(f"mean_ must have {len(weights)} values, not {mean.size}: fit it again")
    bias = -(np.broadcast_to(mean, len(weights)) @ weights) if mean.any() else np.zeros(weights.shape[1])
    return [Linear(step.name, step.estimator.kind, weights, bias)]


def _imputed(step: Step) -> Lowered:
    missing = step.get("missing_values", math.nan)
    if step.flag("add_indicator", False) or not isinstance(missing, float) or not math.isnan(missing):
        raise step.bad("only NaN may be replaced, without indicators: impute before the data are measured or saved")
    step.floats("statistics_", 1)  # a column without any value has NaN, and would be dropped
    return [Keep(step.name, step.estimator.kind)]


def _function(step: Step) -> Lowered:
    if step.get("func") is not None:
        raise step.bad("a function of Python's own cannot be had: apply it before the data reach the network")
    return [Keep(step.name, step.estimator.kind)]


TRANSFORMERS: Mapping[str, tuple[Callable[[Step], Lowered], str]] = MappingProxyType(
    {
        "StandardScaler": (_standard, "the input scaling, where it comes first"),
        "MinMaxScaler": (_min_max, "the same; clip=True becomes a layer of its own"),
        "MaxAbsScaler": (_max_abs, "the same; clip=True becomes a layer of its own"),
        "RobustScaler": (_robust, "the same"),
        "VarianceThreshold": (_variance, "weights 0 for features that are left out"),
        "SelectKBest": (_best, "the same"),
        "RFE": (_support, "the same"),
        "RFECV": (_support, "the same"),
        "SequentialFeatureSelector": (_support, "the same"),
        "PCA": (_principal, "a linear layer; whiten too"),
        "IncrementalPCA": (_principal, "a linear layer; whiten too"),
        "TruncatedSVD": (_principal, "a linear layer"),
        "SimpleImputer": (_imputed, "nothing: integers are never NaN"),
        "FunctionTransformer": (_function, "only without a function"),
    }
)
"""By class: what makes operators of a step, and a remark."""
