"""Reading a TOML file so that every mistake in it is named by file, field and allowed values."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from quantnn.errors import InputError

__all__ = ["TomlTable"]

T = TypeVar("T")


class TomlTable:
    """One table of a TOML file. Each field is taken once, by the method for its type.

    Parameters
    ----------
    values : dict
        The fields.
    file : str
        The file's name, for errors.
    path : str
        The table's dotted name, empty for the whole file.

    Raises
    ------
    InputError
        From every method: a field is missing, of another type, out of range, or unknown.
    """

    def __init__(self, values: dict[str, Any], file: str, path: str = "") -> None:
        self._values = dict(values)
        self.file = file
        self.path = path

    @classmethod
    def load(cls, file: Path) -> TomlTable:
        """The whole of a file."""
        try:
            return cls(tomllib.loads(file.read_text(encoding="utf-8")), str(file))
        except OSError as error:
            raise InputError(f"{file} must be a readable file, but: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{file} must be valid TOML, but: {error}") from error

    def __contains__(self, field: str) -> bool:
        return field in self._values

    def error(self, field: str, must: str) -> InputError:
        """An error that names the file and the field."""
        return InputError(f"{self.file}: {self._name(field)} {must}")

    def text(self, field: str, *allowed: str, default: str | None = None) -> str:
        """A non-empty string, one of ``allowed`` if any are given."""
        what = "one of " + ", ".join(allowed) if allowed else "a non-empty string"
        value = self._take(field, what, default)
        if not isinstance(value, str) or not value or (allowed and value not in allowed):
            raise self.error(field, f"must be {what}, not {value!r}")
        return value

    def integer(self, field: str) -> int:
        """An integer of at least 1."""
        return self._positive(field, self._take(field, "an integer of at least 1"))

    def pair(self, field: str) -> tuple[int, int]:
        """Two integers of at least 1."""
        return self._pair(field, self._take(field, "a pair of integers"))

    def pairs(self, field: str) -> tuple[tuple[int, int], ...]:
        """A non-empty array of pairs of integers of at least 1."""
        return tuple(self._pair(field, value) for value in self._array(field, "pairs of integers"))

    def texts(self, field: str) -> tuple[str, ...]:
        """A non-empty array of non-empty strings."""
        values = self._array(field, "strings")
        for value in values:
            if not isinstance(value, str) or not value:
                raise self.error(field, f"must hold non-empty strings, not {value!r}")
        return tuple(values)

    def table(self, field: str) -> TomlTable:
        """A table."""
        value = self._take(field, "a table")
        if not isinstance(value, dict):
            raise self.error(field, f"must be a table, not {value!r}")
        return TomlTable(value, self.file, self._name(field))

    def tables(self, field: str) -> Iterator[TomlTable]:
        """The members of a non-empty array of tables."""
        for number, value in enumerate(self._array(field, "tables")):
            if not isinstance(value, dict):
                raise self.error(field, f"must hold tables, not {value!r}")
            yield TomlTable(value, self.file, f"{self._name(field)}[{number}]")

    def fields(self) -> tuple[str, ...]:
        """The names of the fields that are not taken yet, in the file's order."""
        return tuple(self._values)

    def read(self, reader: Callable[[TomlTable], T]) -> T:
        """What ``reader`` makes of this table. Its ``ValueError`` becomes an error that names the file.

        So does a field that it did not take: a misspelt optional field must not pass in silence.
        """
        try:
            result = reader(self)
        except ValueError as error:
            raise InputError(f"{self.file}: {self.path + ': ' if self.path else ''}{error}") from error
        for field in self._values:
            raise self.error(field, "is no field of this table; correct or remove it")
        return result

    def _name(self, field: str) -> str:
        return f"{self.path}.{field}" if self.path else field

    def _take(self, field: str, what: str, default: Any = None) -> Any:
        if field not in self._values and default is None:
            raise self.error(field, f"must be {what}, but is missing")
        return self._values.pop(field, default)

    def _array(self, field: str, what: str) -> list[Any]:
        value = self._take(field, f"an array of {what}")
        if not isinstance(value, list) or not value:
            raise self.error(field, f"must be a non-empty array of {what}, not {value!r}")
        return value

    def _positive(self, field: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.error(field, f"must be an integer of at least 1, not {value!r}")
        return value

    def _pair(self, field: str, value: Any) -> tuple[int, int]:
        if not isinstance(value, list) or len(value) != 2:
            raise self.error(field, f"must be a pair of integers, not {value!r}")
        return self._positive(field, value[0]), self._positive(field, value[1])
