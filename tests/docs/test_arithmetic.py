"""Every worked number of docs/arithmetic.md, evaluated."""

import doctest
import re
from pathlib import Path

import pytest

from quantnn.arithmetic import MAX_MULTIPLIER_BITS, MAX_SHIFT

PAGE = Path(__file__).parents[2] / "docs" / "arithmetic.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def evaluate(text):
    """The examples of a page, run one after the other in one namespace: how many failed, and how many there were."""
    blocks = BLOCK.findall(text)
    assert all(block.lstrip().startswith(">>>") for block in blocks), "a block that would not be evaluated"
    test = doctest.DocTestParser().get_doctest("".join(blocks), {}, PAGE.name, str(PAGE), 0)
    report = []
    results = doctest.DocTestRunner(verbose=False).run(test, out=report.append)
    return results, "".join(report)


def test_every_example_gives_what_the_page_says():
    results, report = evaluate(PAGE.read_text())
    assert results.failed == 0, report
    assert results.attempted > 30


@pytest.mark.parametrize("true, false", [("[-2, -1, 0, 1, 2]", "[-2, -2, 0, 1, 2]"), ("hi=775), 11", "hi=775), 12")])
def test_a_wrong_number_is_caught(true, false):
    page = PAGE.read_text()
    assert true in page
    results, _ = evaluate(page.replace(true, false))
    assert results.failed == 1


def tied(acc):
    """Halves, ties upward, in exact integers: floor((acc + 1) / 2)."""
    return (acc + 1) // 2


def test_the_table_of_ties():
    rows = re.findall(r"^\| (−?\d) \| (−?[\d.]+) \| (−?\d) \|$", PAGE.read_text(), re.MULTILINE)
    numbers = [[value.replace("−", "-") for value in row] for row in rows]
    assert len(numbers) == 5
    for acc, half, rounded in numbers:
        assert float(half) == int(acc) / 2
        assert int(rounded) == tied(int(acc))


def test_the_limits_that_the_page_names_are_the_module_s():
    page = PAGE.read_text()
    assert f"at most {MAX_MULTIPLIER_BITS} bits" in page and f"`s` is 0 to {MAX_SHIFT}" in page
