"""Every kind of file that samples and labels may come in, recognised by its content."""

from __future__ import annotations

import re
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

__all__ = ["open_labels", "open_samples"]

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


def open_samples(path: Path, expected: Expected, purpose: Purpose, options: DataOptions) -> DataFile:
    """The samples of a file or folder, and the labels that stand beside them.

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
    return table_samples(path, expected, options)


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
