"""Samples and labels among the arrays of an .npz."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.safe_npz import read_npz
from quantnn.files.safe_zip import zip_names
from quantnn.model.class_labels import FoundLabels
from quantnn.model.data_file import DataFile
from quantnn.model.data_options import Purpose
from quantnn.model.sample_rows import ArrayRows
from quantnn.system.text import name_of

__all__ = ["npz_labels", "npz_samples"]

_SAMPLES = ("x", "data", "images", "inputs", "features", "samples")
_LABELS = ("y", "labels", "label", "targets", "target", "classes")
_PARTS = {
    "test": ("test", "", "val", "train"),
    "input": ("test", "", "val", "train"),
    "calibration": ("train", "", "val", "test"),
    "validation": ("val", "train", "", "test"),
}
"""Which part of a data set is taken, by what it is for; empty for arrays that do not say."""


def npz_samples(path: Path, purpose: Purpose) -> DataFile:
    """The array of samples, and that of their labels, by their usual names in capitals or not: ``x`` and ``y``,
    ``x_test`` and ``y_test``, ``train_images`` and ``train_labels``; or the only array.

    Raises
    ------
    InputError
        No array has such a name, or the file cannot be used.
    """
    names = _names(path)
    for part in _PARTS[purpose]:
        if (samples := _called(names, _SAMPLES, part)) is not None:
            labels = _called(names, _LABELS, part)
            break
    else:
        if len(names) != 1:
            raise _unnamed(path, names, "samples", "x, x_test, data, images or inputs")
        samples, labels, part = names[0], None, ""
    wanted = [name for name in (samples, labels) if name is not None]
    arrays = read_npz(path, wanted=lambda name: name in wanted, samples=samples)
    if not arrays[samples].ndim:
        raise InputError(f"{path}: array {samples} is a single number: save samples of shape (n, …)")
    found = None if labels is None else FoundLabels(arrays[labels], path, f"array {labels}")
    notes = (f"{name_of(path)}: taken are the arrays {' and '.join(wanted)}",) if part else ()
    return DataFile(ArrayRows(arrays[samples]), path, samples, found, notes)


def npz_labels(path: Path, purpose: Purpose) -> FoundLabels:
    """The array of labels, by its name, or the only one.

    Raises
    ------
    InputError
        As for :func:`npz_samples`.
    """
    names = _names(path)
    found = filter(None, (_called(names, _LABELS, part) for part in _PARTS[purpose]))
    name = next(found, names[0] if len(names) == 1 else None)
    if name is None:
        raise _unnamed(path, names, "labels", "y, y_test, labels or targets")
    return FoundLabels(read_npz(path, wanted=lambda other: other == name)[name], path, f"array {name}")


def _names(path: Path) -> list[str]:
    members = zip_names(path)
    if members is None:
        raise InputError(f"{path} is a truncated or damaged .npz: copy or save it again")
    names = [member.removesuffix(".npy") for member in members if member.endswith(".npy")]
    if not names:
        raise InputError(f"{path} is an archive without arrays: save the samples with np.savez, as x and y")
    return names


def _called(names: Iterable[str], words: Sequence[str], part: str) -> str | None:
    """The first array called by one of the words, in a part of the data set or without one."""
    known = {name.lower(): name for name in names}
    forms = (form for word in words for form in ((f"{word}_{part}", f"{part}_{word}") if part else (word,)))
    return next((known[form] for form in forms if form in known), None)


def _unnamed(path: Path, names: Sequence[str], what: str, usual: str) -> InputError:
    shown = ", ".join(name[:40] for name in sorted(names)[:8]) + (", …" if len(names) > 8 else "")
    return InputError(f"{path} has the arrays {shown}, none of which is called as {what} are: save them as {usual}")
