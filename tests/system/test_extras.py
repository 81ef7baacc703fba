"""The one line for a missing extra, and no other way to install anywhere in the project."""

import re
import tomllib
from pathlib import Path

import pytest

from quantnn.errors import InputError
from quantnn.system.extras import DISTRIBUTION, install_line, missing_package, needing

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
FOLDERS = ("quantnn", "hdl", "sim", "boards", "docs", "examples", "benchmarks", "tests", ".ci")
INSTALL = re.compile(r"pip install +(?:-\S+ +)*['\"]?([\w.-]+)(?:\\?\[([\w,]+)\\?\])?")
"""What is installed, and with which extras; in a pattern of a test, brackets are escaped."""
OLD = re.compile(r"['\"]quantnn\\?\[[a-z]")


def texts():
    """Every text of the project, by path."""
    paths = [path for path in ROOT.iterdir() if path.suffix in (".md", ".toml", ".in") or path.name == "Makefile"]
    paths += [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    return {
        path: path.read_text(encoding="utf-8")
        for path in paths
        if path.suffix in (".py", ".md", ".toml", ".j2", ".v", ".in", "") and path != Path(__file__)
    }


def wrong(text):
    """Lines that install somebody else's package, or an extra that there is not."""
    found = OLD.findall(text)
    for match in INSTALL.finditer(text):
        what, extras = match.groups()
        if what.startswith("quantnn") and what != DISTRIBUTION:
            found.append(match[0])
        if extras and (what not in (".", DISTRIBUTION) or not set(extras.split(",")) <= set(EXTRAS)):
            found.append(match[0])
    return found


def test_nothing_in_the_project_installs_the_other_quantnn():
    assert {path.relative_to(ROOT).as_posix(): lines for path, text in texts().items() if (lines := wrong(text))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "pip install 'quant" + "nn[build]'",
        'pip install "quant' + 'nn"',
        "pip install -U quant" + "nn",
        "pip install '.[biuld]'",
        "pip install 'quantnn-fgpa[build]'",
        "    'quant" + "nn[sim]',",
    ],
)
def test_a_wrong_line_is_found(text):
    assert wrong(text)


@pytest.mark.parametrize("text", [install_line("sim", "link"), "pip install -e '.[test]'", "pip install quantnn-fpga"])
def test_a_right_line_is_none(text):
    assert not wrong(text)


def test_the_distribution_is_the_project_s():
    assert PROJECT["name"] == DISTRIBUTION


def test_the_message():
    assert missing_package("cocotb", "sim", "link", what="the simulator") == (
        "cocotb is missing: install the simulator with pip install 'quantnn-fpga[sim,link]', or in a clone"
        " pip install '.[sim,link]'"
    )
    assert missing_package(None, "bench").startswith("a package is missing: install it with pip install")


def test_all_is_everything_but_the_tests():
    (own,) = EXTRAS["all"]
    assert own == f"{DISTRIBUTION}[{','.join(name for name in EXTRAS if name not in ('all', 'test'))}]"
    assert f"{DISTRIBUTION}[all]" in EXTRAS["test"]


def test_an_import_that_fails_says_what_to_install():
    with pytest.raises(InputError) as caught, needing("bench", what="the timer"):
        import no_such_package_at_all  # noqa: F401
    assert str(caught.value).startswith("no_such_package_at_all is missing: install the timer with pip install")
