import datetime

import pytest

from quantnn.files.values import MOST_INTEGER_DIGITS, check_values, decode


@pytest.mark.parametrize("content", [b"", b"a", "ü→\n".encode(), "\ufeffü".encode()])
def test_utf_8_with_or_without_a_mark(content):
    assert decode(content) == content.decode("utf-8").removeprefix("\ufeff")


@pytest.mark.parametrize(("content", "message"), [
    ("a".encode("utf-16"), "it must be in UTF-8, not in UTF-16: save it with that encoding"),
    (b"\xfe\xff\0a", "it must be in UTF-8, not in UTF-16: save it with that encoding"),
    (b"a\n\nb\xfc\n", "it must be in UTF-8, but line 3 has the byte 0xfc, as in Latin-1: save it with that encoding"),
    (b"a\0", "it must be text in UTF-8, without zero bytes"),
])  # fmt: skip
def test_other_encodings(content, message):
    with pytest.raises(ValueError) as caught:
        decode(content)
    assert str(caught.value) == message


def nested(depth):
    value = 0
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def test_the_least_integer_has_the_most_digits():
    assert len(str(-(2**63))) == MOST_INTEGER_DIGITS


@pytest.mark.parametrize("values", [
    None, True, "", "x" * 10_000, -(2**63), 2**63 - 1, 1e308, nested(32), [[]] * 100, {"a": 1.5, "b": [None, False]},
    [0] * 999_999,
], ids=lambda value: repr(value)[:30])  # fmt: skip
def test_taken(values):
    check_values(values)


@pytest.mark.parametrize(("values", "message"), [
    (nested(33), "it must be nested at most 32 deep"),
    ([0] * 1_000_000, "it must have at most 1,000,000 values"),
    ({"a": "x" * 10_001}, "its texts must have at most 10,000 characters, not 10,001"),
    ({"x" * 10_001: 0}, "its texts must have at most 10,000 characters, not 10,001"),
    (["a\ud800"], "its texts must be whole characters, not halves of one (U+D800 to U+DFFF)"),
    ([2**63], "its integers must have at most 64 bits"),
    ([-(2**63) - 1], "its integers must have at most 64 bits"),
    ([float("nan")], "its numbers must be finite, not nan"),
    ([float("-inf")], "its numbers must be finite, not -inf"),
    ([datetime.date(2020, 1, 2)], "its values must be texts, numbers and booleans, not 2020-01-02, a date or a time"),
], ids=lambda value: repr(value)[:30])  # fmt: skip
def test_refused(values, message):
    with pytest.raises(ValueError) as caught:
        check_values(values)
    assert str(caught.value) == message
