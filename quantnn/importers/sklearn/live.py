"""Estimators in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from quantnn.errors import InputError
from quantnn.importers.sklearn.estimator import Estimator, Opaque

__all__ = ["live_estimator"]


def live_estimator(estimator: Any) -> Estimator:
    """The record of a scikit-learn estimator.

    Raises
    ------
    InputError
        It is something else.
    """
    if isinstance(estimator, type):
        raise InputError(f"from_sklearn must get a fitted estimator, not the class {estimator.__name__}")
    if not hasattr(estimator, "get_params") or not hasattr(estimator, "__dict__"):
        raise InputError(f"from_sklearn must get a fitted scikit-learn estimator, not {type(estimator).__name__}")
    return Estimator(type(estimator).__name__, type(estimator).__module__, _Attributes(vars(estimator)))


class _Attributes(Mapping[str, object]):
    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> object:
        return _value(self._values[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _value(value: Any) -> object:
    if value is None or isinstance(value, bool | int | float | str | np.ndarray | np.generic):
        return value
    if isinstance(value, list | tuple):
        return tuple(_value(item) for item in value)
    if hasattr(value, "get_params") and not isinstance(value, type):
        return live_estimator(value)
    return Opaque(type(value).__name__)
