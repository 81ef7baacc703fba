"""Weights in .safetensors files."""

from __future__ import annotations

import math
import re
from functools import partial
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.regular_file import opened
from quantnn.files.safe_npz import SIZE_LIMIT, Array
from quantnn.importers.arrays.alternatives import sequences
from quantnn.importers.arrays.model import is_needed
from quantnn.importers.arrays.spelling import NamedLayer
from quantnn.importers.arrays.weights_only import network_of_weights
from quantnn.importers.format import Format, Hints
from quantnn.importers.pytorch.advice import SAVE_ONNX, SAVE_STATE
from quantnn.importers.pytorch.dtypes import Order
from quantnn.importers.pytorch.tensor import Storage, Tensor
from quantnn.importers.reading import Reading

__all__ = ["Safetensors"]

_DTYPES = {
    **{f"F{bits}": f"float{bits}" for bits in (16, 32, 64)},
    **{f"{kind}{bits}": f"{name}{bits}" for kind, name in (("I", "int"), ("U", "uint")) for bits in (8, 16, 32, 64)},
    "BF16": "bfloat16",
    "BOOL": "bool",
}


class Safetensors(Format):
    """Named tensors, as the safetensors library writes them for any framework."""

    name = "safetensors"
    suffixes = (".safetensors",)
    extra = "torch"

    def recognises(self, path: Path, head: bytes) -> bool:
        return len(head) > 9 and head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") < _MOST_HEADER

    def load(self, path: Path, hints: Hints) -> Reading:
        arrays = _in_order(_arrays(path), path)
        return Reading(self.name, network_of_weights(arrays, path, hints, SAVE_ONNX))


_MOST_HEADER = 100_000_000
"""Bytes; the format's own limit."""
_LONGEST_HEADER, _MOST_TENSORS = 1 << 22, 10_000
"""Of what is read."""


def _arrays(path: Path) -> dict[str, Array]:
    import safetensors

    with opened(path) as file:
        content = file.read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        raise InputError(f"{path} has more than {SIZE_LIMIT:,} bytes: save a smaller model")
    try:
        if int.from_bytes(content[:8], "little") > _LONGEST_HEADER:
            raise _too_many(path)
        members = safetensors.deserialize(content)
    except safetensors.SafetensorError as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{path} is a damaged .safetensors ({reason}): copy or save it again") from None
    if len(members) > _MOST_TENSORS:
        raise _too_many(path)
    arrays: dict[str, Array] = {}
    for name, member in members:
        dtype = _DTYPES.get(member["dtype"], member["dtype"])
        data, shape = bytes(member["data"]), tuple(member["shape"])
        strides = tuple(math.prod(shape[place + 1 :]) for place in range(len(shape)))
        try:
            tensor = Tensor(Storage(dtype, len(data), partial(_read, data)), dtype, 0, shape, strides)
            arrays[name] = tensor.array() if is_needed(name) else tensor.shadow()
        except ValueError as error:
            raise InputError(f"{path}: tensor {name[:80]}: {error}") from None
    return arrays


def _too_many(path: Path) -> InputError:
    return InputError(
        f"{path} lists more than {_MOST_TENSORS:,} tensors, or {_LONGEST_HEADER:,} bytes of them: save a smaller model"
    )


def _read(data: bytes) -> tuple[bytes, Order]:
    return data, "<"


def _in_order(arrays: dict[str, Array], path: Path) -> dict[str, Array]:
    """The tensors in the model's order, which such files do not keep: they are sorted by their names.

    Raises
    ------
    InputError
        Neither numbers in the names nor the shapes tell the order.
    """
    names = [name for name in arrays if name.endswith(".weight") and arrays[name].ndim == 2]
    if len({tuple(re.split(r"[0-9]+", name)) for name in names}) < 2:
        return arrays
    layers = [NamedLayer(name, "", arrays[name], None, transposed=True) for name in names]
    fitting = sequences(layers, 2)
    if len(fitting) != 1:
        raise InputError(
            f"{path}: the order of the layers is not clear, because such files sort them by name, and"
            f" {'several orders fit' if fitting else 'no order fits'}: number them (fc1, fc2, …), or save a state dict"
            f" ({SAVE_STATE}), or the whole model: {SAVE_ONNX}"
        )
    scopes = [layer.weights_name.removesuffix("weight") for layer in fitting[0]]
    first = {name: arrays[name] for scope in scopes for name in arrays if name.startswith(scope)}
    return first | arrays
