"""Every kind of file that samples and labels may come in, recognised by its content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.idx_file import is_idx, read_idx
from quantnn.files.npy_rows import NpyRows
from quantnn.files.regular_file import opened
from quantnn.files.safe_npz import read_npy
from quantnn.model.class_labels import FoundLabels
from quantnn.model.data_file import DataFile
from quantnn.model.data_options import DataOptions, Expected, Purpose
from quantnn.model.image_samples import folder_samples
from quantnn.model.npz_samples import npz_labels, npz_samples
from quantnn.model.sample_rows import ArrayRows
from quantnn.model.table_samples import table_labels, table_samples

__all__ = ["check_options", "open_labels", "open_samples"]

_HEAD = 4096
_NPY = b"\x93NUMPY"
_ZIP = b"PK"
_OTHERS = (
    (rb"\x89PNG|\xff\xd8\xff", "a single image: give a folder of them"),
    (
        rb"GIF8|BM.{4}\0|II\*\0|MM\0\*|RIFF....WEBP|P[1-6]\s",
        "an image of a kind that is not read: save it as PNG, in a folder",
    ),
    (rb"\x80[\x02-\x05]", "a pickle, which may run any code when it is read: save the arrays with np.save"),
    (rb"\x89HDF", "HDF5: save the arrays with np.save"),
    (rb"MATLAB 5", "a MATLAB file: save the arrays with scipy.io.loadmat and np.save"),
    (rb"PAR1|ARROW1", "Parquet or Arrow: save it as CSV"),
    (rb"(#[^\n]*\n|\s)*@(problem|relation)", "a .ts or .arff file: save its numbers as CSV, or as .npy"),
    (rb"\s*[\[{<]", "JSON or XML: save the samples as CSV, or as .npy"),
    (rb".*\0", "of an unknown kind"),
)
"""Beginnings of files that people give, and what they are."""


def check_options(paths: Sequence[Path], options: DataOptions) -> None:
    """Refuse options that none of the files has a use for.

    Raises
    ------
    InputError
        A column is chosen, and none is a table; images are to be resized, and none is a folder.
    """
    names = ", ".join(str(path) for path in dict.fromkeys(paths))
    if options.resize and not any(path.is_dir() for path in paths):
        raise InputError(f"--resize is for a folder of images, of which there is none ({names}): leave it out")
    if options.label_column and not any(_is_table(path) for path in paths):
        raise InputError(f"--label-column is for a CSV, of which there is none ({names}): leave it out")


def _is_table(path: Path) -> bool:
    """Whether a file would be read as one; a missing one is left to whoever reads it."""
    return not path.is_dir() and (
        not path.exists() or not ((head := _head(path)).startswith((_NPY, _ZIP)) or is_idx(head))
    )


def open_samples(
    path: Path, expected: Expected, purpose: Purpose, options: DataOptions, *, labels: bool = True
) -> DataFile:
    """The samples of a file or folder, and the labels that stand beside them, unless they are another file's.

    Raises
    ------
    InputError
        It is of no kind that is read, or cannot be used.
    """
    if path.is_dir():
        return folder_samples(path, expected, options)
    head = _head(path)
    if head.startswith(_NPY):
        return DataFile(NpyRows.of(path), path)
    if head.startswith(_ZIP):
        return npz_samples(path, purpose)
    if is_idx(head):
        array = read_idx(path)
        if array.ndim < 2:
            raise InputError(f"{path} holds one number per sample, as labels do: give the file of the samples")
        return DataFile(ArrayRows(array), path)
    _check_text(path, head)
    return table_samples(path, expected, options, labels=labels)


def open_labels(path: Path, purpose: Purpose, options: DataOptions) -> FoundLabels:
    """The labels of a file.

    Raises
    ------
    InputError
        It is of no kind that is read, or cannot be used.
    """
    head = _head(path)
    if head.startswith(_NPY):
        return FoundLabels(read_npy(path), path)
    if head.startswith(_ZIP):
        return npz_labels(path, purpose)
    if is_idx(head):
        return FoundLabels(read_idx(path), path)
    _check_text(path, head)
    return table_labels(path, options)


def _head(path: Path) -> bytes:
    with opened(path) as file:
        head = file.read(_HEAD)
    if not head:
        raise InputError(f"{path} is an empty file: save the samples again")
    return head


def _check_text(path: Path, head: bytes) -> None:
    """Refuse what is no table, and say what it is."""
    for beginning, what in _OTHERS:
        if re.match(beginning, head, re.DOTALL):
            raise InputError(f"{path} is {what} (read are .npy, .npz, CSV, IDX and folders of images)")
