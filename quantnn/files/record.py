"""Records: frozen dataclasses that pydantic checks when they are made, read and written as JSON values."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from quantnn.system.text import printable, shortened

__all__ = ["CLOSED", "RECORD", "fault", "in_a_line", "read_record", "record_schema", "record_values"]

T = TypeVar("T")

RECORD = ConfigDict(strict=True, allow_inf_nan=False, use_attribute_docstrings=True)
"""Of a record in a file that may grow: fields that are not known are passed over."""

CLOSED = ConfigDict(strict=True, allow_inf_nan=False, use_attribute_docstrings=True, extra="forbid")
"""Of a record that somebody writes by hand: an unknown field is a misspelt one."""

_SHOWN = 60
"""Characters of a wrong value that an error shows."""


def read_record(kind: type[T], values: object) -> T:
    """The record that JSON values describe: objects, arrays, strings, numbers, booleans and None.

    Raises
    ------
    ValueError
        One line: which field, what it must be, what it was.
    """
    try:
        record: T = TypeAdapter(kind).validate_json(json.dumps(values))
    except ValidationError as error:
        raise ValueError(_line(kind, values, error.errors(include_url=False)[0])) from None
    return record


def in_a_line(error: Exception) -> str:
    """What is wrong with a record that was made in Python, or what any other error says."""
    if not isinstance(error, ValidationError):
        return repr(error)
    first = error.errors(include_url=False)[0]
    return fault(_name(first["loc"]), _must(first), first["input"])


def record_values(record: Any, *, whole: bool = False) -> dict[str, Any]:
    """A record as JSON values. Unless ``whole``, a field that has a default stands there only with another value."""
    values: dict[str, Any] = TypeAdapter(type(record)).dump_python(record, mode="json", exclude_defaults=not whole)
    return values


def record_schema(kind: type) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what :func:`record_values` gives."""
    return TypeAdapter(kind).json_schema(mode="validation")


def fault(field: str, must: str, value: object) -> str:
    """The words for a field that is not what it must be."""
    return f"{field or 'it'} must {must}, not {_shown(value)}"


def _line(kind: type, values: object, error: ErrorDetails) -> str:
    """An error of pydantic in one line."""
    place = error["loc"]
    name = _name(place)
    match error["type"]:
        case "missing":
            return f"{name} {_wanted(kind, values, place)}, but is missing"
        case "unexpected_keyword_argument":
            return f"{name} is no field of this table; correct or remove it"
        case "value_error":
            text = str(error.get("ctx", {}).get("error", error["msg"]))
            return f"{name}: {text}" if name else text
    return fault(name, _must(error), error["input"])


def _must(error: ErrorDetails) -> str:
    """What a value should be or have."""
    if error["type"] == "must":
        return error["msg"]
    return re.sub(r", not \d+$", "", error["msg"].partition(" should ")[2]).replace(" after validation", "")


def _wanted(kind: type, values: object, place: tuple[int | str, ...]) -> str:
    """What a field that is missing would have to be: what is said of None in its place."""
    filled: Any = json.loads(json.dumps(values))
    inner = filled
    for key in place[:-1]:
        inner = inner[key]
    if isinstance(inner, list):
        inner.append(None)
    else:
        inner[place[-1]] = None
    try:
        TypeAdapter(kind).validate_json(json.dumps(filled))
    except ValidationError as error:
        for each in error.errors(include_url=False):
            if each["loc"] == place and each["type"] != "missing":
                return f"must {_must(each)}"
    return "must be there"


def _name(place: tuple[int | str, ...]) -> str:
    """A field's dotted name, as in ``layers[0].input``."""
    name = ""
    for key in place[: -1 if place[-1:] == ("[key]",) else None]:
        name += f"[{key}]" if isinstance(key, int) else f"{'.' if name else ''}{_plain(key)}"
    return name


def _shown(value: object) -> str:
    return _plain(json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else repr(value))


def _plain(text: str) -> str:
    """A text that can do no harm on a terminal, shortened."""
    return shortened(printable(text), _SHOWN)
