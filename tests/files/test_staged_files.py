from contextlib import nullcontext
from pathlib import Path

import pytest

from quantnn.errors import InputError
from quantnn.files.staged_files import check_writable, staged_files


@pytest.fixture
def folder(tmp_path):
    target = tmp_path / "design"
    (target / "core").mkdir(parents=True)
    for name in ("a", "b", "core/c", "foreign"):
        (target / name).write_text(f"old {name}")
    return target


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def stage(folder, *names):
    (folder / "core").mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text(f"new {name}")


def test_files_are_replaced_added_and_removed(folder, tmp_path):
    with staged_files(folder, ["b", "core/missing", "core/c"]) as staged:
        stage(staged, "a", "core/c", "core/d")
    assert contents(folder) == {"a": "new a", "core/c": "new core/c", "core/d": "new core/d", "foreign": "old foreign"}
    assert list(tmp_path.iterdir()) == [folder], "nothing is left beside it"


def test_the_folder_itself_stays(folder):
    before = folder.stat().st_ino
    with staged_files(folder) as staged:
        stage(staged, "a")
    assert folder.stat().st_ino == before


def test_a_file_that_does_not_change_is_not_touched(folder):
    before = (folder / "a").stat()
    with staged_files(folder) as staged:
        (staged / "a").write_text("old a")
    assert (folder / "a").stat() == before


def test_a_failure_before_the_end_changes_nothing(folder, tmp_path):
    before = contents(folder)
    with pytest.raises(RuntimeError), staged_files(folder) as staged:
        stage(staged, "a", "b")
        raise RuntimeError
    assert contents(folder) == before and list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("broken", ["a", "core/c", "core/d"])
def test_a_failure_while_replacing_puts_everything_back(folder, tmp_path, monkeypatch, broken):
    before, right = contents(folder), Path.replace

    def replace(self, target):
        if Path(target) == folder / broken and "new" in self.parts:
            raise OSError(28, "No space left on device", str(self), None, str(target))
        return right(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(InputError, match=f"{broken} cannot be replaced") as caught, staged_files(folder) as staged:
        stage(staged, "a", "b", "core/c", "core/d")
    assert "No space left on device" in str(caught.value) and "\n" not in str(caught.value)
    assert contents(folder) == before and list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("use", [staged_files, check_writable])
def test_a_folder_in_which_nothing_may_be_written(folder, monkeypatch, use):
    def refuse(**_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    message = r"design cannot be changed \(Read-only file system\), and is as it was: make room, or copy it elsewhere$"
    with pytest.raises(InputError, match=message), use(folder) or nullcontext():
        pass


def test_a_full_disk_is_noticed_before_anything_is_made(folder, monkeypatch):
    def full(self, content):
        raise OSError(28, "No space left on device", str(self))

    check_writable(folder)
    before = contents(folder)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match=r"design cannot be changed \(No space left on device\)"):
        check_writable(folder)
    assert contents(folder) == before


def test_a_disk_that_fills_up_meanwhile(folder):
    before = contents(folder)
    with pytest.raises(InputError, match="No space left on device"), staged_files(folder) as staged:
        stage(staged, "a")
        raise OSError(28, "No space left on device")
    assert contents(folder) == before


def test_a_process_that_is_killed_leaves_no_second_name_of_a_file(folder, monkeypatch):
    """Such a file would be refused as a hard link from then on."""
    names, right = [], Path.replace

    def replace(self, target):
        names.extend(path.stat().st_nlink for path in folder.rglob("*") if path.is_file())
        return right(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with staged_files(folder) as staged:
        stage(staged, "a", "core/c")
    assert set(names) == {1}


@pytest.mark.parametrize("obsolete", [("a", "core/l/thesis"), ("core/l/deep/thesis",)])
def test_a_name_that_leads_out_of_the_folder(folder, tmp_path, obsolete):
    (tmp_path / "home" / "deep").mkdir(parents=True)
    for name in ("thesis", "deep/thesis"):
        (tmp_path / "home" / name).write_text("mine")
    (folder / "core" / "l").symlink_to(tmp_path / "home")
    before = contents(tmp_path)
    refused = pytest.raises(InputError, match="core/l must be a folder, not a symbolic link")
    with refused, staged_files(folder, obsolete) as staged:
        stage(staged, "a")
    assert contents(tmp_path) == before


def test_a_new_file_does_not_go_through_a_link(folder, tmp_path):
    (tmp_path / "home").mkdir()
    (folder / "board").symlink_to(tmp_path / "home")
    refused = pytest.raises(InputError, match="board must be a folder, not a symbolic link")
    with refused, staged_files(folder) as staged:
        (staged / "board").mkdir()
        (staged / "board" / "x").write_text("new")
    assert not list((tmp_path / "home").iterdir())
