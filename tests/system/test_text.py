import shlex
import sys
import unicodedata
from pathlib import Path

import pytest

from quantnn.system.text import name_of, printable, shortened, typed


def test_what_has_a_shape_stays_as_it_is():
    text = "784→128 · 3×4 µs, [bold] {x} \\n größer 数字"
    assert printable(text) == text


@pytest.mark.parametrize(
    "text, shown",
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b2J\x7f\x00", r"\x9b2J\x7f\x00"),
        ("evil\u202etxt.exe", r"evil\u202etxt.exe"),
        ("name\udcff.npz", r"name\udcff.npz"),
    ],
)
def test_what_has_none_is_escaped(text, shown):
    assert printable(text) == shown


def test_a_name_whose_bytes_the_system_did_not_understand():
    """What Python makes of an argument under LC_ALL=C: each byte for itself."""
    raw = "größer →".encode().decode("ascii", "surrogateescape")
    assert printable(f"{raw} is missing") == "größer → is missing"
    assert name_of(Path("folder") / raw) == "größer →"
    assert name_of(Path("\udcff.npz")) == "\ufffd.npz"


def test_no_control_character_of_all_gets_through():
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert {unicodedata.category(sign) for sign in printable(every)}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})


@pytest.mark.parametrize("length", [3, 4, 10, 11])
def test_a_long_text_keeps_its_beginning_and_its_end(length):
    text = "abcdefghijk"
    short = shortened(text, length)
    assert len(short) == length
    before, _, after = short.partition("…")
    assert text.startswith(before) and text.endswith(after)
    assert (short == text) == (length >= len(text))


@pytest.mark.parametrize("name", ["digits", "my design", "it's", "a;b", "$HOME", "größer/→"])
def test_a_path_can_be_typed_as_it_is_shown(name):
    assert shlex.split(f"quantnn verify {typed(Path(name))}") == ["quantnn", "verify", name]
    assert name != "digits" or typed(Path(name)) == name
