import ctypes
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from quantnn.system import machine


def test_this_machine_has_everything():
    assert machine.missing_packages() == []


def test_every_missing_program_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.missing_packages() == ["g++", "make", "perl"]
    make = tmp_path / "make"
    make.touch(0o755)
    assert machine.missing_packages() == ["g++", "perl"]


def test_a_missing_shared_python_library_is_named(monkeypatch, tmp_path):
    def nowhere(name):
        raise OSError

    monkeypatch.setattr(machine.sysconfig, "get_config_var", lambda name: str(tmp_path))
    monkeypatch.setattr(ctypes, "CDLL", nowhere)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert machine.missing_packages() == [f"libpython{version}"]
    (tmp_path / f"libpython{version}.so.1.0").touch()
    assert machine.missing_packages() == []


def test_a_missing_ensurepip_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert machine.missing_packages() == ["python3-venv"]


def test_the_remedy_is_one_line_to_copy():
    line = machine.remedy(["g++", "perl"])
    assert line.endswith("sudo apt-get install g++ perl") and "\n" not in line
    assert "g++, perl" in line


@pytest.mark.parametrize("complete", [False, True])
def test_it_runs_before_anything_is_installed(tmp_path, complete):
    """Another Python process without any package says what is missing, in one line."""
    path = os.environ["PATH"] if complete else str(tmp_path)
    result = subprocess.run(
        [sys.executable, "-I", "-S", Path(machine.__file__)],
        env={"PATH": path}, capture_output=True, text=True, check=False,
    )
    lines = result.stderr.splitlines()
    if complete:
        assert (result.returncode, lines) == (0, [])
    else:
        assert (result.returncode, lines) == (1, [machine.remedy(["g++", "make", "perl"])])


def test_a_library_elsewhere_counts_where_it_can_be_loaded(monkeypatch, tmp_path):
    monkeypatch.setattr(machine.sysconfig, "get_config_var", lambda name: str(tmp_path))
    asked = []

    def load(name):
        asked.append(name)
        if not name.endswith(".so.1.0"):
            raise OSError

    monkeypatch.setattr(ctypes, "CDLL", load)
    assert machine.missing_packages() == [] and asked[-1].endswith(".so.1.0")
