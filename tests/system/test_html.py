from rich.console import Group
from rich.text import Text

from quantnn.system.html import Shown, html
from quantnn.system.paragraph import Paragraph
from quantnn.system.table import Table

HOSTILE = "<script>alert(1)</script> & \x1b[31m [bold]"


def test_nothing_shown_is_markup():
    table = Table("name", HOSTILE)
    table.add_row(HOSTILE, "1")
    found = html(Group(Paragraph(HOSTILE, style="bold"), table, Text(HOSTILE)))
    assert "<script" not in found and "\x1b" not in found
    assert found.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp;") == 4
    assert "[bold]" in found and "font-weight: bold" in found


def test_a_table_keeps_its_columns():
    """120 columns, in which nothing is broken."""
    table = Table(*"abc")
    table.add_row("x" * 30, "y" * 30, "z" * 30)
    line = next(line for line in html(table).splitlines() if "xxx" in line)
    assert line.index("yyy") - line.index("xxx") == 33 and "z" * 30 in line


def test_what_is_shown_is_what_rich_is_given():
    class Thing(Shown):
        def __rich__(self):
            return Paragraph("a thing")

    assert "a thing" in Thing()._repr_html_()
