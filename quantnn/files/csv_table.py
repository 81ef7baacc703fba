"""Tables of numbers in text: a row a line, with commas, semicolons, tabs or blanks between."""

from __future__ import annotations

import codecs
import csv
import io
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from quantnn.errors import InputError
from quantnn.files.regular_file import opened
from quantnn.files.safe_npz import SAMPLES_LIMIT

__all__ = ["CsvTable", "is_number", "remedy"]

_DELIMITERS = "\t;,"
"""The first that divides the first rows evenly is taken: commas may also stand in numbers and texts, and blanks in
names, so they divide numbers only."""
_HEAD = 1 << 16
_MAX_LINE = 1 << 24
"""Characters."""
_MAX_COLUMNS = 1 << 20
_MAX_TEXTS = 1 << 16
"""Different texts."""
_LINES = 20
"""Whose number of values says what stands between them."""
_NO_TEXT = {"", "?", "na", "n/a", "nan", "null"}
_MISSING = _NO_TEXT | {"none", "-", "."}
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


@dataclass(frozen=True, eq=False)
class CsvTable:
    """A table that was read whole.

    Parameters
    ----------
    path : Path
    names : tuple of str
        Of the columns; empty where the first row holds numbers already.
    values : float64 array of shape (rows, columns)
        Finite; 0 in columns of text.
    texts : mapping of int to tuple of str
        By column, the texts of those that hold any.
    lines : int64 array of shape (rows,)
        Where each row ends in the file, from 1 on.
    """

    path: Path
    names: tuple[str, ...]
    values: npt.NDArray[np.float64]
    texts: dict[int, tuple[str, ...]]
    lines: npt.NDArray[np.int64]

    @classmethod
    def read(cls, path: Path, text_column: str = "") -> CsvTable:
        """Read a table in UTF-8, of numbers but for columns whose first value is a text, and ``text_column``.

        The first row is a header if it holds a text above a number, or just counts the columns from 0. Lines that begin
        with # and have another number of values than the row below, and ``sep=;``, which tells Excel what stands
        between, are passed over in front; a delimiter at the end of each row makes no column.

        Parameters
        ----------
        text_column : str
            Name or number of a column that may hold text anywhere; others may not, if their first value is a number.

        Raises
        ------
        InputError
            The file cannot be opened, is no text, has rows of different lengths or no row of values, a value is
            missing or no finite number, or there are more than :data:`~quantnn.files.safe_npz.SAMPLES_LIMIT` bytes
            of numbers. Names line and column.
        """
        with opened(path) as file:
            reader = _Reader(path, file, text_column)
            with reader.text:
                return reader.table()

    def __len__(self) -> int:
        return len(self.values)

    @property
    def columns(self) -> int:
        return int(self.values.shape[1])

    def column(self, named: str) -> int:
        """The number of a column by its name, or, where no column is called so, by its number from 0 on.

        Raises
        ------
        InputError
            There is none.
        """
        found = _found(self.names, self.columns, named)
        if found is None:
            names = f" ({', '.join(self.names[:8])}{', …' if len(self.names) > 8 else ''})" if self.names else ""
            raise InputError(
                f"{self.path} has no column {named!r}: give the name of one of its {self.columns}{names}, or its"
                f" number from 0 to {self.columns - 1}"
            )
        return found

    def called(self, column: int) -> str:
        """A column for messages: ``column 3 (petal)``."""
        return _called(self.names, column)

    def place(self, row: int, column: int) -> str:
        """A value for messages: ``iris.csv, line 5, column 3 (petal)``."""
        return f"{self.path}, line {self.lines[row]}, {self.called(column)}"


def _found(names: tuple[str, ...], columns: int, named: str) -> int | None:
    if named in names:
        return names.index(named)
    number = int(named) if re.fullmatch(r"-?\d{1,7}", named, re.ASCII) else columns
    return number % columns if -columns <= number < columns else None


def _called(names: tuple[str, ...], column: int) -> str:
    name = names[column] if column < len(names) else ""
    return f"column {column} ({name})" if name and name.isprintable() and len(name) <= 80 else f"column {column}"


