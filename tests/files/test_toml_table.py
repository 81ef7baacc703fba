import pytest

from quantnn.errors import InputError
from quantnn.files.toml_table import TomlTable


def table(tmp_path, text):
    file = tmp_path / "some.toml"
    file.write_text(text)
    return TomlTable.load(file)


def refusal(tmp_path, text, use):
    """The message of the error, without the file's place."""
    with pytest.raises(InputError) as error:
        use(table(tmp_path, text))
    return str(error.value).replace(str(tmp_path / "some.toml"), "some.toml")


def test_each_type_is_read(tmp_path):
    text = 'name = "x"\nlevel = "low"\ncount = 3\npair = [1, 2]\npairs = [[1, 2], [3, 4]]\nids = ["a", "b"]\n'
    file = table(tmp_path, text + '[inner]\nname = "y"\n[[members]]\ncount = 1\n[[members]]\ncount = 2\n')
    assert file.text("name") == "x"
    assert file.text("level", "high", "low") == "low"
    assert file.text("absent", default="z") == "z"
    assert file.integer("count") == 3
    assert file.pair("pair") == (1, 2)
    assert file.pairs("pairs") == ((1, 2), (3, 4))
    assert file.texts("ids") == ("a", "b")
    assert file.table("inner").text("name") == "y"
    assert [member.integer("count") for member in file.tables("members")] == [1, 2]


@pytest.mark.parametrize(
    ("text", "use", "message"),
    [
        ("", lambda t: t.text("name"), "name must be a non-empty string, but is missing"),
        ('name = ""', lambda t: t.text("name"), "name must be a non-empty string, not ''"),
        ("name = 1", lambda t: t.text("name"), "name must be a non-empty string, not 1"),
        ('name = "c"', lambda t: t.text("name", "a", "b"), "name must be one of a, b, not 'c'"),
        ("count = 0", lambda t: t.integer("count"), "count must be an integer of at least 1, not 0"),
        ("count = true", lambda t: t.integer("count"), "count must be an integer of at least 1, not True"),
        ("count = 1.5", lambda t: t.integer("count"), "count must be an integer of at least 1, not 1.5"),
        ("pair = [1]", lambda t: t.pair("pair"), "pair must be a pair of integers, not [1]"),
        (
            "pairs = []",
            lambda t: t.pairs("pairs"),
            "pairs must be a non-empty array of pairs of integers, not []",
        ),
        ("pairs = [1]", lambda t: t.pairs("pairs"), "pairs must be a pair of integers, not 1"),
        ("ids = [1]", lambda t: t.texts("ids"), "ids must hold non-empty strings, not 1"),
        ("a = 1", lambda t: t.table("a"), "a must be a table, not 1"),
        ("a = [1]", lambda t: list(t.tables("a")), "a must hold tables, not 1"),
        (
            "[a.b]\nc = 0",
            lambda t: t.table("a").table("b").integer("c"),
            "a.b.c must be an integer of at least 1, not 0",
        ),
        (
            "a = 1\nb = 1",
            lambda t: t.read(lambda t: t.integer("a")),
            "b is no field of this table; correct or remove it",
        ),
    ],
)
def test_a_mistake_is_named_by_file_field_and_what_is_allowed(tmp_path, text, use, message):
    assert refusal(tmp_path, text, use) == f"some.toml: {message}"


def test_a_value_error_of_a_reader_is_named_by_file_and_table(tmp_path):
    def reader(inner):
        raise ValueError("shapes must be smaller")

    message = refusal(tmp_path, "[a]\n", lambda file: file.table("a").read(reader))
    assert message == "some.toml: a: shapes must be smaller"


def test_a_file_that_is_no_toml_is_refused(tmp_path):
    assert refusal(tmp_path, "name", lambda file: None).startswith("some.toml must be valid TOML, but: ")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(
        InputError, match=r"some\.toml must be a readable file, but: No such file or directory$"
    ):
        TomlTable.load(tmp_path / "some.toml")
