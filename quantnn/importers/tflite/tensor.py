"""A tensor of a file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.model.activation import Floats

__all__ = ["Quantization", "Tensor"]

_DTYPES = {
    "FLOAT32": "<f4",
    "FLOAT16": "<f2",
    "FLOAT64": "<f8",
    "INT8": "<i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "UINT8": "<u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "BOOL": "<u1",
}
_FLOATS = ("FLOAT32", "FLOAT16", "FLOAT64")


@dataclass(frozen=True, eq=False)
class Quantization:
    """``value = scale · (integer − zero)``, for the whole tensor or for each index of an axis.

    Parameters
    ----------
    scales : float64 array of shape (n,)
        Finite, greater than 0.
    zeros : int64 array of shape (n,)
    axis : int
    """

    scales: Floats
    zeros: Integers
    axis: int


@dataclass(frozen=True, eq=False)
class Tensor:
    """What the file says of one tensor.

    Parameters
    ----------
    number : int
        Its place among the tensors.
    name : str
    shape : tuple of int
        With the batch; at least one element.
    kind : str
        As the schema calls the type of elements: ``FLOAT32``.
    data : bytes, optional
        The elements of a constant.
    quantization : Quantization, optional
    """

    number: int
    name: str
    shape: tuple[int, ...]
    kind: str
    data: npt.NDArray[np.uint8] | None
    quantization: Quantization | None

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def constant(self) -> bool:
        return self.data is not None

    @property
    def floating(self) -> bool:
        return self.kind in _FLOATS

    @property
    def quantized(self) -> bool:
        """Whether its elements are integers that stand for floats."""
        return self.quantization is not None and self.integers is not None

    @property
    def integers(self) -> IntegerRange | None:
        """The range of an element, if it is an integer."""
        if self.floating or self.kind not in _DTYPES:
            return None
        limits = np.iinfo(np.dtype(_DTYPES[self.kind]))
        return IntegerRange(int(limits.min), int(limits.max))

    def array(self) -> npt.NDArray[Any]:
        """The elements of a constant, in the file's own type.

        Raises
        ------
        ValueError
            The tensor is no constant, or of a type that cannot be had, or not as long as its shape says.
        """
        if self.data is None:
            raise ValueError(f"{self.name} must be constant")
        if self.kind not in _DTYPES:
            raise ValueError(f"{self.name} is of type {self.kind}: only {', '.join(_DTYPES)} can be had")
        dtype = np.dtype(_DTYPES[self.kind])
        if self.data.size != self.size * dtype.itemsize:
            raise ValueError(
                f"{self.name} must have {self.size * dtype.itemsize:,} bytes for its shape {self.shape}, not"
                f" {self.data.size:,}: save the model again"
            )
        return self.data.view(dtype).reshape(self.shape)