class _Reader:
    """Reads the table of an opened file, row by row."""

    def __init__(self, path: Path, file: BinaryIO, text_column: str) -> None:
        self.path, self.text_column = path, text_column
        head = file.read(_HEAD)
        file.seek(0)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise InputError(f"{path} is text in UTF-16: save it as UTF-8")
        text = head.decode("utf-8-sig", "replace")
        self.separated = re.match(r"sep=([,;\t])\s*[\r\n]", text)
        self.delimiter = self.separated[1] if self.separated else _delimiter(text, whole=len(head) < _HEAD)
        self.ended = False
        self.text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        self.names: tuple[str, ...] = ()
        self.width = 0
        self.values, self.lines = array("d"), array("q")
        self.texts: dict[int, list[str]] = {}
        self.known: dict[str, str] = {}

    def table(self) -> CsvTable:
        rows = self._rows()
        first = self._without_header(self._beginning(rows))
        if not first:
            raise InputError(f"{self.path} has no row of values: save the samples in it, one a line")
        self.width = len(first[0][1])
        if self.width > _MAX_COLUMNS:
            raise InputError(f"{self.path} has {self.width:,} columns, more than {_MAX_COLUMNS:,}: save fewer")
        columns = {place for place, field in enumerate(first[0][1]) if not is_number(field)}
        named = _found(self.names, self.width, self.text_column) if self.text_column else None
        self.texts = {column: [] for column in sorted(columns if named is None else columns | {named})}
        for line, row in first:
            self._add(line, row)
        for line, row in rows:
            self._add(line, self._trimmed(row))
        values = np.frombuffer(self.values, dtype=np.float64).reshape(len(self.lines), self.width)
        for column in [column for column, texts in self.texts.items() if all(map(is_number, texts))]:
            values[:, column] = [float(text) for text in self.texts.pop(column)]
        texts = {column: tuple(texts) for column, texts in self.texts.items()}
        table = CsvTable(self.path, self.names, values, texts, np.frombuffer(self.lines, dtype=np.int64))
        _check_present(table)
        return table

    def _lines(self) -> Iterator[str]:
        while line := self.text.readline(_MAX_LINE):
            if len(line) == _MAX_LINE:
                raise InputError(f"{self.path} has a line of {_MAX_LINE:,} characters or more: is it a table of text?")
            yield line

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that are not empty, and the line of each."""
        reader = csv.reader(self._lines(), delimiter=self.delimiter, skipinitialspace=True, strict=True)
        try:
            for row in reader:
                if not row or (len(row) == 1 and not row[0].strip()):
                    continue
                if self.separated and reader.line_num == 1:
                    continue
                yield reader.line_num, row
        except csv.Error as error:
            raise InputError(f"{self.path}, line {reader.line_num}: {error}: save the table again") from None
        except UnicodeDecodeError:
            raise InputError(f"{self.path} is no text in UTF-8: save it as UTF-8 (in Excel: CSV UTF-8)") from None

    def _beginning(self, rows: Iterator[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
        """The first two rows behind comments, and whether all end with a delimiter."""
        found = list(islice(rows, 2))
        while len(found) == 2 and _is_comment(found[0][1], found[1][1]):
            found = [found[1], *islice(rows, 1)]
        self.ended = self.delimiter == " " or all(_ends(row) for _, row in found)
        return [(line, self._trimmed(row)) for line, row in found]

    def _trimmed(self, row: list[str]) -> list[str]:
        return row[:-1] if self.ended and _ends(row) else row

    def _without_header(self, rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
        """The first rows without a header, whose names are kept."""
        if not rows:
            return rows
        above = rows[0][1]
        below = rows[1][1] if len(rows) > 1 else []
        apart = _found((), len(above), self.text_column)  # a text above a number is usual there
        named = any(
            _is_name(name) and _looks_numeric(value) and column != apart
            for column, (name, value) in enumerate(zip(above, below, strict=False))
        )
        indexed = not above[0].strip() and below[:1] in (["0"], ["1"]) and all(map(_is_name, above[1:]))
        counted = len(above) > 3 and [name.strip() for name in above] == [str(place) for place in range(len(above))]
        alone = not below and all(_is_name(name) for name in above)
        if not (named or indexed or counted or alone):
            return rows
        names = [name.strip() for name in above]
        self.names = (names[0].removeprefix("#").strip(), *names[1:])
        return rows[1:]

    def _add(self, line: int, row: list[str]) -> None:
        if len(row) != self.width:
            raise InputError(
                f"{self.path}, line {line} has {len(row)} values, but the rows before it {self.width}: give each row"
                " the same number"
            )
        if 8 * (len(self.values) + self.width) > SAMPLES_LIMIT:
            raise InputError(
                f"{self.path} has numbers of more than {SAMPLES_LIMIT} bytes: save them as .npy, which is read in"
                " blocks"
            )
        for column, texts in self.texts.items():
            text = row[column].strip()
            if text.lower() in _NO_TEXT:
                raise self._missing(line, column, text)
            if len(self.known) > _MAX_TEXTS:
                raise InputError(f"{self.path} has more than {_MAX_TEXTS:,} different texts: keep numbers, and a class")
            texts.append(self.known.setdefault(text, text))
            row[column] = "0"
        joined = "".join(row)
        try:
            if "_" in joined or not joined.isascii():  # which Python reads in numbers
                raise ValueError
            self.values.extend(map(float, row))
        except ValueError:
            column = next(column for column, field in enumerate(row) if not is_number(field))
            raise self._no_number(line, column, row[column].strip()) from None
        self.lines.append(line)

    def _no_number(self, line: int, column: int, text: str) -> InputError:
        if text.lower() in _MISSING:
            return self._missing(line, column, text)
        return InputError(f"{self._place(line, column)} must be a number, not {text[:40]!r}: {remedy(text)}")

    def _missing(self, line: int, column: int, text: str) -> InputError:
        return InputError(f"{self._place(line, column)} has no value ({text!r}): fill it in, or leave the row out")

    def _place(self, line: int, column: int) -> str:
        return f"{self.path}, line {line}, {_called(self.names, column)}"


def _delimiter(head: str, *, whole: bool) -> str:
    """What stands between the values of a file that begins so."""
    lines = head.splitlines()
    if not whole and len(lines) > 1:
        lines = lines[:-1]
    lines = [line for line in lines if line.strip() and not line.startswith("#")][:_LINES] or lines[:_LINES]
    for delimiter in _DELIMITERS:
        try:
            widths = {len(row) for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True) if row}
        except csv.Error:
            continue
        if len(widths) == 1 and widths != {1}:
            return delimiter
    if _apart_by_blanks([line.split() for line in lines]):
        return " "
    return max(_DELIMITERS[::-1], key=lambda delimiter: lines[0].count(delimiter) if lines else 0)


def _apart_by_blanks(rows: list[list[str]]) -> bool:
    """Whether each row has as many numbers and at most one text beside them; the first may be a header."""
    below = rows[1:] or rows
    return len({len(row) for row in below}) == 1 and all(
        sum(map(is_number, row)) >= max(2, len(row) - 1) for row in below
    )


def is_number(field: str) -> bool:
    """Whether a field of a table is a number."""
    try:
        float(field)
    except ValueError:
        return False
    return "_" not in field and field.isascii()


def _is_comment(row: list[str], below: list[str]) -> bool:
    """Not a header, as numpy writes it, which is the last such row."""
    return row[0].startswith("#") and (len(row) != len(below) or below[0].startswith("#"))


def _ends(row: list[str]) -> bool:
    """Whether there is nothing behind its last delimiter."""
    return len(row) > 1 and not row[-1].strip()


def _looks_numeric(field: str) -> bool:
    return is_number(field) or _DECIMAL_COMMA.fullmatch(field.strip()) is not None


def remedy(text: str) -> str:
    """What to do about a text that should be a number."""
    if _DECIMAL_COMMA.fullmatch(text):
        return "write decimals with a point, and thousands without a sign"
    return "give numbers alone, and --label-column where a column holds the classes"


def _is_name(field: str) -> bool:
    return not _looks_numeric(field) and field.strip().lower() not in _MISSING


def _check_present(table: CsvTable) -> None:
    bad = ~np.isfinite(table.values)
    if bad.any():
        row, column = (int(place) for place in np.unravel_index(int(bad.argmax()), bad.shape))
        if np.isnan(table.values[row, column]):
            raise InputError(f"{table.place(row, column)} has no value (NaN): fill it in, or leave the row out")
        raise InputError(f"{table.place(row, column)} must be finite, not infinite: leave the row out")
