import os

import pytest

from quantnn.build import quartus_install
from quantnn.build.quartus_install import QuartusInstall
from quantnn.errors import ToolError


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine without Quartus, its home and its /opt."""
    for name in ("empty", "home", "opt"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("QUARTUS_ROOTDIR", raising=False)
    monkeypatch.setattr(quartus_install, "ROOTS", (str(tmp_path / "opt"),))
    return tmp_path


def install(folder, *names):
    folder.mkdir(parents=True)
    for name in names or ("quartus_sh", "quartus_pgm"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder


def test_path_comes_first_then_rootdir_then_the_usual_folders(machine, monkeypatch):
    usual = install(machine / "home" / "intelFPGA_lite" / "22.1std" / "quartus" / "bin")
    assert QuartusInstall.find().programs == usual
    named = install(machine / "mine" / "bin")
    monkeypatch.setenv("QUARTUS_ROOTDIR", str(machine / "mine"))
    assert QuartusInstall.find().programs == named
    here = install(machine / "path")
    monkeypatch.setenv("PATH", f"{machine / 'empty'}{os.pathsep}{here}")
    assert QuartusInstall.find().programs == here


def test_a_rootdir_without_quartus_is_passed_by(machine, monkeypatch):
    usual = install(machine / "opt" / "intelFPGA" / "18.1" / "quartus" / "bin")
    monkeypatch.setenv("QUARTUS_ROOTDIR", str(machine / "gone"))
    assert QuartusInstall.find().programs == usual


@pytest.mark.parametrize(
    "folder",
    [
        "home/intelFPGA_lite/18.1/quartus/bin", "home/altera_lite/25.1std/quartus/bin", "home/altera/16.1/quartus/bin",
        "opt/intelFPGA/20.1/quartus/bin64", "opt/intelFPGA_lite/23.1std/quartus/bin", "opt/altera/15.1/quartus/bin",
        "opt/altera_lite/24.1std/quartus/bin64", "opt/altera-24.1/quartus/bin",
        "opt/intelFPGA_standard/21.1/quartus/bin",
    ],
)  # fmt: skip
def test_usual_folders(machine, folder):
    programs = install(machine / folder)
    assert QuartusInstall.find().programs == programs


def test_the_newest_version_counts_wherever_it_is(machine):
    for version in ("9.1", "17.0", "18.1", "18.10"):
        install(machine / "home" / "intelFPGA_lite" / version / "quartus" / "bin")
    newest = install(machine / "opt" / "altera_lite" / "23.1std.1" / "quartus" / "bin")
    install(machine / "opt" / "intelFPGA_lite" / "23.1std" / "quartus" / "bin")
    assert QuartusInstall.find().programs == newest


def test_bin64_is_preferred(machine):
    root = machine / "opt" / "intelFPGA" / "18.1" / "quartus"
    install(root / "bin")
    preferred = install(root / "bin64")
    assert QuartusInstall.find().programs == preferred


def test_the_pro_edition_does_not_know_max_10(machine):
    install(machine / "opt" / "altera_pro" / "24.1" / "quartus" / "bin")
    with pytest.raises(ToolError, match=r"Quartus was not found: no quartus_sh on PATH"):
        QuartusInstall.find()


def test_a_folder_that_cannot_be_run_is_none(machine):
    folder = machine / "opt" / "altera" / "18.1" / "quartus" / "bin"
    folder.mkdir(parents=True)
    (folder / "quartus_sh").write_text("not executable")
    with pytest.raises(ToolError):
        QuartusInstall.find()


def test_without_it_the_message_says_which_and_where_from(machine):
    with pytest.raises(ToolError) as caught:
        QuartusInstall.find()
    for word in ("quartus_sh", "QUARTUS_ROOTDIR", "Quartus Prime Lite Edition", "MAX 10", "free", "download", "Altera"):
        assert word in str(caught.value)


def test_programs(machine):
    quartus = QuartusInstall(install(machine / "bin"))
    assert quartus.program("quartus_pgm") == machine / "bin" / "quartus_pgm"
    with pytest.raises(ToolError, match=r"^quartus_cpf is missing in .*, beside quartus_sh"):
        quartus.program("quartus_cpf")
