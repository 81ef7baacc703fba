"""Samples and labels among the columns of a table."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from quantnn.errors import InputError
from quantnn.files.csv_table import CsvTable, is_number, remedy
from quantnn.model.class_labels import FoundLabels, is_one_hot
from quantnn.model.data_file import DataFile
from quantnn.model.data_options import DataOptions, Expected
from quantnn.model.sample_rows import ArrayRows
from quantnn.system.text import name_of

__all__ = ["table_labels", "table_samples"]

_LABELS = ("label", "class", "target", "y")
_COUNTERS = ("", "unnamed: 0", "index", "id", "rownames")
"""What a column is called that only counts the rows."""


def table_samples(path: Path, expected: Expected, options: DataOptions, *, labels: bool = True) -> DataFile:
    """A sample a row, and its label, if there is a column more than the network has inputs.

    That column is the one of the options, or the one called label, class, target or y; else the only one of texts; else
    the last, or the first, whichever holds as few different whole numbers as there are classes; all of them, where only
    one of the two does. A note says which. A first column that only counts the rows is left out, if its name says so or
    is empty.

    Without ``labels`` the options are another file's, and name a column of this table only if it has one of that name.

    Raises
    ------
    InputError
        The file is no table, the number of columns does not suit the network, nothing tells which column the labels
        are, or another one holds text.
    """
    table = CsvTable.read(path, options.label_column)
    features = math.prod(expected.shape)
    columns = list(range(table.columns))
    notes = []
    if table.columns > features and _counts(table):
        columns = columns[1:]
        notes.append(f"{name_of(path)}: {table.called(0)} counts the rows, and is left out")
    label = None
    if options.label_column and (labels or (len(columns) > features and options.label_column in table.names)):
        label = table.column(options.label_column)
    elif len(columns) == features + 1:
        label = _label_column(table, columns, expected)
    if label is not None:
        columns = [column for column in columns if column != label]
        notes.append(f"{name_of(path)}: {table.called(label)} holds the labels")
    if len(columns) != features:
        besides = "" if label is None else f" besides {table.called(label)}"
        raise InputError(
            f"{path} has {len(columns)} columns{besides}, but the network {features} inputs: give it one column per"
            " input, and one of labels (--label-column)"
        )
    _check_numbers(table, columns)
    first, last = columns[0], columns[-1]
    values = table.values[:, first : last + 1] if last - first < features else table.values[:, columns]
    return DataFile(ArrayRows(values), path, "", None if label is None else _labels(table, label), tuple(notes))


def table_labels(path: Path, options: DataOptions) -> FoundLabels:
    """A label a row: of the only column, that of the options, or the one called label, class, target or y; or a column
    per class, of which one holds a 1.

    Raises
    ------
    InputError
        The file is no table, or nothing tells which column the labels are.
    """
    table = CsvTable.read(path, options.label_column)
    if options.label_column:
        return _labels(table, table.column(options.label_column))
    columns = list(range(1 if table.columns > 1 and _counts(table) else 0, table.columns))
    label = columns[0] if len(columns) == 1 else _named(table, columns)
    texts = table.texts.get(0, ("",))
    if len(columns) == 1 and not table.names and len(texts) > 1 and texts[0].lower() in _LABELS:
        return FoundLabels(np.array(texts[1:]), path, f"column 0 ({texts[0]})", named=True)
    if label is None and len(columns) > 1 and not table.texts and is_one_hot(table.values[:, columns]):
        return FoundLabels(table.values[:, columns], path)
    if label is None:
        raise InputError(f"{path} has {table.columns} columns, and none is called label: choose with --label-column")
    return _labels(table, label)


def _counts(table: CsvTable) -> bool:
    """Whether the first column only counts the rows, by its name and its values."""
    if not table.names or table.names[0].lower() not in _COUNTERS or 0 in table.texts:
        return False
    return bool((table.values[:, 0] - table.values[0, 0] == np.arange(len(table))).all())


def _named(table: CsvTable, columns: list[int]) -> int | None:
    names = {table.names[column].lower(): column for column in columns} if table.names else {}
    usual = _LABELS[:-1] if "x" in names else _LABELS  # beside x, y is a coordinate
    return next((names[name] for name in usual if name in names), None)


def _label_column(table: CsvTable, columns: list[int], expected: Expected) -> int:
    named = _named(table, columns)
    if named is not None:
        return named
    texts = [column for column in columns if column in table.texts]
    if len(texts) == 1:
        return texts[0]
    ends = (columns[-1], columns[0])
    counts = {column: len(np.unique(table.values[:, column])) for column in ends if _whole(table, column)}
    few = [column for column, count in counts.items() if 1 < count <= max(2, expected.class_count)]
    if few:
        return next((column for column in few if counts[column] == expected.class_count), few[0])
    if not expected.classifies or ends[0] in counts:
        return ends[0]
    raise InputError(
        f"{table.path} has a column more than the network has inputs, but neither the last nor the first looks like"
        " labels: choose with --label-column"
    )


def _whole(table: CsvTable, column: int) -> bool:
    values = table.values[:, column]
    return bool((values == np.floor(values)).all())


def _check_numbers(table: CsvTable, columns: list[int]) -> None:
    for column in columns:
        if column in table.texts:
            texts = table.texts[column]
            row = next(row for row, text in enumerate(texts) if not is_number(text))
            raise InputError(
                f"{table.place(row, column)} must be a number, not {texts[row][:40]!r}: {remedy(texts[row])}"
            )


def _labels(table: CsvTable, column: int) -> FoundLabels:
    values = np.array(table.texts[column]) if column in table.texts else table.values[:, column]
    return FoundLabels(values, table.path, table.called(column), named=True)
