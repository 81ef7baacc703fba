import pytest
import quartus_texts as texts

from quantnn.build.report_tables import ReportTable, read_tables
from quantnn.errors import ToolError


def test_a_table_with_headings():
    text = texts.table("Title of it", ("A", "Long heading"), ("x", "1"), ("y z", ""))
    (found,) = read_tables(f"before\n\n{text}after")
    assert found == ReportTable("Title of it", (("A", "Long heading"), ("x", "1"), ("y z", "")))
    assert found.records() == [{"A": "x", "Long heading": "1"}, {"A": "y z", "Long heading": ""}]


def test_a_table_that_has_nothing_to_say():
    (found,) = read_tables(texts.table("Clocks", empty="No clocks to report."))
    assert found == ReportTable("Clocks", ()) and found.records() == []


def test_a_table_without_headings():
    text = "+-------------+\n; Summary     ;\n+------+------+\n; Name ; fpga ;\n; Size ; 3    ;\n+------+------+\n"
    (found,) = read_tables(text)
    assert found == ReportTable("Summary", (("Name", "fpga"), ("Size", "3")))


def test_several_with_words_between():
    text = texts.table("One", ("A",), ("1",)) + "This panel reports ; something\n\n" + texts.table("Two")
    text += texts.table("3", ("B",))
    assert [table.title for table in read_tables(text)] == ["One", "Two", "3"]
    assert [len(table.rows) for table in read_tables(text)] == [2, 0, 1]


def test_indented_rows_and_windows_line_ends():
    text = texts.table("One", ("A", "B"), ("    -- inner", "1")).replace("\n", "\r\n")
    assert read_tables(text)[0].rows[1] == ("-- inner", "1")


def test_no_table():
    assert read_tables("") == read_tables("; a ; b ;\n+---+\n") == []


def test_a_table_that_breaks_off():
    text = texts.table("One", ("A", "B"), ("1", "2"))
    assert read_tables(text)[0].whole
    (found,) = read_tables(text[: text.index("2") + 1])
    assert (found.rows, found.whole) == ((("A", "B"), ("1", "2")), False)
    with pytest.raises(ToolError, match=r"table 'One' is damaged or breaks off: build again"):
        found.records()


def test_semicolons_in_a_cell():
    text = texts.table("of 'a;b'", ("Name", "Value"), ("a;b", "1"), ("c ; d", "2;"))
    (found,) = read_tables(text)
    assert found.title == "of 'a;b'"
    assert found.rows[1:] == (("a;b", "1"), ("c ; d", "2;"))


def test_a_row_that_does_not_fit_the_frame():
    text = texts.table("One", ("Name", "Value"), ("Hof", "1")).replace("; Hof", "; Höf\ufffd")
    assert read_tables(text)[0].records() == [{"Name": "Höf\ufffd", "Value": "1"}]


@pytest.mark.parametrize(("old", "new"), [("; 1 ; 2", "; 1    "), ("; A ", "; C ")])
def test_records_that_are_damaged(old, new):
    (found,) = read_tables(texts.table("One", ("A", "B"), ("1", "2")).replace(old, new))
    with pytest.raises(ToolError, match="damaged"):
        found.records("A")


def test_a_row_of_several_cells_between_rules_is_no_title():
    text = "+---+---+\n; A ; B ;\n+---+---+\n"
    assert read_tables(text) == []
    (found,) = read_tables(text + texts.table("One", ("C",), ("1",)))
    assert (found.title, found.rows) == ("One", (("C",), ("1",)))
