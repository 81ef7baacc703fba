import os

import pytest

from quantnn.design.contents import check_contents
from quantnn.design.report import load_report
from quantnn.errors import InputError
from quantnn.files.staged_files import staged_files

pytestmark = pytest.mark.xdist_group("exported designs")


def refused(design):
    with pytest.raises(InputError) as caught:
        load_report(design)
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_an_exported_folder_and_what_people_put_there(small, copy_of):
    design = copy_of(small)
    check_contents(design)
    (design / "notes").mkdir()
    (design / "notes" / "my notes, naïve ones.txt").write_text("mine")
    check_contents(design)


def test_what_a_vendors_tool_keeps_for_itself(small, copy_of):
    design = copy_of(small)
    (design / "board" / "db" / "more").mkdir(parents=True)
    for name in ("a", "more/b"):
        with (design / "board" / "db" / name).open("wb") as file:
            file.truncate(5 << 30)
    check_contents(design)


@pytest.mark.parametrize("folder", ["db", "incremental_db", "simulation", "greybox_tmp/more"])
def test_links_where_a_vendors_tool_keeps_its_own(small, copy_of, tmp_path, folder):
    design = copy_of(small)
    (design / "board" / folder).mkdir(parents=True)
    (design / "board" / folder / "link").symlink_to(tmp_path)
    assert f"{folder}/link must be a plain file, not a symbolic link" in refused(design)


def test_what_other_processes_are_at_work_on(small, copy_of):
    design = copy_of(small)
    with staged_files(design) as staged:
        (staged / "link").symlink_to("nowhere")
        check_contents(design)
        (staged / "link").unlink()
    (design / ".quantnn-abcdefgh" / "work").mkdir(parents=True)
    (design / ".quantnn-abcdefgh" / "work" / "link").symlink_to("nowhere")
    check_contents(design)


@pytest.mark.parametrize("name", ["report.json", "core/quantnn_core.v", "board/quantnn_board.v", "board/x", "x"])
def test_links_pipes_and_folders_that_are_links(small, copy_of, tmp_path, name):
    design = copy_of(small)
    path = design / name
    path.unlink(missing_ok=True)
    path.symlink_to(small / "core" / "quantnn_core.v")
    assert f"{path} must be a plain file, not a symbolic link" in refused(design)
    path.unlink()
    os.mkfifo(path)
    assert f"{path} must be a plain file, not a device or a pipe" in refused(design)
    path.unlink()
    (tmp_path / "outside").write_text("{}")
    path.hardlink_to(tmp_path / "outside")
    assert f"{path} must be a plain file, not a hard link" in refused(design)


@pytest.mark.parametrize("folder", ["core", "board", "vectors"])
def test_a_folder_that_is_a_link(small, copy_of, folder):
    design = copy_of(small)
    (design / folder).rename(design.parent / "elsewhere")
    (design / folder).symlink_to(design.parent / "elsewhere")
    assert f"{folder} must be a plain file, not a symbolic link" in refused(design)


@pytest.mark.parametrize("name", ["a\nb.v", "a\x1b[2J.mem"])
def test_names_with_control_characters(small, copy_of, name):
    design = copy_of(small)
    (design / "board" / name).write_text("module x; endmodule")
    assert "has a name with control characters" in refused(design)


def test_too_many_files_and_too_large_ones(small, copy_of, monkeypatch):
    design = copy_of(small)
    monkeypatch.setattr("quantnn.design.contents._MOST_FILES", 20)
    assert "must hold at most 20 files and 4 GiB" in refused(design)
    monkeypatch.undo()
    with (design / "board" / "huge").open("wb") as file:
        file.truncate(5 << 30)
    assert "files and 4 GiB, not more" in refused(design)


def test_a_folder_that_may_not_be_looked_into(small, copy_of, monkeypatch):
    design, scandir = copy_of(small), os.scandir

    def denied(path):
        if str(path).endswith("core"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    assert refused(design) == f"{design / 'core'} cannot be read (Permission denied): check its permissions"
