import pytest
from pydantic import TypeAdapter, ValidationError

from quantnn.files import field_types as types
from quantnn.files.record import RECORD

TAKEN = {
    "Count": [0, 1, 10**12],
    "Positive": [1, 10**12],
    "Size": [1, 1 << 24],
    "AtLeastZero": [0, 0.0, 1e300],
    "AboveZero": [1, 1e-300],
    "Share": [0, 0.5, 1],
    "Text": ["x", " "],
    "Hertz": [1, 10**10],
    "Words": ["a", "IO_STANDARD 3.3-V (LVTTL) +x=50%,/:", "0"],
    "Sources": [["a"], ["a", "b"]],
    "UsbId": ["0403:6015"],
    "Hexadecimal": ["0123456789abcdef"],
    "FileName": ["a", "board/a_b-c+d.v", "a.b/c.d", "board/a..b"],
}
REFUSED = {
    "Count": [-1, 1.0, True, "1", None],
    "Positive": [0, -1, True],
    "Size": [0, (1 << 24) + 1],
    "AtLeastZero": [-1e-300, "0", float("nan"), float("inf")],
    "AboveZero": [0, 0.0, -1, float("nan"), float("inf")],
    "Share": [-0.1, 1.1, float("nan")],
    "Text": ["", 1],
    "Hertz": [0, 10**10 + 1, 1.5],
    "Words": ["", " a", "a;b", "a\nb", "a\n", "$a", "[exec a]", "a\\b", 'a"b', "ä"],
    "Sources": [[], [""], "a"],
    "UsbId": ["403:6015", "0403:60156", "0403-6015", "0403:6O15", "0403:ABCD", "0403:6015\n"],
    "Hexadecimal": ["0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF", "0123456789abcdef\n"],
    "FileName": ["", "/a", "../a", "a/../b", "a/", "a//b", ".a", "a/.b", "a b", "a\\b", "a;b", "$a", "a\n", "~", "a:b"],
}


def adapter(name):
    return TypeAdapter(getattr(types, name), config=RECORD)


def test_every_type_is_here():
    assert TAKEN.keys() == REFUSED.keys() == {*types.__all__} - {"Must"}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in TAKEN.items() for value in values])
def test_taken(name, value):
    json = isinstance(value, list)  # an array in a file is a tuple in a record
    assert adapter(name).validate_python(tuple(value) if json else value) == (tuple(value) if json else value)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values])
def test_refused(name, value):
    with pytest.raises(ValidationError) as caught:
        adapter(name).validate_python(tuple(value) if isinstance(value, list) else value)
    errors = [(error["type"], error["msg"][:3]) for error in caught.value.errors()]
    assert name == "Sources" or errors == [("must", "be ")]
