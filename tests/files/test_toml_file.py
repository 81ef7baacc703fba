import time
from pathlib import Path

import pytest

from quantnn.errors import InputError
from quantnn.files.toml_file import load_toml, toml_values

BOARDS = Path(__file__).parents[2] / "boards"


def test_a_file_is_read(tmp_path):
    path = tmp_path / "some.toml"
    path.write_bytes('\ufefftitle = "Gerät"\r\n[a.b]\r\nc = [1, 2.5, true]\r\n'.encode())
    assert load_toml(path) == {"title": "Gerät", "a": {"b": {"c": [1, 2.5, True]}}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name", "it must be valid TOML, but: "),
        (b"a = 1\na = 2", "it must be valid TOML, but: Cannot overwrite a value"),
        (b"a = " + b"[" * 100_000, "it must be nested at most 32 deep"),
        (b"a = " + b"{b = " * 5000, "it must be nested at most 32 deep"),
        (b"a = " + b"[" * 33 + b"]" * 33, "it must be nested at most 32 deep"),
        (b"a = 9223372036854775808", "its integers must have at most 64 bits"),
        (b"a = " + b"9" * 5000, "its integers must have at most 64 bits"),
        (b"a = inf", "its numbers must be finite, not inf"),
        (b"a = [1, nan]", "its numbers must be finite, not nan"),
        (b"a = 1e999", "its numbers must be finite, not inf"),
        (b"a = 1979-05-27", "its values must be texts, numbers and booleans, not 1979-05-27, a date or a time"),
        (b"a = 07:32:00", "its values must be texts, numbers and booleans, not 07:32:00, a date or a time"),
        (b"a" + b".a" * 33 + b" = 1", "its keys must have at most 32 parts with dots between"),
        (b"a" + b".a" * 21_000 + b" = 1", "its keys must have at most 32 parts with dots between"),
        (b"[" + b'"a" . ' * 40 + b"a]", "its keys must have at most 32 parts with dots between"),
        (b"a = {b" + b".b" * 40 + b" = 1}", "its keys must have at most 32 parts with dots between"),
        (b"a = 1\n" * 50_000, "it must have at most 256 KiB"),
        ("a = 1".encode("utf-16"), "it must be in UTF-8, not in UTF-16: save it with that encoding"),
        (b'a = 1\nb = "\xe4"', "it must be in UTF-8, but line 2 has the byte 0xe4, as in Latin-1"),
        (b'a = "\0"', "it must be text in UTF-8, without zero bytes"),
        (b'a = "' + b"x" * 10_001 + b'"', "its texts must have at most 10,000 characters, not 10,001"),
    ],
    ids=lambda value: repr(value[:30]),
)
def test_what_is_refused_is_said_in_a_line_and_soon(tmp_path, content, message):
    path = tmp_path / "some.toml"
    path.write_bytes(content)
    started = time.monotonic()
    with pytest.raises(InputError) as caught:
        load_toml(path)
    assert time.monotonic() - started < 5
    assert str(caught.value).startswith(f"{path}: {message}") and "\n" not in str(caught.value)


@pytest.mark.parametrize("quote", ['"', "'", '"""', "'''"])
def test_dots_in_strings_and_comments_are_nothing_special(quote):
    text = f"a = {quote}{'x.' * 40}{quote} # {'.' * 40}"
    assert toml_values(text.encode()) == {"a": "x." * 40}


@pytest.mark.parametrize("text", ['a = "' + '\\"' * 100_000, "'" * 200_000, '"""' + "a" * 200_000, '"' * 200_000])
def test_strings_without_an_end_take_no_time(text):
    started = time.monotonic()
    with pytest.raises(ValueError, match="it must be valid TOML"):
        toml_values(text.encode())
    assert time.monotonic() - started < 5


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"some\.toml must be a readable file, but: No such file or directory$"):
        load_toml(tmp_path / "some.toml")
