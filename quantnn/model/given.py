"""Samples and labels as a user gives them: a file of any kind, or an array in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy.typing as npt

from quantnn.errors import InputError
from quantnn.model.array_checks import given_array
from quantnn.model.class_labels import FoundLabels
from quantnn.model.data_file import DataFile
from quantnn.model.data_kinds import check_options, open_labels, open_samples
from quantnn.model.data_options import DataOptions, Expected, Purpose
from quantnn.model.sample_rows import ArrayRows

__all__ = ["Data", "Given", "check_given", "given_labels", "given_samples", "pair", "same"]


@dataclass(frozen=True)
class Data:
    """A file or folder of samples or labels, of which there is more to say than its path.

    Parameters
    ----------
    path : str or Path
        An .npy, .npz, CSV, IDX, or a folder of images.
    label_column : str or int
        Of a CSV: name, or number from 0 on, of the column that holds the labels; by default the usual one.
    resize : bool
        Whether images of another size than the network's are resized.
    """

    path: str | Path
    label_column: str | int = ""
    resize: bool = False

    @property
    def options(self) -> DataOptions:
        """Without the path."""
        return DataOptions(str(self.label_column), self.resize)


Given = str | Path | Data | npt.ArrayLike
"""Samples or labels as a user has them: the path of a file or folder, with more or without, or an array."""


def pair(test: Given | tuple[Given, Given], purpose: Purpose = "test") -> tuple[Given, Given]:
    """Samples and labels of what may be one file that holds both.

    Raises
    ------
    InputError
        It is a tuple of another length.
    """
    if not isinstance(test, tuple):
        return test, test
    if len(test) != 2:
        raise InputError(f"--{purpose} must be samples and their labels, not a tuple of {len(test)}")
    return test


def same(one: Given, other: Given) -> bool:
    """Whether both are the same file or the same array."""
    paths = (str, Path, Data)
    return one is other or (isinstance(one, paths) and isinstance(other, paths) and _data(one) == _data(other))


def check_given(*given: Given | None) -> None:
    """Refuse what is said of files that have no use for it: what is said of all must suit one of them.

    Raises
    ------
    InputError
        A column of labels, and no table; a resize, and no folder.
    """
    files = [each for each in given if isinstance(each, Data)]
    for options in dict.fromkeys(each.options for each in files):
        check_options([Path(each.path) for each in files if each.options == options], options)


def given_samples(
    given: Given, expected: Expected, purpose: Purpose, what: str, *, labels: bool = True
) -> DataFile:
    """Samples and perhaps labels, unless these are in another file; ``what`` is what messages call an array.

    Raises
    ------
    InputError
        The file cannot be used, or it is no array.
    """
    if isinstance(given, (str, Path, Data)):
        data = _data(given)
        return open_samples(Path(data.path), expected, purpose, data.options, labels=labels)
    return DataFile(ArrayRows(given_array(given, what)), what)


def given_labels(given: Given, purpose: Purpose, what: str) -> FoundLabels:
    """Labels; ``what`` is what messages call an array.

    Raises
    ------
    InputError
        The file cannot be used, or it is no array.
    """
    if isinstance(given, (str, Path, Data)):
        data = _data(given)
        return open_labels(Path(data.path), purpose, data.options)
    return FoundLabels(given_array(given, what), what)


def _data(given: str | Path | Data) -> Data:
    return replace(given, path=Path(given.path)) if isinstance(given, Data) else Data(Path(given))
