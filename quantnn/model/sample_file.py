"""A file of samples that a user gives, which may be larger than memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.files.npy_rows import NpyRows
from quantnn.model.activation import Floats
from quantnn.model.array_checks import RAW_REMEDY, check_samples_shape, integral, numeric
from quantnn.network.samples import Samples, StoredSamples, blocks
from quantnn.network.sensor import Sensor

__all__ = ["SampleFile", "Survey"]


@dataclass(frozen=True, eq=False)
class Survey:
    """What all samples of a file have in common.

    Parameters
    ----------
    least, greatest : float64 arrays of shape (in_features,)
        Ends of each feature's values.
    integral : bool
        Whether every value is an integer.
    """

    least: Floats
    greatest: Floats
    integral: bool


@dataclass(frozen=True, eq=False)
class SampleFile:
    """Samples of an .npy; images (n, h, w) and the like are flattened.

    Parameters
    ----------
    rows : NpyRows
    in_features : int
    """

    rows: NpyRows
    in_features: int

    @classmethod
    def of(cls, path: str | Path, in_features: int) -> SampleFile:
        """Check the file and the size of its samples.

        Raises
        ------
        InputError
            The file cannot be used, or its samples have another size.
        """
        rows = NpyRows.of(path)
        check_samples_shape(rows, "", path, in_features)
        return cls(rows, in_features)

    @property
    def path(self) -> Path:
        return self.rows.path

    def __len__(self) -> int:
        return len(self.rows)

    def floats(self, start: int, end: int) -> Floats:
        """Samples ``start`` to before ``end`` as they are, float64 of shape (end − start, in_features).

        Raises
        ------
        InputError
            One is no finite number.
        """
        values = numeric(self.rows.read(start, end), "", self.path, start)
        return values.reshape(len(values), self.in_features)

    @cached_property
    def survey(self) -> Survey:
        """Reads the whole file, once.

        Raises
        ------
        InputError
            A value is no finite number.
        """
        least, greatest = np.full(self.in_features, np.inf), np.full(self.in_features, -np.inf)
        whole = True
        for rows in blocks(len(self)):
            values = self.floats(rows.start, rows.stop)
            least = np.minimum(least, values.min(axis=0))
            greatest = np.maximum(greatest, values.max(axis=0))
            whole = whole and bool((values == np.floor(values)).all())
        return Survey(least, greatest, whole)

    def integers(self, allowed: IntegerRange, sensor: Sensor | None = None) -> Samples:
        """The samples as raw inputs; a sensor makes them of any values.

        Raises
        ------
        InputError
            A value is not finite or, without a sensor, no integer or outside ``allowed``.
        """
        samples = _RawInputs(self, allowed, sensor)
        if sensor is not None:
            self.survey  # noqa: B018  checks
        else:
            for rows in blocks(len(self)):
                samples.read(rows.start, rows.stop)
        return samples


@dataclass(frozen=True, eq=False)
class _RawInputs(StoredSamples):
    file: SampleFile
    allowed: IntegerRange
    sensor: Sensor | None

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.file), self.file.in_features

    def read(self, start: int, end: int) -> Integers:
        if self.sensor is not None:
            return self.sensor(self.file.floats(start, end))
        values = integral(self.file.rows.read(start, end), "", self.file.path, self.allowed, RAW_REMEDY, start)
        return values.reshape(len(values), self.file.in_features)
