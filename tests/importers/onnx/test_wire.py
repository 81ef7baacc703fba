import pytest

from quantnn.importers.onnx.wire import MalformedError, fields


def listed(content):
    return list(fields(memoryview(content), 0, len(content)))


def test_fields_of_every_kind():
    content = b"\x08\x96\x01" + b"\x12\x03abc" + b"\x19" + bytes(8) + b"\x25" + bytes(4)
    assert listed(content) == [(1, 0, 1, 3), (2, 2, 5, 8), (3, 1, 9, 17), (4, 5, 18, 22)]


def test_the_last_may_be_cut():
    assert listed(b"\x12\x7fabc") == [(2, 2, 2, 129)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x08", "ends within a number"),
        (b"\x08\x80", "ends within a number"),
        (b"\x08" + b"\xff" * 12, "more than 64 bits"),
        (b"\x0b", "wire type 3"),
        (b"\x00\x01", "field number 0"),
    ],
)
def test_what_is_no_field(content, words):
    with pytest.raises(MalformedError, match=words):
        listed(content)
