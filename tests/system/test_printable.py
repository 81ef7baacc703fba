import pytest
from rich.console import Console
from rich.text import Text

from quantnn.system.printable import Printable


@pytest.mark.parametrize(
    "text, shown",
    [
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("two\nlines", "two\nlines"),
        ("left\u202eright", "left\\u202eright"),
        ("→ ≤", "→ ≤"),
    ],
)
def test_control_characters_are_escaped_and_lines_stay(text, shown):
    console = Console(width=80)
    with console.capture() as capture:
        console.print(Printable(Text(text)))
    assert capture.get() == f"{shown}\n"
