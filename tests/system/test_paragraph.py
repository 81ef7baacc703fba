import pytest
from rich.console import Console

from quantnn.system.paragraph import Paragraph, broken


def shown(thing, width):
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(thing, crop=False)
    return [line.rstrip() for line in capture.get().splitlines()]


@pytest.mark.parametrize(
    "text, width, lines",
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 13, ["one two three"]),
        ("one two three", 3, ["one", "two", "three"]),
        ("of 1,000,000 M9K-blocks", 5, ["of", "1,000,000 M9K-blocks"]),
        ("led V10 W8 V9", 1, ["led", "V10", "W8", "V9"]),
        ("12 of 99 (25.0 %)", 1, ["12 of", "99", "(25.0 %)"]),
        ("used 8 % of it", 1, ["used", "8 %", "of", "it"]),
        ("pins 8 9 10 11", 6, ["pins 8", "9 10", "11"]),
        ("数字 数字", 4, ["数字", "数字"]),
        ("数字 数字", 9, ["数字 数字"]),
    ],
)
def test_lines_are_broken_between_words(text, width, lines):
    assert broken(text, width) == lines
    assert shown(Paragraph(text), width) == lines


def test_what_a_file_says_is_neither_markup_nor_control():
    assert shown(Paragraph("[bold]a[/bold] \x1b[31mb\n:smile:"), 80) == [r"[bold]a[/bold] \x1b[31mb\n:smile:"]


@pytest.mark.parametrize(("text", "least", "most"), [("a longest word", 7, 14), ("", 0, 0), ("網路 a", 4, 6)])
def test_it_is_as_wide_as_its_longest_word_or_more(text, least, most):
    """In columns of the terminal, of which a Chinese sign takes two."""
    found = Console().measure(Paragraph(text))
    assert (found.minimum, found.maximum) == (least, most)
