"""Samples and labels that a user gives for calibration and tests."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.errors import InputError
from quantnn.files.safe_npz import Array, read_npy
from quantnn.model.activation import Floats
from quantnn.model.array_checks import integral, numeric
from quantnn.network.sensor import Sensor

__all__ = ["integer_samples", "is_integral", "load_inputs", "load_labels", "load_raw", "raw_samples"]


def integer_samples(
    array: Array, name: str, source: str | Path, in_features: int, allowed: IntegerRange
) -> Integers:
    """Raw samples as int64 of shape (n, in_features); images (n, h, w) and the like are flattened.

    ``name`` is empty where the file ``source`` holds nothing else.

    Raises
    ------
    InputError
        The samples have another size, or a value is no integer or outside ``allowed``.
    """
    _check_shape(array, name, source, in_features)
    remedy = (
        "give integers as the sensor delivers them, and put the model's own scaling into input_scale"
        " (and the format into input_bits and input_signed)"
    )
    return integral(array, name, source, allowed, remedy).reshape(len(array), in_features)


def raw_samples(array: Array, name: str, source: str | Path, in_features: int) -> Floats:
    """Samples as float64 of shape (n, in_features), integers or not.

    Raises
    ------
    InputError
        The samples have another size, or a value is no finite number.
    """
    _check_shape(array, name, source, in_features)
    return numeric(array, name, source).reshape(len(array), in_features)


def is_integral(samples: Floats) -> bool:
    """Whether every value is an integer."""
    return bool((samples == np.floor(samples)).all())


def _check_shape(array: Array, name: str, source: str | Path, in_features: int) -> None:
    where = f"{source}: array {name}" if name else str(source)
    if array.ndim < 2 or math.prod(array.shape[1:]) != in_features:
        whole = array.size % in_features == 0
        remedy = f"reshape it to (n, {in_features})" if whole else "take samples made for this model"
        raise InputError(f"{where} must have shape (n, {in_features}), not {array.shape}: {remedy}")


def load_inputs(
    path: str | Path, in_features: int, allowed: IntegerRange, sensor: Sensor | None = None
) -> Integers:
    """The samples of an .npy as int64 of shape (n, in_features); a sensor takes floats.

    Raises
    ------
    InputError
        The file cannot be used, or its samples cannot: see :func:`integer_samples`.
    """
    if sensor is not None:
        return sensor(raw_samples(read_npy(path), "", path, in_features))
    return integer_samples(read_npy(path), "", path, in_features, allowed)


def load_raw(path: str | Path, in_features: int) -> Floats:
    """The samples of an .npy as float64 of shape (n, in_features); see :func:`raw_samples`."""
    return raw_samples(read_npy(path), "", path, in_features)


def load_labels(path: str | Path, count: int, classes: int) -> Integers:
    """The class of each of ``count`` samples, from an .npy, as int64 of shape (count,) in 0..classes − 1.

    Raises
    ------
    InputError
        The file cannot be used, it has another shape, or a label is no integer or no class.
    """
    array = read_npy(path)
    if array.ndim != 1:
        remedy = "save its argmax over axis 1" if array.shape == (count, classes) else "flatten it"
        raise InputError(f"{path} must have one label per sample, not shape {array.shape}: {remedy}")
    if len(array) != count:
        raise InputError(f"{path} has {len(array)} labels for {count} samples: give one label per sample")
    remedy = f"labels are the index of the network's output, of which there are {classes}"
    return integral(array, "", path, IntegerRange(0, classes - 1), remedy)
