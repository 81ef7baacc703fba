"""What docs/python.md says: its programs run, its names exist, and it has all of them."""

import re
import shutil

import pytest
from page_programs import run
from pages import ROOT

import quantnn

PAGE = ROOT / "docs" / "python.md"
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.xdist_group("docs")
def test_the_programs_run(tmp_path, monkeypatch):
    for name in ("model.npz", "test_x.npy", "test_y.npy"):
        shutil.copy(ROOT / "examples" / "digits" / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    names = run(PAGE)
    assert names["design"].report.model == "model.npz" and (tmp_path / "mine.npz").exists()


def test_a_page_that_is_wrong_is_found(tmp_path):
    (tmp_path / "page.md").write_text("```python\nprint(1 + 1)  # → 3\n```\n")
    with pytest.raises(AssertionError, match="print"):
        run(tmp_path / "page.md")
    (tmp_path / "page.md").write_text("```python\nnothing_here\n```\n")
    with pytest.raises(NameError):
        run(tmp_path / "page.md")


def test_every_name_stands_on_the_page():
    assert [name for name in quantnn.__all__ if not re.search(rf"\b{name}\b", TEXT)] == []


def test_every_method_of_a_design_stands_on_the_page():
    public = [name for name in vars(quantnn.Design) | vars(quantnn.Design.__mro__[1]) if not name.startswith("_")]
    methods = {name for name in public if callable(getattr(quantnn.Design, name))} - {"spare_clock_mhz"}
    assert methods == set(re.findall(r"^\| `design\.(\w+)\(", TEXT, re.MULTILINE))


def test_the_page_knows_no_name_that_is_not():
    asked = set(re.findall(r"\bquantnn\.([a-zA-Z_]+)", TEXT)) - {"errors"}
    assert asked <= set(quantnn.__all__)
