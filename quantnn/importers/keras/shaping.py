"""Layers that move features and change none: Flatten, Reshape and Permute."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from quantnn.importers.keras.layer import Layer, Shape
from quantnn.importers.operators.operator import Keep, Operator, Reorder
from quantnn.model.activation import Floats

__all__ = ["flatten", "keep", "permute", "reshape"]

Weights = Mapping[str, Floats]
Result = tuple[list[Operator], Shape]


def keep(layer: Layer, shape: Shape, weights: Weights) -> Result:
    """What changes nothing at inference."""
    return [Keep(layer.name, layer.kind)], shape


def flatten(layer: Layer, shape: Shape, weights: Weights) -> Result:
    """To one axis; channels that come first are moved behind the others before."""
    flat = (math.prod(shape),)
    if layer.text("data_format", "channels_last") == "channels_first" and len(shape) > 1:
        return [_transposed(layer, shape, (*range(1, len(shape)), 0))], flat
    return [Keep(layer.name, layer.kind)], flat


def reshape(layer: Layer, shape: Shape, weights: Weights) -> Result:
    """To another shape of as many features, of which -1 stands for what is left."""
    target = layer.integers("target_shape")
    if target is None:
        raise ValueError("it must state its target_shape: save the model again")
    count, known = math.prod(shape), math.prod(size for size in target if size != -1)
    if target.count(-1) == 1 and known > 0 and count % known == 0:
        target = tuple(count // known if size == -1 else size for size in target)
    if any(size < 1 for size in target) or math.prod(target) != count:
        raise ValueError(f"its target_shape must have {count} elements, not {list(target)}")
    return [Keep(layer.name, layer.kind)], target


def permute(layer: Layer, shape: Shape, weights: Weights) -> Result:
    """Of axes, which are counted from 1."""
    axes = layer.integers("dims")
    if axes is None or sorted(axes) != list(range(1, len(shape) + 1)):
        raise ValueError(f"its dims must order the axes 1..{len(shape)}, not be {axes}")
    order = tuple(axis - 1 for axis in axes)
    return [_transposed(layer, shape, order)], tuple(shape[axis] for axis in order)


def _transposed(layer: Layer, shape: Shape, order: tuple[int, ...]) -> Operator:
    places = np.arange(math.prod(shape), dtype=np.int64).reshape(shape)
    return Reorder(layer.name, layer.kind, places.transpose(order).reshape(-1).copy())
