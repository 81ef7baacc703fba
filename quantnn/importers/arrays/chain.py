"""From the layers that a file names to weights and biases that fit together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from quantnn.errors import InputError
from quantnn.importers.arrays.alternatives import duplicates, selections, sequences
from quantnn.importers.arrays.spelling import NamedLayer
from quantnn.model.activation import Floats
from quantnn.model.array_checks import numeric

__all__ = ["chained"]


def chained(layers: Sequence[NamedLayer], source: Path, count: int = 0) -> list[tuple[Floats, Floats]]:
    """Per layer its weights (in_features, out_features) and biases (out_features,), zeros where it has none.

    Parameters
    ----------
    count : int
        How many layers the file's activations are for; 0 if that is not known.

    Raises
    ------
    InputError
        An array holds no finite numbers, has another shape, or does not fit the layer before it; or there are more
        layers than activations. The message says which layers, or which order, would fit.
    """
    if 0 < count < len(layers):
        _refuse_surplus(layers, source, count)
    chain: list[tuple[Floats, Floats]] = []
    for layer in layers:
        weights = _weights(layer, source)
        inputs, outputs = weights.shape
        bias = _bias(layer, weights, source)
        above = len(chain[-1][1]) if chain else inputs
        if inputs != above:
            remedy = _order(layers) or (_transpose(layer) if outputs == above else "save the layers in order")
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


def _refuse_surplus(layers: Sequence[NamedLayer], source: Path, count: int) -> None:
    """Say of a layer without an activation why it may be there: an unused head, or one layer under two names."""
    plural = "" if count == 1 else "s"
    problem = f"{source}: array activations has {count} name{plural} for {len(layers)} layers"
    if twins := duplicates(layers):
        first, second = (layer.weights_name for layer in twins)
        raise InputError(
            f"{problem}, and {first} and {second} are equal: save a name per layer, or leave {second} out if it is"
            " the same layer under another name"
        )
    if any(layer.weights.ndim != 2 for layer in layers):
        return
    choices = selections(layers, count) if count > 1 else []
    if not choices:
        raise InputError(f"{problem}: save one name per layer")
    fitting = ", and ".join(_names(choice) for choice in choices)
    unused = next(layer.weights_name for layer in reversed(layers) if layer not in choices[0])
    raise InputError(
        f"{problem}: save one name per layer, or leave out what the output does not depend on, like an unused head,"
        f" by arrays.pop({unused!r}): alone fit {fitting}"
    )


def _order(layers: Sequence[NamedLayer]) -> str:
    """Which order of the layers would fit, if any does and it is the only one."""
    if any(layer.weights.ndim != 2 for layer in layers):
        return ""
    found = sequences(layers, 2)
    if len(found) == 1:
        return f"save the layers in order; only {_names(found[0])} fit"
    without = selections(layers, len(layers) - 1, 2) if len(layers) > 2 else []
    if len(without) == 1:
        surplus = _names([layer for layer in layers if layer not in without[0]])
        return f"leave {surplus} out if the output does not depend on it (an unused head), for the others fit"
    return ""


def _names(layers: Sequence[NamedLayer]) -> str:
    return ", ".join(layer.weights_name for layer in layers)


def _transpose(layer: NamedLayer) -> str:
    return f"weights are {layer.order}, so save {layer.weights_name}.T"
