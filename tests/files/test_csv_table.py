import codecs
import random

import numpy as np
import pytest
from fuzzed import mutated

from quantnn.errors import InputError
from quantnn.files import csv_table
from quantnn.files.csv_table import CsvTable


def saved(tmp_path, text):
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "t.csv").write_bytes(content)
    return tmp_path / "t.csv"


def read(tmp_path, text, column=""):
    return CsvTable.read(saved(tmp_path, text), column)


def refusal(tmp_path, text, column=""):
    with pytest.raises(InputError) as caught:
        read(tmp_path, text, column)
    message = str(caught.value)
    assert "\n" not in message and message.startswith(str(tmp_path / "t.csv"))
    return message.removeprefix(str(tmp_path / "t.csv"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", ", ", " ;", " ", "  "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("header", [True, False])
def test_numbers(tmp_path, delimiter, end, header):
    rows = [["1", "2.5", "-3e2"], ["4", ".5", "+6"]]
    lines = [delimiter.join(row) for row in ([["a", "b_c", "d"]] if header else []) + rows]
    table = read(tmp_path, end.join(lines) + end)
    assert table.names == (("a", "b_c", "d") if header else ())
    assert table.values.tolist() == [[1, 2.5, -300], [4, 0.5, 6]] and table.texts == {}
    assert table.lines.tolist() == [1 + header, 2 + header] and len(table) == 2 and table.columns == 3


def test_one_column(tmp_path):
    assert read(tmp_path, "label\n3\n1\n").values.tolist() == [[3], [1]]
    assert read(tmp_path, "3\n1").values.tolist() == [[3], [1]]


def test_quotes_blank_lines_and_a_mark_at_the_beginning(tmp_path):
    table = read(tmp_path, codecs.BOM_UTF8 + b'"x, y","kind"\n\n1,"a ""b"", c"\n2,"d\ne"\n')
    assert table.names == ("x, y", "kind")
    assert table.values.tolist() == [[1, 0], [2, 0]] and table.texts == {1: ('a "b", c', "d\ne")}
    assert table.lines.tolist() == [3, 5]
    assert table.place(1, 1) == f"{table.path}, line 5, column 1 (kind)"


def test_texts_without_a_header(tmp_path):
    table = read(tmp_path, "5.1,3.5,Iris-setosa\n7.0,3.2,Iris-versicolor\n")
    assert table.names == () and table.texts == {2: ("Iris-setosa", "Iris-versicolor")}


def test_a_header_of_numpy_and_one_that_counts(tmp_path):
    assert read(tmp_path, "# x,y\n1,2\n").names == ("x", "y")
    assert read(tmp_path, "0,1,2,3\n7,8,9,6\n").names == ("0", "1", "2", "3")
    assert read(tmp_path, "0,1,2\n7,8,9\n").names == (), "that may as well be a sample"


def test_a_column_that_may_hold_texts(tmp_path):
    text = "a,kind\n1,7\n2,other\n"
    assert read(tmp_path, text, "kind").texts == {1: ("7", "other")}
    assert read(tmp_path, text, "-1").texts == {1: ("7", "other")}
    assert "line 3, column 1 (kind) must be a number, not 'other'" in refusal(tmp_path, text)
    assert read(tmp_path, "a,kind\n1,7\n2,8\n", "kind").values.tolist() == [[1, 7], [2, 8]]


def test_columns_by_name_or_number(tmp_path):
    table = read(tmp_path, "a,3,b\n1,2,3\n")
    assert [table.column(name) for name in ("a", "b", "0", "1", "2", "-1", "3")] == [0, 2, 0, 1, 2, 2, 1]
    for name in ("c", "4", "-4", "1.0", "", "99999999999"):
        with pytest.raises(InputError, match=r"has no column .* give the name of one of its 3 \(a, 3, b\), or its"):
            table.column(name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", " has no row of values"),
        ("a,b,c\n", " has no row of values"),
        ("\n\n", " has no row of values"),
        ("1,2\n3\n", ", line 2 has 1 values, but the rows before it 2"),
        ("a,b\n1,2\n3,4,5\n", ", line 3 has 3 values"),
        ("1,2\n3,\n", ", line 2, column 1 has no value ('')"),
        ("a,b\n1,2\n3,?\n", ", line 3, column 1 (b) has no value ('?')"),
        ("a,b\n1,2\n3,NA\n", ", line 3, column 1 (b) has no value ('NA')"),
        ("a,b\n1,2\n3,nan\n", ", line 3, column 1 (b) has no value (NaN)"),
        ("a,b\n1,\n3,4\n", ", line 2, column 1 (b) has no value ('')"),
        ("a,b\n1,x\n3,\n", ", line 3, column 1 (b) has no value ('')"),
        ("a,b\n1,2\n3,inf\n", ", line 3, column 1 (b) must be finite"),
        ("a,b\n1,2\n3,1e999\n", ", line 3, column 1 (b) must be finite"),
        ("1,2\n3,red\n", ", line 2, column 1 must be a number, not 'red': give numbers alone"),
        ("1,2\n3,1_000\n", ", line 2, column 1 must be a number, not '1_000'"),
        ("1,2\n3,٣\n", ", line 2, column 1 must be a number, not '٣'"),
        ("1,2\n3,0x10\n", ", line 2, column 1 must be a number"),
        ("1;2\n3;4,5\n", ", line 2, column 1 must be a number, not '4,5': write decimals with a point"),
        ("1,2,\n3,4,5\n", ", line 1, column 2 has no value ('')"),
        ("1,2,\n3,4,\n5,6,7\n", ", line 3 has 3 values, but the rows before it 2"),
        ('1,2\n3,"4\n', ", line 2: unexpected end of data"),
        ('1,2\n3,"4"5\n', ", line 2: "),
        ("1,2\n3,4\0\n", ", line 2"),
        (b"1,2\n\xff,3\n", " is no text in UTF-8: save it as UTF-8 (in Excel: CSV UTF-8)"),
        ("1,2\n".encode("utf-16"), " is text in UTF-16: save it as UTF-8"),
        ('1,2\n3,"' + "x" * 200_000 + '"\n', ", line 2: field larger than field limit"),
    ],
)
def test_refused(tmp_path, text, words):
    assert words in refusal(tmp_path, text)


def test_limits(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(csv_table, "SAMPLES_LIMIT", 32)
        assert len(read(tmp_path, "1,2\n3,4\n")) == 2
        assert "numbers of more than 32 bytes" in refusal(tmp_path, "1,2\n3,4\n5,6\n")
    with monkeypatch.context() as patch:
        patch.setattr(csv_table, "_MAX_LINE", 20)
        assert "has a line of 20 characters or more" in refusal(tmp_path, "1,2\n3,4" + " " * 20)
    with monkeypatch.context() as patch:
        patch.setattr(csv_table, "_MAX_TEXTS", 3)
        assert "more than 3 different texts" in refusal(tmp_path, "".join(f"1,t{row}\n" for row in range(9)))
    with monkeypatch.context() as patch:
        patch.setattr(csv_table, "_MAX_COLUMNS", 3)
        assert "has 4 columns, more than 3" in refusal(tmp_path, "1,2,3,4\n")


def test_as_numpy_writes_and_reads_it(tmp_path):
    values = np.random.default_rng(5).normal(size=(300, 7))
    np.savetxt(tmp_path / "t.csv", values, delimiter=",", header="a,b,c,d,e,f,g")
    table = CsvTable.read(tmp_path / "t.csv")
    np.testing.assert_array_equal(table.values, np.loadtxt(tmp_path / "t.csv", delimiter=","))
    assert table.names == tuple("abcdefg")


def test_mutations(tmp_path):
    chance = random.Random(7)
    seeds = [b"a,b,kind\n1,2,x\n3,4.5,y\n", b"1;2\n3;4\n", b'"a"\t"b"\n"1"\t2\n', b"0,1,2,3\n5,6,7,8\n"]
    for _ in range(3000):
        path = saved(tmp_path, mutated(chance.choice(seeds), chance))
        try:
            assert np.isfinite(CsvTable.read(path).values).all()
        except InputError as error:
            assert "\n" not in str(error), str(error)


def test_names_with_blanks_are_one_column(tmp_path):
    assert read(tmp_path, "New York\nBad Ems\n").texts == {0: ("New York", "Bad Ems")}
    assert read(tmp_path, "room 7\nroom 9\n").texts == {0: ("room 7", "room 9")}


def test_numbers_apart_by_blanks_as_numpy_writes_them(tmp_path):
    values = np.random.default_rng(6).normal(size=(30, 4))
    np.savetxt(tmp_path / "t.csv", values, header="of a sensor\nthe second")
    np.testing.assert_array_equal(CsvTable.read(tmp_path / "t.csv").values, values)
    table = read(tmp_path, "  1.5   2 red\n 10.5  20 blue \n")
    assert table.values.tolist() == [[1.5, 2, 0], [10.5, 20, 0]] and table.texts == {2: ("red", "blue")}


def test_what_excel_says_of_its_file(tmp_path):
    table = read(tmp_path, codecs.BOM_UTF8 + b"sep=;\r\na;b\r\n1;2\r\n3;4\r\n")
    assert table.names == ("a", "b") and table.values.tolist() == [[1, 2], [3, 4]] and table.lines.tolist() == [3, 4]


def test_decimal_commas_below_a_header(tmp_path):
    table = read(tmp_path, "length;kind\n5,1;a\n")
    assert table.names == ("length", "kind") and table.texts[0] == ("5,1",)
    assert csv_table.remedy("5,1").startswith("write decimals with a point")


def test_a_delimiter_at_the_end_of_each_row(tmp_path):
    for header in ("", "a,b,\n"):
        assert read(tmp_path, header + "1,2,\n3,4,\n5,6\n").values.tolist() == [[1, 2], [3, 4], [5, 6]]


def test_comments_in_front(tmp_path):
    table = read(tmp_path, "# of a sensor, of two, of three\n#\n# x,y\n1,2\n3,4\n")
    assert table.names == ("x", "y") and table.values.tolist() == [[1, 2], [3, 4]]


def test_an_index_above_which_nothing_stands(tmp_path):
    assert read(tmp_path, ",kind\n0,red\n1,blue\n").names == ("", "kind")
    assert "line 1, column 0 has no value" in refusal(tmp_path, ",red\n5.1,blue\n")


def test_lines_of_blanks_are_no_rows(tmp_path):
    assert read(tmp_path, "1,2\n  \n3,4\n \n").values.tolist() == [[1, 2], [3, 4]]
