"""Constants that are integers with scales: what DequantizeLinear and Quant make of weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.importers.onnx.constants import Constant
from quantnn.model.activation import Floats

__all__ = ["GridConstant", "format_of", "grid_of"]


class GridConstant(np.ndarray[tuple[int, ...], np.dtype[np.float64]]):
    """Floats ``integers · scales``, which remember both; what is computed of it, does not.

    Members
    -------
    integers : int64 array of the same shape
        Without zero points.
    scales : float64 array of the same shape
    range : IntegerRange
        The format of an integer.
    """

    integers: Integers
    scales: Floats
    range: IntegerRange

    @classmethod
    def of(cls, integers: Integers, scales: Floats, range: IntegerRange) -> Self:
        made = np.asarray(integers * scales, dtype=np.float64).view(cls)
        made.integers, made.range = integers, range
        made.scales = np.broadcast_to(scales, integers.shape)
        return made

    def moved(self, move: Callable[[Constant], Constant]) -> Self:
        """With all elements put elsewhere."""
        return type(self).of(move(self.integers), move(self.scales), self.range)


def format_of(dtype: np.dtype[Any]) -> IntegerRange:
    """The range of an integer type, whose metadata may say that it has fewer ``bits``."""
    metadata: Mapping[str, Any] = dtype.metadata or {}
    return IntegerRange.of_format(int(metadata.get("bits", dtype.itemsize * 8)), dtype.kind == "i")


def grid_of(constant: object) -> GridConstant | None:
    """The constant, if it still is what a quantizer made."""
    return constant if isinstance(constant, GridConstant) and hasattr(constant, "integers") else None
