"""Samples and labels of plain .npy files, as a network's integers."""

from pathlib import Path

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.model.data_kinds import open_labels, open_samples
from quantnn.model.data_options import DataOptions, Expected
from quantnn.model.sample_file import SampleFile

__all__ = ["load_inputs", "load_labels", "sample_file"]

BYTE = IntegerRange(0, 255)


def sample_file(path, in_features):
    """The samples of a file for a network whose inputs are flat."""
    shape = (in_features,)
    return SampleFile.of(open_samples(Path(path), Expected(shape), "input", DataOptions()), shape)[0]


def load_inputs(path, in_features, allowed=BYTE, sensor=None):
    """All of them as raw inputs, int64 of shape (n, in_features)."""
    return np.asarray(sample_file(path, in_features).integers(allowed, sensor)[:])


def load_labels(path, count, classes):
    """The class of each of ``count`` samples, int64 of shape (count,)."""
    return open_labels(Path(path), "input", DataOptions()).of_samples(count, Expected((1,), classes)).numbers
