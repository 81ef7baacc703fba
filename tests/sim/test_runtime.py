import subprocess

import pytest

from quantnn.sim.runtime import Runtime

MAKEFILE = """
program: verilated.o verilated_vpi.o own.o
\tcat $^ > $@
verilated.o verilated_vpi.o own.o: makefile
\techo compiled > $@
"""


@pytest.fixture
def build(tmp_path):
    """Makes a folder in which make builds a program of two objects of the library and one of its own."""

    def make(name):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "makefile").write_text(MAKEFILE)
        return folder

    return make


def built(folder, options):
    subprocess.run(["make", "-s", *options], cwd=folder, check=True)
    return (folder / "program").read_text().split()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("QUANTNN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "runtimes"


def test_nothing_is_lent_before_something_is_kept(build):
    runtime, first = Runtime("options"), build("first")
    assert runtime.lend(first) == [] and not runtime.kept
    assert [path.name for path in first.iterdir()] == ["makefile"]


def test_what_one_build_compiled_the_next_takes(build, cache):
    runtime, first, second = Runtime("options"), build("first"), build("second")
    built(first, runtime.lend(first))
    (first / "verilated.o").write_text("first\n")
    runtime.keep(first)
    assert runtime.kept
    assert sorted(path.name for path in cache.glob("*/*")) == ["verilated.o", "verilated_vpi.o"]
    options = runtime.lend(second)
    assert built(second, options) == ["first", "compiled", "compiled"]


def test_other_options_make_other_objects(build):
    first = build("first")
    built(first, [])
    Runtime("options").keep(first)
    assert not Runtime("others").kept


def test_lent_objects_stay_even_if_they_are_older_than_what_they_depend_on(build):
    runtime, first, second = Runtime("options"), build("first"), build("second")
    (first / "verilated.o").write_text("first\n")
    runtime.keep(first)
    options = runtime.lend(second)
    (second / "makefile").write_text(MAKEFILE)
    assert built(second, options)[0] == "first"


def test_what_is_kept_stays(build, cache):
    runtime, first, second = Runtime("options"), build("first"), build("second")
    for folder in (first, second):
        (folder / "verilated.o").write_text(folder.name)
        runtime.keep(folder)
    assert [path.read_text() for path in cache.glob("*/*")] == ["first"]


def test_what_is_damaged_goes(build):
    runtime, first = Runtime("options"), build("first")
    (first / "verilated.o").write_text("first")
    runtime.keep(first)
    runtime.discard()
    assert not runtime.kept
