"""What functions are called with."""

from __future__ import annotations

import numpy as np

from quantnn.importers.pytorch.aten.live import Live, Value
from quantnn.model.activation import Floats

__all__ = ["constant", "integer", "live", "number"]


def live(value: Value) -> Live:
    """A tensor that depends on the input.

    Raises
    ------
    ValueError
        It does not.
    """
    if not isinstance(value, Live):
        raise ValueError("what it is applied to does not depend on the model's input")
    return value


def constant(value: Value) -> Floats:
    """An array that does not depend on the input.

    Raises
    ------
    ValueError
        It does, or it is none.
    """
    if isinstance(value, Live):
        raise ValueError(
            "both tensors depend on the model's input (a skip connection, a gate or an attention): a chain of layers is"
            " supported"
        )
    if isinstance(value, (np.ndarray, np.generic)) or type(value) in (int, float, bool):
        return np.asarray(value, dtype=np.float64)
    raise ValueError("it must be a tensor or a number that is known")


def number(value: Value) -> float:
    """A single number that does not depend on the input.

    Raises
    ------
    ValueError
        It is none.
    """
    array = constant(value)
    if array.size != 1 or not np.isfinite(array).all():
        raise ValueError("it must be a single finite number")
    return float(array.reshape(()))


def integer(value: Value) -> int:
    """An integer.

    Raises
    ------
    ValueError
        It is none.
    """
    if type(value) is not int:
        raise ValueError("a number of a dimension must be an integer")
    return value
