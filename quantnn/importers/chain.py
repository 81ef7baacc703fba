"""From the layers that a file names to weights and biases that fit together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from quantnn.errors import InputError
from quantnn.importers.spelling import NamedLayer
from quantnn.model.activation import Floats
from quantnn.model.array_checks import numeric

__all__ = ["chained"]


def chained(layers: Sequence[NamedLayer], source: Path) -> list[tuple[Floats, Floats]]:
    """Per layer its weights (in_features, out_features) and biases (out_features,), zeros where it has none.

    Raises
    ------
    InputError
        An array holds no finite numbers, has another shape, or does not fit the layer before it.
    """
    chain: list[tuple[Floats, Floats]] = []
    for layer in layers:
        weights = _weights(layer, source)
        inputs, outputs = weights.shape
        bias = _bias(layer, weights, source)
        above = len(chain[-1][1]) if chain else inputs
        if inputs != above:
            remedy = _transpose(layer) if outputs == above else "save the layers in order"
            raise InputError(
                f"{source}: array {layer.weights_name} has {inputs} inputs, but the layer before it has {above}"
                f" outputs: {remedy}"
            )
        chain.append((weights, bias))
    return chain


def _weights(layer: NamedLayer, source: Path) -> Floats:
    weights = numeric(layer.weights, layer.weights_name, source)
    if weights.ndim != 2:
        raise InputError(
            f"{source}: array {layer.weights_name} must have shape {layer.order}, not {weights.shape}:"
            " use dense layers only"
        )
    return weights.T if layer.transposed else weights


def _bias(layer: NamedLayer, weights: Floats, source: Path) -> Floats:
    inputs, outputs = weights.shape
    if layer.bias is None:
        return np.zeros(outputs)
    name, bias = layer.bias_name, numeric(layer.bias, layer.bias_name, source)
    if bias.ndim != 1:
        raise InputError(
            f"{source}: array {name} must have shape ({outputs},), not {bias.shape}: save {name}.reshape(-1)"
        )
    if len(bias) != outputs:
        remedy = _transpose(layer) if len(bias) == inputs else "save both of the same layer"
        raise InputError(
            f"{source}: array {name} has {len(bias)} values, but {layer.weights_name}, {layer.weights.shape}, has"
            f" {outputs} outputs: {remedy}"
        )
    return bias


def _transpose(layer: NamedLayer) -> str:
    return f"weights are {layer.order}, so save {layer.weights_name}.T"
