import pytest

from quantnn.network.class_names import (
    MAX_CLASS_NAME,
    check_class_names,
    class_name,
    numbered_name,
    numbered_names,
)


@pytest.mark.parametrize(("names", "classes"), [((), 3), (("a", "b", "c"), 3), (("no", "日本語"), 2), (("x" * 64,), 1)])
def test_names(names, classes):
    check_class_names(names, classes)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("a",), "one name for each of 2 classes, not 1"),
        (("a", "b", "c"), "one name for each of 2 classes, not 3"),
        (("a", ""), "1 to 64 characters"),
        (("a", "x" * (MAX_CLASS_NAME + 1)), "1 to 64 characters"),
        (("a", 3), "1 to 64 characters, not be '3'"),
        (("a", "b\n"), "printable"),
        (("a", " b"), "without blanks around it"),
        (("a", "\x1b[31m"), "printable"),
        (("a", "a"), "'a' is there twice"),
    ],
)
def test_what_is_no_name(names, words):
    with pytest.raises(ValueError, match=words):
        check_class_names(names, 2)


def test_a_class_without_a_name_is_its_number():
    assert [class_name(("cat", "dog"), number) for number in (0, 1, 2, -1)] == ["cat", "dog", "2", "-1"]
    assert class_name((), 7) == "7"


def test_numbers_and_names():
    assert [numbered_name(("cat", "1"), number) for number in (0, 1, 2)] == ["0 (cat)", "1", "2"]
    assert numbered_names(("ant", "cat")) == "0: ant, 1: cat" and numbered_names("abc", 2) == "0: a, 1: b, …"
