"""Functions that move values around, or leave them where they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from quantnn.files.safe_npz import Array
from quantnn.importers.pytorch.aten.arguments import constant, integer, live
from quantnn.importers.pytorch.aten.live import BATCH, Batch, Live, Node, Value
from quantnn.importers.pytorch.dtypes import DTYPES

__all__ = ["LAYOUT"]

_FLOATS = {"float16", "bfloat16", "float32", "float64", 5, 6, 7, 15}
"""Floating types by their names, and by the numbers that TorchScript has for them."""


def _rearranged(node: Node, x: Value, change: Callable[[Array], Array]) -> Value:
    return x.rearranged(node, change) if isinstance(x, Live) else change(constant(x))


def _integers(value: Value) -> list[int]:
    if not isinstance(value, (list, tuple)):
        raise ValueError("its dimensions must be a list of integers")
    return [integer(item) for item in value]


def transposed(node: Node, self: Value) -> Value:
    return _rearranged(node, self, lambda a: a.T)


def permute(node: Node, self: Value, dims: Value) -> Value:
    return _rearranged(node, self, lambda a: np.transpose(a, _integers(dims)))


def transpose(node: Node, self: Value, dim0: Value, dim1: Value) -> Value:
    return _rearranged(node, self, lambda a: np.swapaxes(a, integer(dim0), integer(dim1)))


def view(node: Node, self: Value, size: Value = None, shape: Value = None) -> Value:
    sizes = list(size if isinstance(size, (list, tuple)) else shape if isinstance(shape, (list, tuple)) else ())
    if not isinstance(self, Live):
        return constant(self).reshape(_integers(sizes))
    if not sizes or any(isinstance(length, Batch) for length in sizes[1:]):
        raise ValueError("it mixes the samples of a batch: leave the first dimension as it is")
    first, rest = sizes[0], _integers(sizes[1:])
    whole = isinstance(first, Batch) or first == -1 or (first == self.batch if self.batch else integer(first) > 0)
    if self.shape is None:
        if whole and len(rest) == 1:
            return self.then(self.kept(node).operator, None if rest[0] == -1 else (rest[0],))  # type: ignore[arg-type]
        raise ValueError("what comes in has no known shape")
    if not whole:
        raise ValueError("it mixes the samples of a batch: leave the first dimension as it is")
    free = first == -1 and -1 not in rest
    return self.rearranged(node, lambda a: a.reshape(-1 if free else len(a), *rest))


def flatten(node: Node, self: Value, start_dim: Value = 0, end_dim: Value = -1) -> Value:
    first, last = integer(start_dim), integer(end_dim)
    if isinstance(self, Live) and self.shape is None and (first, last) == (1, -1):
        return self.kept(node)

    def change(a: Array) -> Array:
        begin, end = (place % max(a.ndim, 1) for place in (first, last))
        return a.reshape(*a.shape[:begin], -1, *a.shape[end + 1 :])

    return _rearranged(node, self, change)


def unflatten(node: Node, self: Value, dim: Value, sizes: Value) -> Value:
    def change(a: Array) -> Array:
        place = integer(dim) % a.ndim
        return a.reshape(*a.shape[:place], *_integers(sizes), *a.shape[place + 1 :])

    return _rearranged(node, self, change)


def squeeze(node: Node, self: Value, dim: Value = None) -> Value:
    def change(a: Array) -> Array:
        places = range(1, a.ndim) if dim is None else _integers(dim if isinstance(dim, (list, tuple)) else [dim])
        return np.squeeze(a, tuple(place for place in places if a.shape[place] == 1))

    return _rearranged(node, self, change)


def unsqueeze(node: Node, self: Value, dim: Value) -> Value:
    return _rearranged(node, self, lambda a: np.expand_dims(a, integer(dim)))


def cut(
    node: Node, self: Value, dim: Value = 0, start: Value = None, end: Value = None, step: Value = 1
) -> Value:
    whole = dim == 0 and start in (None, 0) and (end is None or integer(end) >= 1 << 62) and step == 1
    if isinstance(self, Live) and whole:
        return self.kept(node)
    ends = [None if value is None else integer(value) for value in (start, end)]

    def change(a: Array) -> Array:
        chosen = slice(ends[0], ends[1], integer(step))
        return np.asarray(a[(*[slice(None)] * (integer(dim) % a.ndim), chosen)])

    return _rearranged(node, self, change)


def narrow(node: Node, self: Value, dim: Value, start: Value, length: Value) -> Value:
    return cut(node, self, dim, start, integer(start) + integer(length))


def select(node: Node, self: Value, dim: Value, index: Value) -> Value:
    return _rearranged(node, self, lambda a: np.take(a, integer(index), integer(dim)))


def flip(node: Node, self: Value, dims: Value) -> Value:
    return _rearranged(node, self, lambda a: np.flip(a, tuple(_integers(dims))))


def cast(node: Node, self: Value, *args: Value, **kwargs: Value) -> Value:
    """Another number type or device."""
    stated = [value for value in (kwargs.get("dtype"), *args[:2]) if isinstance(value, str) and value in DTYPES]
    stated += [str(value) for value in args[:1] if type(value) is int and value not in _FLOATS]
    if isinstance(self, Live) and any(dtype not in _FLOATS for dtype in stated):
        raise ValueError("it makes integers of the values: leave it out, quantnn quantizes the network itself")
    return kept(node, self)


def kept(node: Node, self: Value, *args: Value, **kwargs: Value) -> Value:
    return self.kept(node) if isinstance(self, Live) else self


def dropout(node: Node, input: Value = None, p: Value = 0.5, train: Value = False, self: Value = None) -> Value:
    return live(self if input is None else input).kept(node)


def size(node: Node, self: Value, dim: Value = None) -> Value:
    sizes: list[Value]
    if isinstance(self, Live):
        if self.shape is None and dim != 0:
            raise ValueError("what comes in has no known shape")
        sizes = [BATCH, *(self.shape or ())]
    else:
        sizes = [*constant(self).shape]
    if dim is None:
        return sizes
    if not -len(sizes) <= integer(dim) < len(sizes):
        raise ValueError(f"there is no dimension {dim}")
    return sizes[integer(dim)]


def nothing(node: Node, *args: Value, **kwargs: Value) -> Value:
    return None


LAYOUT: dict[str, Callable[..., Value]] = {
    "t": transposed,
    "numpy_T": transposed,
    "permute": permute,
    "transpose": transpose,
    **dict.fromkeys(("view", "reshape", "_unsafe_view", "_reshape_alias"), view),
    "flatten": flatten,
    "unflatten": unflatten,
    "squeeze": squeeze,
    "unsqueeze": unsqueeze,
    "slice": cut,
    "narrow": narrow,
    "select": select,
    "flip": flip,
    **dict.fromkeys(("to", "_to_copy", "type_as", "float", "double"), cast),
    **dict.fromkeys(("contiguous", "clone", "detach", "alias", "lift_fresh", "lift_fresh_copy", "identity"), kept),
    **dict.fromkeys(("dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout"), dropout),
    "native_dropout": lambda node, input, p=0.5, train=False: (dropout(node, input, p), None),
    **dict.fromkeys(("size", "sym_size"), size),
    **dict.fromkeys(("_assert_tensor_metadata", "sym_constrain_range_for_size", "_assert_scalar"), nothing),
}
"""By the function's name."""
