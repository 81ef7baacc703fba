"""Tensors of a file as arrays."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, numpy_helper

from quantnn.errors import InputError
from quantnn.importers.onnx.budget import Budget
from quantnn.importers.onnx.external import external_data

__all__ = ["Constant", "tensor_array"]

Constant = npt.NDArray[Any]

_BITS = {
    TensorProto.FLOAT: 32,
    TensorProto.UINT8: 8,
    TensorProto.INT8: 8,
    TensorProto.UINT16: 16,
    TensorProto.INT16: 16,
    TensorProto.INT32: 32,
    TensorProto.INT64: 64,
    TensorProto.BOOL: 8,
    TensorProto.FLOAT16: 16,
    TensorProto.DOUBLE: 64,
    TensorProto.UINT32: 32,
    TensorProto.UINT64: 64,
    TensorProto.BFLOAT16: 16,
    TensorProto.UINT4: 4,
    TensorProto.INT4: 4,
}
"""Element types and their bits in raw data."""
_MOST_TEXTS = 10_000
_MOST_AXES = 8


def tensor_array(tensor: TensorProto, path: Path, budget: Budget, what: str) -> Constant:
    """A tensor's values, in a type of numpy's own: bfloat16 as float32, 4-bit integers as 8-bit ones, with ``bits`` in
    the metadata of their type.

    Parameters
    ----------
    path : Path
        Of the model, beside which external data lie.
    what : str
        The tensor, for messages.

    Raises
    ------
    InputError
        Shape, type and data do not fit together, or there are too many.
    """
    shape, kind = tuple(tensor.dims), tensor.data_type
    if len(shape) > _MOST_AXES or any(size < 0 for size in shape):
        raise InputError(f"{path}: {what} has shape {list(shape)[:10]}: sizes must be positive, of {_MOST_AXES} axes")
    count = math.prod(shape)
    budget.take(count, what)
    if kind == TensorProto.STRING:
        if count > _MOST_TEXTS or count != len(tensor.string_data):
            raise InputError(f"{path}: {what} has {len(tensor.string_data)} texts for shape {list(shape)}")
        return np.array([text.decode("utf-8", "replace") for text in tensor.string_data], dtype=object).reshape(shape)
    if kind not in _BITS:
        raise InputError(f"{path}: {what} has elements of type {_type(kind)}: save it as float32")
    size = -(-count * _BITS[kind] // 8)
    filled = TensorProto()
    filled.CopyFrom(TensorProto(dims=tensor.dims, data_type=kind))
    if tensor.data_location == TensorProto.EXTERNAL:
        filled.raw_data = external_data(tensor, size, path, what)
        tensor = filled
    if tensor.HasField("segment") or (tensor.HasField("raw_data") and len(tensor.raw_data) != size):
        raise InputError(
            f"{path}: {what} has {len(tensor.raw_data)} bytes, but its shape {list(shape)} and type {_type(kind)} need"
            f" {size}: save it again"
        )
    try:
        array = np.asarray(numpy_helper.to_array(tensor))
        if array.shape != shape:
            raise ValueError
    except (ValueError, TypeError, KeyError, IndexError, OverflowError):
        raise InputError(f"{path}: {what} has other data than its shape {list(shape)} needs: save it again") from None
    if kind == TensorProto.BFLOAT16:
        return array.astype(np.float32)
    if _BITS[kind] != 4:
        return array
    return array.astype(np.dtype(np.int8 if kind == TensorProto.INT4 else np.uint8, metadata={"bits": 4}))


def _type(kind: int) -> str:
    return TensorProto.DataType.Name(kind) if kind in TensorProto.DataType.values() else str(kind)
