import pytest
from rich.console import Console

from quantnn.system.table import Table


def shown(table, width):
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(table, crop=False)
    return [line.rstrip() for line in capture.get().splitlines()]


def fruit():
    table = Table("fruit", "colour and taste", "how many", right=2)
    table.add_row("apple", "red, sweet", "1,000,000")
    table.add_row("cucumber", "green, watery and long", "7", style="bold")
    return table


def test_in_a_frame_where_it_fits():
    framed = [
        "",
        "  fruit      colour and taste          how many",
        " ───────────────────────────────────────────────",
        "  apple      red, sweet               1,000,000",
        "  cucumber   green, watery and long           7",
        "",
    ]
    assert shown(fruit(), 200) == shown(fruit(), 49) == framed
    assert shown(fruit(), 48) != framed


def test_then_without_it():
    assert shown(fruit(), 48) == shown(fruit(), 43) == [
        "fruit     colour and taste         how many",
        "apple     red, sweet              1,000,000",
        "cucumber  green, watery and long          7",
        "",
    ]


def test_then_broken_between_words():
    assert shown(fruit(), 34) == [
        "          colour and",
        "fruit     taste           how many",
        "apple     red, sweet     1,000,000",
        "cucumber  green, watery          7",
        "          and long",
        "",
    ]


def test_then_as_lists():
    assert shown(fruit(), 20) == [
        "fruit: apple",
        "  colour and",
        "    taste: red,",
        "    sweet",
        "  how many:",
        "    1,000,000",
        "fruit: cucumber",
        "  colour and",
        "    taste: green,",
        "    watery and long",
        "  how many: 7",
        "",
    ]


def words(lines):
    return sorted(word for line in lines for word in line.replace(":", " ").split() if set(word) != {"─"})


@pytest.mark.parametrize("width", range(1, 80))
def test_no_word_is_ever_cut(width):
    table = fruit()
    assert set(words(shown(table, 200))) == set(words(shown(table, width)))
    if width >= 18:
        assert max(map(len, shown(table, width))) <= width


def test_lines_of_a_cell_stay_lines():
    table = Table("pins", "signals")
    table.add_row("led", "a: 1\nb: 2\nc: 3\nd: 4\ne: 5")
    assert [line.split()[-1] for line in shown(table, 40)[3:-1]] == ["1", "2", "3", "4", "5"]


def test_a_table_without_headings():
    table = Table("", "")
    table.add_row("clock", "50 MHz")
    assert shown(table, 80) == ["", "  clock   50 MHz", ""]
    table.add_row("speed", "a million a second")
    assert shown(table, 22)[1:] == ["  clock   50 MHz", "  speed   a million", "          a second", ""]
    assert shown(table, 7) == ["clock", "  50 MHz", "speed", "  a", "    million", "    a", "    second", ""]


def test_what_a_file_says_is_neither_markup_nor_control():
    table = Table("name", "")
    table.add_row("[bold]x[/bold]", "\x1b[31m:smile:")
    assert shown(table, 80)[3].split() == ["[bold]x[/bold]", r"\x1b[31m:smile:"]


def test_a_row_of_another_length_is_a_mistake():
    with pytest.raises(ValueError, match="A row must have 3 cells, not 2"):
        fruit().add_row("pear", "green")


def test_it_is_as_wide_as_it_has_to_be_up_to_its_frame():
    """At least the longest word, at most all cells in a frame."""
    found = Console().measure(fruit())
    assert (found.minimum, found.maximum) == (len("1,000,000"), 49)


def test_a_list_leaves_empty_cells_out():
    table = Table("name", "a", "b", "c")
    table.add_row("x", "", "", "")
    table.add_row("y", "", "much to say of it", "")
    assert shown(table, 12) == ["name: x", "name: y", "  b: much", *shown(table, 12)[3:]]
    assert not any("a:" in line or "c:" in line for line in shown(table, 12))
