import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.model.data_options import DataOptions, Expected
from quantnn.model.table_samples import table_labels, table_samples

TWO = Expected((2,), 3)


@pytest.fixture
def saved(tmp_path):
    def save(text):
        (tmp_path / "t.csv").write_text(text, encoding="utf-8")
        return tmp_path / "t.csv"

    return save


def refusal(function, *arguments):
    with pytest.raises(InputError) as caught:
        function(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def read(path, expected=TWO, column=""):
    data = table_samples(path, expected, DataOptions(column))
    values = data.rows.read(0, len(data.rows)).tolist()
    return values, None if data.labels is None else data.labels.values.tolist(), list(data.notes)


def test_samples_alone(saved):
    assert read(saved("a,label\n1,2\n3,4\n")) == ([[1, 2], [3, 4]], None, [])
    assert read(saved("1,2\n3,4\n"), Expected((1, 2, 1))) == ([[1, 2], [3, 4]], None, [])


@pytest.mark.parametrize(
    ("text", "samples", "labels", "column"),
    [
        ("a,label,b\n1,2,3\n4,1,6\n", [[1, 3], [4, 6]], [2, 1], "column 1 (label)"),
        ("a,b,Class\n1,2,0\n4,5,2\n", [[1, 2], [4, 5]], [0, 2], "column 2 (Class)"),
        ("target,y,b\n1,2,3\n0,5,6\n", [[2, 3], [5, 6]], [1, 0], "column 0 (target)"),
        ("y,b,c\n1,2.5,3\n0,5,6\n", [[2.5, 3], [5, 6]], [1, 0], "column 0 (y)"),
        ("x,y,kind\n1,2,0\n1,0,1\n", [[1, 2], [1, 0]], [0, 1], "column 2 (kind)"),
        ("1,red,3\n4,blue,6\n", [[1, 3], [4, 6]], ["red", "blue"], "column 1"),
        ("1,2.5,0\n2,3.5,1\n", [[1, 2.5], [2, 3.5]], [0, 1], "column 2"),
        ("2,0,0\n1,5,0\n", [[0, 0], [5, 0]], [2, 1], "column 0"),
        ("0,4,0\n0,5,2\n", [[0, 4], [0, 5]], [0, 2], "column 2"),
        ("0,4,7\n2,5,8\n1,5,7\n", [[4, 7], [5, 8], [5, 7]], [0, 2, 1], "column 0"),
        ("1,2,7\n3,4,9\n5,6,11\n8,6,12\n", [[1, 2], [3, 4], [5, 6], [8, 6]], [7, 9, 11, 12], "column 2"),
        ("5.5,2,1\n", [[5.5, 2]], [1], "column 2"),
    ],
)
def test_the_column_of_labels(saved, text, samples, labels, column):
    assert read(saved(text)) == (samples, labels, [f"t.csv: {column} holds the labels"])


@pytest.mark.parametrize("column", ["1", "kind", "-2"])
def test_a_chosen_column(saved, column):
    text = "label,kind,b\n1,x,3\n4,2,6\n"
    assert read(saved(text), TWO, column)[:2] == ([[1, 3], [4, 6]], ["x", "2"])


def test_a_column_of_values_is_no_class(saved):
    expected = Expected((2,), 1, (), False)
    assert read(saved("a,b,c\n1,2,0.5\n1,3,0.25\n"), expected)[:2] == ([[1, 2], [1, 3]], [0.5, 0.25])


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "id"])
def test_a_column_that_counts_the_rows_is_left_out(saved, name):
    called = f"column 0 ({name})" if name else "column 0"
    counted = f"t.csv: {called} counts the rows, and is left out"
    text = f'"{name}",a,b,class\n5,1,2,0\n6,3,4,1\n'
    assert read(saved(text)) == ([[1, 2], [3, 4]], [0, 1], [counted, "t.csv: column 3 (class) holds the labels"])
    assert read(saved(f'"{name}",a,b\n0,1,2\n1,3,4\n')) == ([[1, 2], [3, 4]], None, [counted])
    assert read(saved(f'"{name}",a\n0,1\n1,3\n'))[0] == [[0, 1], [1, 3]], "there is no column more"


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("1,2,3,4\n5,6,7,8\n", "", "has 4 columns, but the network 2 inputs: give it one column per input"),
        ("1\n2\n", "", "has 1 columns, but the network 2 inputs"),
        ("1,2,3,4\n5,6,7,8\n", "0", "has 3 columns besides column 0, but the network 2 inputs"),
        ("1,2\n5,6\n", "1", "has 1 columns besides column 1, but the network 2 inputs"),
        ("1,2,3\n5,6,7\n", "kind", "has no column 'kind'"),
        ("1.5,2,3.5\n5.5,6,7.5\n", "", "neither the last nor the first looks like labels: choose with --label-column"),
        ("a,b,label\n1,x,0\n", "", "line 2, column 1 (b) must be a number, not 'x'"),
        ("a,b,label\nx,1,0\ny,2,0\n", "", "line 2, column 0 (a) must be a number, not 'x'"),
        ("a,b\n1,x\n2,y\n", "", "line 2, column 1 (b) must be a number, not 'x'"),
        ("a;b\n1;2,5\n2;3,5\n", "", "line 2, column 1 (b) must be a number, not '2,5': write decimals with a point"),
    ],
)
def test_refused(saved, text, column, words):
    assert words in refusal(read, saved(text), TWO, column)


@pytest.mark.parametrize(
    ("text", "column", "labels"),
    [
        ("3\n1\n", "", [3, 1]),
        ("class\nred\nblue\n", "", ["red", "blue"]),
        ("a,label\n5,1\n7,2\n", "", [1, 2]),
        ("id,kind\n1,8\n2,9\n", "", [8, 9]),
        ("a,b\n5,1\n7,2\n", "a", [5, 7]),
        ("5,x\n7,1\n", "1", ["x", "1"]),
    ],
)
def test_labels_alone(saved, text, column, labels):
    found = table_labels(saved(text), DataOptions(column))
    assert found.values.tolist() == labels and found.named


def test_labels_among_others(saved):
    message = refusal(table_labels, saved("a,b\n5,1\n7,2\n"), DataOptions())
    assert "has 2 columns, and none is called label: choose with --label-column" in message


def test_samples_are_no_copy_where_they_lie_together(saved):
    rows = table_samples(saved("1,2,0\n3,4,1\n"), TWO, DataOptions()).rows
    assert np.shares_memory(rows.read(0, 2), rows.array.base)


def test_a_column_that_is_another_files(saved):
    def samples(text, column):
        data = table_samples(saved(text), TWO, DataOptions(column), labels=False)
        return data.rows.read(0, len(data.rows)).tolist()

    assert samples("a,b\n1,2\n3,4\n", "kind") == [[1, 2], [3, 4]]
    assert samples("1,2\n3,4\n", "1") == [[1, 2], [3, 4]]
    assert samples("kind,a,b\n9,1,2\n8,3,4\n", "kind") == [[1, 2], [3, 4]]


def test_a_column_per_class(saved):
    found = table_labels(saved("0,0,1\n1,0,0\n"), DataOptions())
    assert found.of_samples(2, TWO).numbers.tolist() == [2, 0]


def test_underlines_in_numbers(saved):
    """Python reads 1_0 as 10, but no table means that."""
    assert "must be a number, not '1_0'" in refusal(read, saved("1_0,1\n1_0,2\n"))
