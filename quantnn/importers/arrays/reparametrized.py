"""Weights that a framework keeps as the product of other arrays."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from quantnn.errors import InputError
from quantnn.files.safe_npz import Array
from quantnn.model.activation import Floats
from quantnn.model.array_checks import numeric

__all__ = ["is_factor", "recomposed"]

_Product = Callable[[Floats, Floats, str, Path], Floats]
"""Both factors, the name of the first and the file it is from, to the whole."""

_MASK = re.compile(r"(?P<of>(?:.*\.)?(?:weight|bias)\w*)_(?P<part>orig|mask)")
_NORM = (
    re.compile(r"(?P<of>(?:.*\.)?weight)_(?P<part>[gv])"),
    re.compile(r"(?P<scope>(?:.*\.)?)parametrizations\.(?P<of>weight)\.original(?P<part>[01])"),
)


def is_factor(name: str) -> bool:
    """Whether an array of that name may be a factor of weights or biases."""
    return any(pattern.fullmatch(name) for pattern in (_MASK, *_NORM))


def recomposed(arrays: Mapping[str, Array], source: Path) -> tuple[dict[str, Array], tuple[str, ...]]:
    """The arrays with each product in the place of its first factor, and a note for each kind that was found.

    * Pruned by PyTorch: ``weight_orig · weight_mask``; biases likewise.
    * Weight normalization, either way that PyTorch writes it: ``g · v / ‖v‖``, the norm taken over the dimensions in
      which g has length 1, or over all where g is a single value.

    A factor without its other half is left alone.

    Raises
    ------
    InputError
        Two factors do not fit, or hold no finite numbers.
    """
    arrays, pruned = _joined(arrays, _MASK, ("orig", "mask"), _masked, source)
    notes = [f"{', '.join(pruned)}: the pruning masks are multiplied in"] if pruned else []
    for pattern, parts in zip(_NORM, (("g", "v"), ("0", "1")), strict=True):
        arrays, normalized = _joined(arrays, pattern, parts, _normalized, source)
        notes += [f"{', '.join(normalized)}: weight normalization is multiplied in"] if normalized else []
    return arrays, tuple(notes)


def _joined(
    arrays: Mapping[str, Array], pattern: re.Pattern[str], parts: tuple[str, str], product: _Product, source: Path
) -> tuple[dict[str, Array], list[str]]:
    factors: dict[str, dict[str, str]] = {}
    for name in arrays:
        if match := pattern.fullmatch(name):
            factors.setdefault(_whole(match), {})[match["part"]] = name
    complete = {name: both for name, both in factors.items() if both.keys() == set(parts) and name not in arrays}
    products: dict[str, Floats] = {}
    for name, both in complete.items():
        one, other = (numeric(arrays[both[part]], both[part], source) for part in parts)
        products[name] = product(one, other, both[parts[0]], source)
    places = {factor: name for name, both in complete.items() for factor in both.values()}
    joined: dict[str, Array] = {}
    for name, array in arrays.items():
        whole = places.get(name, name)
        joined.setdefault(whole, products.get(whole, array))
    return joined, list(complete)


def _whole(match: re.Match[str]) -> str:
    return match.groupdict().get("scope", "") + match["of"]


def _masked(original: Floats, mask: Floats, name: str, source: Path) -> Floats:
    if original.shape != mask.shape:
        raise InputError(
            f"{source}: array {name} has shape {original.shape}, but its mask {mask.shape}: save both of the same layer"
        )
    return original * mask


def _normalized(length: Floats, direction: Floats, name: str, source: Path) -> Floats:
    axes = tuple(range(direction.ndim)) if length.ndim == 0 else tuple(np.flatnonzero(np.array(length.shape) == 1))
    kept = [1 if axis in axes else size for axis, size in enumerate(direction.shape)]
    if length.ndim and list(length.shape) != kept:
        raise InputError(
            f"{source}: array {name} has shape {length.shape}, which does not say over which axis the weights"
            f" {direction.shape} are normalized: call torch.nn.utils.remove_weight_norm and save again"
        )
    norm: Floats = np.sqrt(np.square(direction).sum(axis=axes, keepdims=True))
    if not norm.all():
        raise InputError(f"{source}: array {name} belongs to weights of length 0, which have no direction: train again")
    return length * direction / norm
