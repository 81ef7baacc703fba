import json

import pytest

from quantnn.errors import InputError
from quantnn.files.json_file import json_values, load_json, save_json


@pytest.mark.parametrize("values", [{}, {"a": [1, -2.5, None, True, "ä"], "b": {"c": 2**63 - 1, "d": -(2**63)}}])
def test_what_is_saved_is_read_back(tmp_path, values):
    path = tmp_path / "some.json"
    save_json(values, path)
    assert load_json(path) == values
    assert path.read_text() == json.dumps(values, indent=2) + "\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_byte_order_mark_is_nothing_special():
    assert json_values(b"\xef\xbb\xbf[1]") == [1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is no JSON: Expecting value"),
        (b"{", "it is no JSON: "),
        (b"[1,]", "it is no JSON: "),
        (b'{"a": 1, "a": 2}', "it names 'a' twice"),
        (b'{"b": {"a": 1, "a": 1}}', "it names 'a' twice"),
        (b"[" * 100_000, "it must be nested at most 32 deep"),
        (b"[" * 33 + b"]" * 33, "it must be nested at most 32 deep"),
        (b"[9223372036854775808]", "its integers must have at most 64 bits"),
        (b"[-9223372036854775809]", "its integers must have at most 64 bits"),
        (b"[" + b"9" * 5000 + b"]", "its integers must have at most 64 bits"),
        (b"[NaN]", "its numbers must be finite, not NaN"),
        (b"[-Infinity]", "its numbers must be finite, not -Infinity"),
        (b"[1e999]", "its numbers must be finite, not inf"),
        (b'["\\ud800"]', "its texts must be whole characters, not halves of one"),
        (b'{"\\udfff": 1}', "its texts must be whole characters, not halves of one"),
        (b"[" + b"0," * 1_000_000 + b"0]", "it must have at most 1,000,000 values"),
        ("[1]".encode("utf-16"), "it must be in UTF-8, not in UTF-16"),
        (b'["\xe4"]', "it must be in UTF-8, but line 1 has the byte 0xe4, as in Latin-1"),
    ],
    ids=lambda value: repr(value[:30]),
)
def test_what_is_refused_is_said_in_a_line(tmp_path, content, message):
    path = tmp_path / "some.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_json(path)
    assert str(caught.value).startswith(f"{path} is damaged ({message}") and "\n" not in str(caught.value)
    assert str(caught.value).endswith("): export the model again")


def test_32_levels_are_enough():
    assert json_values(b"[" * 32 + b"]" * 32)
