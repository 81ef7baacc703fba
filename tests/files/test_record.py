from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field
from pydantic.dataclasses import dataclass

from quantnn.files.field_types import FileName, Positive, Text
from quantnn.files.record import CLOSED, RECORD, in_a_line, read_record, record_schema, record_values


@dataclass(frozen=True, config=RECORD)
class Part:
    size: Positive
    """How large it is."""
    name: Text = "part"

    def __post_init__(self) -> None:
        if self.size == 13:
            raise ValueError("size must be a lucky number, not 13")


@dataclass(frozen=True, config=RECORD)
class Whole:
    kind: Literal["a", "b"]
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    by_name: dict[str, Positive]
    ratio: float
    pair: tuple[int, int] | None
    file: FileName = "a.txt"


@dataclass(frozen=True, config=CLOSED)
class Written:
    part: Part


RIGHT = {"kind": "a", "parts": [{"size": 3}], "by_name": {"x": 1}, "ratio": 0.5, "pair": [1, 2]}
RECORDS = Whole("a", (Part(3),), {"x": 1}, 0.5, (1, 2))


def test_there_and_back():
    assert read_record(Whole, RIGHT) == RECORDS
    assert record_values(RECORDS) == RIGHT


def test_a_field_with_a_default_is_written_where_it_is_another_value():
    assert record_values(Part(3)) == {"size": 3}
    assert record_values(Part(3, "other")) == {"size": 3, "name": "other"}
    assert record_values(Part(3), whole=True) == {"size": 3, "name": "part"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "c"}, "kind must be 'a' or 'b', not 'c'"),
        ({"kind": ...}, "kind must be 'a' or 'b', but is missing"),
        ({"parts": []}, "parts must have at least 1 item, not []"),
        ({"parts": ...}, "parts must be a valid array, but is missing"),
        ({"parts": [{"size": 1}, {"size": 0}]}, "parts[1].size must be an integer of at least 1, not 0"),
        ({"parts": [{}]}, "parts[0].size must be an integer of at least 1, but is missing"),
        ({"parts": [{"size": True}]}, "parts[0].size must be an integer of at least 1, not True"),
        ({"parts": [{"size": 1.0}]}, "parts[0].size must be an integer of at least 1, not 1.0"),
        ({"parts": [{"size": "1"}]}, "parts[0].size must be an integer of at least 1, not '1'"),
        ({"parts": [{"size": 13}]}, "parts[0]: size must be a lucky number, not 13"),
        ({"parts": [3]}, "parts[0] must be an object, not 3"),
        ({"by_name": {"y": -1}}, "by_name.y must be an integer of at least 1, not -1"),
        ({"ratio": "half"}, "ratio must be a valid number, not 'half'"),
        ({"pair": [1]}, "pair[1] must be a valid integer, but is missing"),
        ({"pair": ...}, "pair must be there, but is missing"),
        ({"file": "../a"}, "file must be a file in the folder, "),
        ({"file": "a; exec"}, "file must be a file in the folder, "),
        ({"file": "a\n"}, "file must be a file in the folder, "),
        ({"kind": "\x1b[31m" + "x" * 100}, "kind must be 'a' or 'b', not '\\x1b[31mxxxxx"),
        ({"by_name": {"\x1b[31m": 0}}, "by_name.\\x1b[31m must be an integer"),
    ],
    ids=str,
)
def test_a_mistake_is_named_by_field_what_it_must_be_and_what_it_was(change, message):
    values = {name: value for name, value in (RIGHT | change).items() if value is not ...}
    with pytest.raises(ValueError) as caught:
        read_record(Whole, values)
    said = str(caught.value)
    assert said.startswith(message) and said.isprintable() and len(said) < 250


def test_unknown_fields():
    assert read_record(Whole, {**RIGHT, "later": 1}) == RECORDS
    with pytest.raises(ValueError, match=r"^prat is no field of this table; correct or remove it$"):
        read_record(Written, {"part": {"size": 1}, "prat": 1})


def test_a_record_that_is_made_is_checked_too():
    with pytest.raises(ValueError) as caught:
        Part(0)
    assert in_a_line(caught.value) == "[0] must be an integer of at least 1, not 0"
    assert in_a_line(KeyError("x")) == "KeyError('x')"


def test_the_schema_tells_what_the_record_takes():
    schema = record_schema(Part)
    assert schema["required"] == ["size"]
    size = schema["properties"]["size"]
    assert (size["type"], size["minimum"], size["description"]) == ("integer", 1, "How large it is.")
