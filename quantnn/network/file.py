"""The saved integer network: an .npz of plain integer arrays and one JSON header. Never pickled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers, Requantizer
from quantnn.errors import InputError
from quantnn.files.safe_npz import Array, read_npz
from quantnn.network.layers import LAYER_TYPES, Layer
from quantnn.network.layers.base import frozen_integers
from quantnn.network.network import IntegerNetwork
from quantnn.network.sensor import Sensor
from quantnn.network.table import Table

__all__ = ["FORMAT", "VERSION", "load_network", "save_network"]

FORMAT = "quantnn integer network"
VERSION = 1
_MAX_CHANNELS = 1 << 20
_MAX_DIMENSIONS = 8


def save_network(network: IntegerNetwork, path: Path) -> None:
    """Write a network; the same network gives the same bytes."""
    arrays: dict[str, Array] = {}
    headers = []
    for number, layer in enumerate(network.layers):
        requantizer = layer.requantizer
        columns = {
            "multipliers": requantizer.multipliers,
            "negative_multipliers": requantizer.negative_multipliers,
            "shifts": requantizer.shifts,
            "roundings": requantizer.roundings,
        }
        for name, values in {**layer.arrays(), **columns}.items():
            arrays[f"layer{number}.{name}"] = np.asarray(values, dtype=np.int64)
        if layer.table is not None:
            arrays[f"layer{number}.table"] = np.asarray(layer.table.values, dtype=np.int64)
        headers.append(
            {
                "kind": layer.kind,
                "requantized": [requantizer.output.lo, requantizer.output.hi],
                "output": [layer.output.lo, layer.output.hi],
                "scale": np.asarray(layer.scale).tolist(),
                "activation": layer.activation,
                "extra": layer.extra(),
            }
        )
    sensor = None
    if network.sensor is not None:
        own = network.sensor
        sensor = {"step": own.step.tolist(), "zero": own.zero.tolist(), "ties": own.ties}
    header = {
        "format": FORMAT,
        "version": VERSION,
        "input": [network.input.lo, network.input.hi],
        "input_scale": network.input_scale,
        "sensor": sensor,
        "classify": network.classify,
        "layers": headers,
    }
    if network.class_names:
        header["class_names"] = list(network.class_names)
    if len(network.input_shape) > 1:
        header["input_shape"] = list(network.input_shape)
    text = np.frombuffer(json.dumps(header, sort_keys=True).encode(), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, header=text, **arrays)


def load_network(path: str | Path) -> IntegerNetwork:
    """Read a saved network.

    Raises
    ------
    InputError
        The file is no saved network, was written by a newer version, or is damaged.
    """
    arrays = read_npz(path, wanted=lambda name: name == "header" or name.startswith("layer"))
    try:
        header = json.loads(arrays["header"].tobytes())
        if header["format"] != FORMAT:
            raise KeyError("format")
    except (KeyError, TypeError, ValueError, RecursionError):
        raise InputError(f"{path} is no saved integer network: make one with quantnn export") from None
    if header.get("version") != VERSION:
        raise InputError(
            f"{path} has format version {header.get('version')!r:.20}, but this quantnn reads version {VERSION}:"
            " export the model again"
        )
    try:
        layers = tuple(_layer(number, entry, arrays) for number, entry in enumerate(header["layers"]))
        input, sensor = IntegerRange(*header["input"]), header.get("sensor")
        return IntegerNetwork(
            input,
            layers,
            bool(header["classify"]),
            float(header["input_scale"]),
            None if sensor is None else _sensor(sensor, input),
            _class_names(header.get("class_names", [])),
            _shape(header.get("input_shape", [])),
        )
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise InputError(f"{path} is damaged ({error}): export the model again") from None


def _sensor(entry: dict[str, Any], input: IntegerRange) -> Sensor:
    return Sensor(np.array(entry["step"]), np.array(entry["zero"]), input, str(entry.get("ties", "up")))


def _class_names(names: list[str]) -> tuple[str, ...]:
    if not isinstance(names, list):
        raise TypeError(f"class_names must be a list, not {str(names)[:40]}")
    return tuple(names)


def _shape(shape: list[int]) -> tuple[int, ...]:
    if not isinstance(shape, list) or len(shape) > _MAX_DIMENSIONS or not all(type(size) is int for size in shape):
        raise TypeError(f"input_shape must be a list of a few integers, not {str(shape)[:40]}")
    return tuple(shape)


def _layer(number: int, entry: dict[str, Any], arrays: dict[str, Array]) -> Layer:
    prefix = f"layer{number}."
    own: dict[str, Integers] = {
        name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)
    }
    columns = ("multipliers", "negative_multipliers", "shifts", "roundings")
    m, n, s, r = (_integers(own, name) for name in columns)
    requantized, output = IntegerRange(*entry["requantized"]), IntegerRange(*entry["output"])
    common = {
        "requantizer": Requantizer(m, n, s, r, requantized),
        "table": Table(requantized, _integers(own, "table"), output) if "table" in own else None,
        "scale": np.array(entry["scale"], dtype=np.float64),
        "activation": str(entry["activation"]),
    }
    return LAYER_TYPES[entry["kind"]].from_saved(own, common, entry["extra"])


def _integers(arrays: dict[str, Array], name: str) -> tuple[int, ...]:
    if arrays[name].size > _MAX_CHANNELS:
        raise ValueError(f"{name} has {arrays[name].size} values, more than {_MAX_CHANNELS}")
    return tuple(frozen_integers(arrays[name], 1, name).tolist())
