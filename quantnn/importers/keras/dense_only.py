"""Weights without an architecture: a chain of dense layers, whose activations the user names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from quantnn.importers.keras.architecture import Architecture
from quantnn.importers.keras.hdf5 import Hdf5
from quantnn.importers.keras.layer import Layer
from quantnn.importers.keras.weights import named
from quantnn.model.activation import FloatActivation

__all__ = ["dense_layers"]

_COUNTED = re.compile(r"((?:layers|_layer_checkpoint_dependencies)/([^/]+))/(?:.*/)?vars/[0-9]+")
_DENSE = re.compile(r"dense(?:_([0-9]+))?")


def dense_layers(file: Hdf5, activations: Sequence[str]) -> Architecture:
    """The layers in a file, one per activation.

    Raises
    ------
    ValueError
        It holds others than dense layers, or not as many as there are activations.
    """
    found = list(_named(file)) if file.names("", "layer_names") is not None else list(_counted(file))
    if len(found) != len(activations):
        raise ValueError(
            f"it has {len(found)} dense layers, but {len(activations)} activations are named: name one for each"
        )
    layers = tuple(
        Layer("Dense", name, {"use_bias": bias, "activation": _activation(word)}, name, path)
        for (name, path, bias), word in zip(found, activations, strict=True)
    )
    return Architecture(file.text("", "keras_version"), layers)


def _activation(name: str) -> object:
    """As a configuration would have it."""
    activation = FloatActivation.named(name)
    if activation.kind != "leaky_relu":
        return activation.name
    if ":" not in name:
        raise ValueError(
            "leaky_relu must state its slope: Keras' activation has leaky_relu:0.2, its layer leaky_relu:0.3"
        )
    return {"class_name": "LeakyReLU", "config": {"negative_slope": activation.slope}}


def _named(file: Hdf5) -> Iterator[tuple[str, str, bool]]:
    """Name, path and whether it has a bias, of each layer with weights."""
    for name in file.names("", "layer_names") or ():
        if weights := list(named(file, "", name).values()):
            if [array.ndim for array in weights] not in ([2], [2, 1]):
                raise ValueError(_others(name))
            yield name, name, len(weights) > 1


def _counted(file: Hdf5) -> Iterator[tuple[str, str, bool]]:
    paths = {match[1]: match[2] for match in map(_COUNTED.fullmatch, file.arrays) if match}
    numbers: dict[int, tuple[str, str]] = {}
    for path, name in paths.items():
        dense = _DENSE.fullmatch(name)
        if dense is None or f"{path}/vars/0" not in file.arrays:
            raise ValueError(_others(name))
        numbers[int(dense[1] or 0)] = name, path.replace("_layer_checkpoint_dependencies", "layers")
    for _, (name, path) in sorted(numbers.items()):
        original = next(old for old, word in paths.items() if word == name)
        yield name, path, f"{original}/vars/1" in file.arrays


def _others(name: str) -> str:
    return (
        f"it has weights of {name[:60]}, and only dense layers are read without an architecture: put model.to_json()"
        " beside it under the same name with .json, or save the whole model as .keras"
    )
