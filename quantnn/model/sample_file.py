"""A file of samples that a user gives, which may be larger than memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from quantnn.arithmetic import IntegerRange, Integers
from quantnn.errors import InputError
from quantnn.files.safe_npz import Array
from quantnn.model.activation import Floats
from quantnn.model.array_checks import RAW_REMEDY, integral, numeric
from quantnn.model.data_file import DataFile
from quantnn.model.sample_order import in_order
from quantnn.model.sample_rows import ArrayRows, Rows
from quantnn.network.samples import Samples, StoredSamples, blocks
from quantnn.network.sensor import Sensor

__all__ = ["SampleFile", "Survey", "Values"]


_TYPICAL = 2048


class Values(Protocol):
    """A float64 array of shape (n, in_features), or something whose slices are such arrays."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: slice, /) -> Floats: ...


@dataclass(frozen=True, eq=False)
class Survey:
    """What all samples of a file have in common.

    Parameters
    ----------
    least, greatest : float64 arrays of shape (in_features,)
        Ends of each feature's values.
    integral : bool
        Whether every value is an integer.
    ends : int64 array of shape (k,)
        The first rows in which a feature takes its least or greatest value, in order.
    """

    least: Floats
    greatest: Floats
    integral: bool
    ends: Integers


@dataclass(frozen=True, eq=False)
class SampleFile:
    """Samples of a file or in memory, flat, in the order in which the network takes their values.

    Parameters
    ----------
    rows : rows of any numbers
    in_features : int
    source : Path or str
        The file or folder, or what messages call samples that come from none.
    name : str
        The array, where there are others in the file.
    """

    rows: Rows
    in_features: int
    source: Path | str
    name: str = ""

    @classmethod
    def of(cls, data: DataFile, shape: tuple[int, ...]) -> tuple[SampleFile, str]:
        """Samples for a network that takes them in this shape, and a sentence on their order, which may be empty.

        Raises
        ------
        InputError
            The samples have another size, or another shape that is not the network's in another order.
        """
        rows, note = in_order(data.rows, shape, data.source, data.name)
        return cls(rows, math.prod(shape), data.source, data.name), note

    @classmethod
    def inside(cls, array: Array, name: str, source: Path | str, in_features: int) -> SampleFile:
        """Samples in an array of a file; they stay of the type that it has.

        Raises
        ------
        InputError
            The samples have another size.
        """
        rows, _ = in_order(ArrayRows(array), (in_features,), source, name)
        return cls(rows, in_features, source, name)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: slice, /) -> Floats:
        start, end, step = rows.indices(len(self))
        return self.floats(start, max(start, end))[::step]

    def floats(self, start: int, end: int) -> Floats:
        """Samples ``start`` to before ``end`` as they are, float64 of shape (end − start, in_features).

        Raises
        ------
        InputError
            One is no finite number.
        """
        first = None if len(self) <= end - start else start
        values = numeric(self.rows.read(start, end), self.name, self.source, first)
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
        first, last = np.zeros((2, self.in_features), dtype=np.int64)
        whole = True
        for rows in blocks(len(self)):
            values = self.floats(rows.start, rows.stop)
            first = np.where(values.min(axis=0) < least, rows.start + values.argmin(axis=0), first)
            last = np.where(values.max(axis=0) > greatest, rows.start + values.argmax(axis=0), last)
            least = np.minimum(least, values.min(axis=0))
            greatest = np.maximum(greatest, values.max(axis=0))
            whole = whole and bool((values == np.floor(values)).all())
        return Survey(least, greatest, whole, np.unique([first, last]))

    @property
    def typical_rows(self) -> Integers:
        """Rows in order, among them every end of a feature's values, and others evenly spread."""
        others = np.linspace(0, len(self) - 1, min(len(self), _TYPICAL)).astype(np.int64)
        return np.union1d(self.survey.ends, others)

    @property
    def typical(self) -> Floats:
        """The values of the typical rows, float64 of shape (k, in_features)."""
        return np.concatenate([self[row : row + 1] for row in self.typical_rows.tolist()])

    def check_unit(self, sensor: Sensor, unit: str, remedy: str) -> None:
        """Refuse integers that lie far beyond what a sensor sees: they are no values of it, but raw inputs.

        ``unit`` says whose values the sensor sees.

        Raises
        ------
        InputError
            They are, or a value is no finite number. The message ends with ``remedy``.
        """
        survey, (least, greatest) = self.survey, sensor.seen
        room = greatest - least
        beyond = survey.greatest.max() > greatest + room or survey.least.min() < least - room
        if survey.integral and beyond:
            found = f"{survey.least.min():g}..{survey.greatest.max():g}"
            raise InputError(
                f"{self.source} holds integers in {found}, but {unit} in {least:.6g}..{greatest:.6g}: {remedy}"
            )

    def integers(self, allowed: IntegerRange, sensor: Sensor | None = None) -> Samples:
        """The samples as raw inputs; a sensor makes them of any values.

        Raises
        ------
        InputError
            A value is not finite or, without a sensor, no integer or outside ``allowed``; or :meth:`check_unit`.
        """
        samples = _RawInputs(self, allowed, sensor)
        if sensor is not None:
            self.check_unit(sensor, "the network takes values", "give samples in that unit")
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
        file = self.file
        values = integral(file.rows.read(start, end), file.name, file.source, self.allowed, RAW_REMEDY, start)
        return values.reshape(len(values), file.in_features)
