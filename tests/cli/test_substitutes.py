import io
import sys

import pytest

from quantnn.cli.substitutes import substitute_signs


def shown(monkeypatch, text, encoding):
    """What reaches a terminal of an encoding, as text."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    substitute_signs()
    print(text, file=sys.stderr, flush=True)
    return sys.stderr.buffer.getvalue().decode(encoding).rstrip("\n")


@pytest.mark.parametrize(("text", "encoding", "seen"), [
    ("8×8 → 10 … µs", "utf-8", "8×8 → 10 … µs"),
    ("8×8 → 10 … µs", "ascii", "8x8 -> 10 ... us"),
    ("8×8 → 10 … µs", "cp1252", "8×8 -> 10 … µs"),
    ("tïny ünd größer", "ascii", "tiny und gro?er"),
    ("網路", "cp1252", "??"),
    ("\udcff", "utf-8", "?"),
])  # fmt: skip
def test_signs_that_a_terminal_lacks(monkeypatch, text, encoding, seen):
    assert shown(monkeypatch, text, encoding) == seen


def test_every_sign_of_ours_has_a_substitute(monkeypatch):
    """None of the signs in the sources of what is printed becomes a question mark."""
    from pathlib import Path

    import quantnn

    signs = set()
    for path in Path(quantnn.__file__).parent.rglob("*.py"):
        if path.name != "substitutes.py":
            signs |= {sign for sign in path.read_text(encoding="utf-8") if not sign.isascii()}
    assert signs and "?" not in shown(monkeypatch, "".join(sorted(signs)), "ascii")


def test_what_is_read_is_not_guessed(monkeypatch):
    shown(monkeypatch, "", "utf-8")
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", "quantnn-substitutes")


def test_a_stream_that_takes_text_as_it_is(monkeypatch):
    """As in a notebook."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.StringIO())
    substitute_signs()
    print("8×8")
    assert sys.stdout.getvalue() == "8×8\n"
