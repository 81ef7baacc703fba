"""The number types of PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from quantnn.files.safe_npz import Array

__all__ = ["DTYPES", "EXPORTED", "STORAGES", "Dtype", "Order"]

Order = Literal["<", ">"]
"""Little or big end first."""


def _plain(array: Array) -> Array:
    return array


def _bfloat16(array: Array) -> Array:
    """The upper halves of float32 numbers."""
    return np.asarray(array.astype(np.uint32) << np.uint32(16)).view(np.float32)


@dataclass(frozen=True)
class Dtype:
    """One number type.

    Parameters
    ----------
    stored : str
        As numpy reads its bytes, without the byte order.
    numbers : function
        From what was read so to an array of the same shape that holds the numbers.
    """

    stored: str
    numbers: Callable[[Array], Array] = _plain

    @property
    def size(self) -> int:
        """Bytes of one number."""
        return np.dtype(self.stored).itemsize

    def raw(self, data: bytes | memoryview, order: Order = "<") -> Array:
        """Bytes of the given order as they are stored, as many as there are whole ones; ``numbers`` takes them."""
        whole = len(data) - len(data) % self.size
        return np.frombuffer(memoryview(data)[:whole], np.dtype(self.stored).newbyteorder(order))


DTYPES = MappingProxyType(
    {
        **{name: Dtype(name) for name in ("float64", "float32", "float16")},
        "bfloat16": Dtype("uint16", _bfloat16),
        **{f"{sign}int{bits}": Dtype(f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)},
        "bool": Dtype("uint8", lambda array: array != 0),
    }
)
"""By PyTorch's name, without ``torch.`` in front."""

STORAGES = MappingProxyType(
    {
        **{"DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16"},
        **{"BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16"},
        **{"CharStorage": "int8", "ByteStorage": "uint8", "BoolStorage": "bool", "UntypedStorage": "uint8"},
    }
)
"""By the class that keeps their numbers."""

EXPORTED = MappingProxyType(
    {
        **{1: "uint8", 2: "int8", 3: "int16", 4: "int32", 5: "int64", 6: "float16", 7: "float32", 8: "float64"},
        **{12: "bool", 13: "bfloat16"},
    }
)
"""By the number that exported programs write for them (``ScalarType`` of torch/_export/serde/schema.py)."""
