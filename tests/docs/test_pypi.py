"""What PyPI gets to see, and what a wheel holds."""

import re
import tomllib

import pytest
from pages import CLI, LINK, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]
PAGE = ROOT / PROJECT["project"]["readme"]
EXTRAS = [name for name in PROJECT["project"]["optional-dependencies"] if name != "test"]


def folder(package):
    """Where a package lies in the source."""
    for name, place in SETUPTOOLS["package-dir"].items():
        if package == name or package.startswith(name + "."):
            return ROOT / place / package[len(name) + 1 :].replace(".", "/")
    return ROOT / package.replace(".", "/")


def nowhere(text):
    """Links that lead nowhere outside the repository."""
    return [link for link in LINK.findall(text) if not re.match(r"https://|#", link)]


def test_the_page_has_no_link_into_the_repository():
    assert not nowhere(PAGE.read_text(encoding="utf-8"))


def test_such_a_link_is_found():
    assert nowhere("see [cli](docs/cli.md), ![flow](images/flow.svg)") == ["docs/cli.md", "images/flow.svg"]


def test_every_package_is_in_the_wheel():
    roots = [ROOT / name for name in ("quantnn", *SETUPTOOLS["package-dir"].values())]
    lie = {path.parent for root in roots for path in root.rglob("__init__.py")}
    assert {folder(package) for package in SETUPTOOLS["packages"]} == lie


def test_every_package_says_that_it_is_typed():
    """A marker holds for what lies below it; folders that are mapped into the package have their own."""
    for package in SETUPTOOLS["packages"]:
        above = [folder(package), *folder(package).parents]
        assert any((place / "py.typed").is_file() for place in above[: above.index(ROOT)]), package
    assert "py.typed" in SETUPTOOLS["package-data"]["*"]


@pytest.mark.parametrize("page", [PAGE, CLI], ids=lambda page: page.name)
def test_every_extra_is_described(page):
    table = re.search(r"^\| extra \| for \|\n(?:\|.*\n)+", page.read_text(encoding="utf-8"), re.MULTILINE)[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == EXTRAS
