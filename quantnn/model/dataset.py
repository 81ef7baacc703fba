"""Samples and labels that a user gives for calibration and tests."""

from __future__ import annotations

from pathlib import Path

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.errors import InputError
from quantnn.files.safe_npz import read_npy
from quantnn.model.array_checks import given_array, integral
from quantnn.model.sample_file import Given, SampleFile
from quantnn.network.samples import Samples
from quantnn.network.sensor import Sensor

__all__ = ["load_inputs", "load_labels", "open_inputs"]


def open_inputs(
    given: Given, in_features: int, allowed: IntegerRange, sensor: Sensor | None = None
) -> Samples:
    """The samples of an .npy or an array, checked, as int64 of shape (n, in_features) that are read when they are
    needed; a sensor takes floats.

    Raises
    ------
    InputError
        The file cannot be used, or its samples cannot: see :meth:`SampleFile.integers`.
    """
    return SampleFile.given(given, in_features, "samples").integers(allowed, sensor)


def load_inputs(
    given: Given, in_features: int, allowed: IntegerRange, sensor: Sensor | None = None
) -> Integers:
    """All samples of :func:`open_inputs` in memory."""
    return open_inputs(given, in_features, allowed, sensor)[:]


def load_labels(given: Given, count: int, classes: int, what: str = "labels") -> Integers:
    """The class of each of ``count`` samples, from an .npy or an array that messages call ``what``, as int64 of shape
    (count,) in 0..classes − 1.

    Raises
    ------
    InputError
        The file cannot be used, it has another shape, or a label is no integer or no class.
    """
    path, array = (given, read_npy(given)) if isinstance(given, (str, Path)) else (what, given_array(given, what))
    if array.ndim != 1:
        remedy = "save its argmax over axis 1" if array.shape == (count, classes) else "flatten it"
        raise InputError(f"{path} must have one label per sample, not shape {array.shape}: {remedy}")
    if len(array) != count:
        raise InputError(f"{path} has {len(array)} labels for {count} samples: give one label per sample")
    remedy = f"labels are the index of the network's output, of which there are {classes}"
    return integral(array, "", path, IntegerRange(0, classes - 1), remedy)
