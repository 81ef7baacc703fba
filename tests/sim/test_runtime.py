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


def test_nothing_is_lent_before_something_is_kept(build, tmp_path):
    runtime, first = Runtime(tmp_path / "kept" / "here"), build("first")
    assert runtime.lend(first) == []
    assert [path.name for path in first.iterdir()] == ["makefile"]


def test_what_one_build_compiled_the_next_takes(build, tmp_path):
    runtime, first, second = Runtime(tmp_path / "kept" / "here"), build("first"), build("second")
    built(first, runtime.lend(first))
    (first / "verilated.o").write_text("first\n")
    runtime.keep(first)
    assert sorted(path.name for path in (tmp_path / "kept" / "here").iterdir()) == ["verilated.o", "verilated_vpi.o"]
    options = runtime.lend(second)
    assert built(second, options) == ["first", "compiled", "compiled"]


def test_lent_objects_stay_even_if_they_are_older_than_what_they_depend_on(build, tmp_path):
    runtime, first, second = Runtime(tmp_path / "kept"), build("first"), build("second")
    (first / "verilated.o").write_text("first\n")
    runtime.keep(first)
    options = runtime.lend(second)
    (second / "makefile").write_text(MAKEFILE)
    assert built(second, options)[0] == "first"


def test_what_is_kept_stays(build, tmp_path):
    runtime, first, second = Runtime(tmp_path / "kept"), build("first"), build("second")
    for folder in (first, second):
        (folder / "verilated.o").write_text(folder.name)
        runtime.keep(folder)
    assert (tmp_path / "kept" / "verilated.o").read_text() == "first"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "kept", "second"]


def test_another_process_that_is_faster_wins(build, tmp_path, monkeypatch):
    runtime, first = Runtime(tmp_path / "kept"), build("first")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "verilated.o").write_text("theirs")
    (first / "verilated.o").write_text("ours")
    monkeypatch.setattr(type(tmp_path), "exists", lambda path: False)
    runtime.keep(first)
    assert (tmp_path / "kept" / "verilated.o").read_text() == "theirs"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "kept"]
