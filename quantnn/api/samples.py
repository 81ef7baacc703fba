"""Samples as a user has them: one or many, flat or as images, in memory or in a file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.model.activation import Floats
from quantnn.model.array_checks import RAW_REMEDY, given_array, integral
from quantnn.model.data_options import Expected
from quantnn.model.given import Data, Given, check_given, given_samples
from quantnn.model.sample_file import SampleFile
from quantnn.network.samples import Samples
from quantnn.network.sensor import Sensor

__all__ = ["Batch"]


@dataclass(frozen=True, eq=False)
class Batch:
    """Samples, of which there may be but one.

    Parameters
    ----------
    file : SampleFile
    single : bool
        Whether a single sample was given, without an axis of samples.
    """

    file: SampleFile
    single: bool

    @classmethod
    def of(cls, given: Given, expected: Expected) -> Batch:
        """Samples of shape (features,), (n, features), the network's or (n, \\*the network's), or of a file or folder.

        Raises
        ------
        InputError
            The file cannot be used, or the samples have another size.
        """
        shape, single = expected.shape, False
        if not isinstance(given, (str, Path, Data)):
            array = given_array(given, "samples")
            single = array.ndim == 1 or (array.shape == shape and math.prod(array.shape[1:]) != math.prod(shape))
            given = array[np.newaxis] if single else array
        check_given(given)
        return cls(SampleFile.of(given_samples(given, expected, "input", "samples"), shape)[0], single)

    def integers(self, allowed: IntegerRange, sensor: Sensor | None) -> Samples:
        """As raw inputs; a sensor makes them of any values.

        Raises
        ------
        InputError
            A value is not finite or, without a sensor, no integer or outside ``allowed``.
        """
        return self.file.integers(allowed, sensor)

    def raw(self, allowed: IntegerRange) -> Integers:
        """The samples, which are raw inputs already, of shape (n, features).

        Raises
        ------
        InputError
            A value is no integer, or outside ``allowed``.
        """
        rows = self.file.rows.read(0, len(self.file))
        values = integral(rows, self.file.name, self.file.source, allowed, RAW_REMEDY)
        return values.reshape(len(values), self.file.in_features)

    def floats(self) -> Floats:
        """The samples as they are, of shape (n, features).

        Raises
        ------
        InputError
            One is no finite number.
        """
        return self.file.floats(0, len(self.file))
