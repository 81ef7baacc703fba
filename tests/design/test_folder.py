import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from quantnn.design.folder import export_folder
from quantnn.design.report import load_report, save_report
from quantnn.errors import InputError


class Broken(Exception):
    """What goes wrong while a folder is written."""


@pytest.fixture
def place(tmp_path):
    """Where to export to, in a folder that holds nothing else."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home" / "design"


@pytest.fixture
def earlier(place, small):
    """An export that stands there already."""
    write(place, small, {"core/old.v": "old"})
    return place


def write(place, design, files):
    """Export some files, listed in a report that is like that of ``design``."""
    with export_folder(place) as folder:
        for name, text in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        save_report(replace(load_report(design), files=(*sorted(files), "report.json")), folder)


def tree(folder):
    """Every file of a folder and its content, hidden ones too; None for folders."""
    paths = sorted(folder.rglob("*"))
    return {p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None for p in paths}


def refusal(place):
    """The message with which a destination is refused; nothing is written, and the body is not run."""
    before = tree(place.parent)
    with pytest.raises(InputError) as caught, export_folder(place):
        raise AssertionError("not reached")
    assert tree(place.parent) == before
    assert str(caught.value).startswith(str(place))
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(str(place))


@pytest.mark.parametrize("name", ["design", "new/and/deep"])
def test_a_new_folder_appears_at_the_end(tmp_path, name):
    place = tmp_path / name
    with export_folder(place) as folder:
        assert not place.exists()
        (folder / "core").mkdir()
        (folder / "core" / "a.v").write_text("a")
    assert tree(place) == {"core": None, "core/a.v": b"a"}
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_others_may_read_it(place):
    with export_folder(place):
        pass
    assert place.stat().st_mode & 0o777 == 0o755


def test_a_name_relative_to_where_one_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with export_folder(Path("design")) as folder:
        (folder / "a").write_text("a")
    assert tree(tmp_path) == {"design": None, "design/a": b"a"}


def test_nothing_is_left_when_it_fails(place):
    with pytest.raises(Broken), export_folder(place) as folder:
        (folder / "a").write_text("a")
        raise Broken
    assert tree(place.parent) == {}


def test_a_full_disk(place):
    message = r"design cannot be written \(No space left on device\): choose another folder with -o$"
    with pytest.raises(InputError, match=message), export_folder(place) as folder:
        (folder / "a").write_text("a")
        raise OSError(28, "No space left on device")
    assert tree(place.parent) == {}


def test_an_earlier_export_stays_when_it_fails(earlier):
    before = tree(earlier.parent)
    with pytest.raises(Broken), export_folder(earlier) as folder:
        (folder / "a").write_text("a")
        raise Broken
    assert tree(earlier.parent) == before


def test_an_earlier_export_is_replaced(earlier, small):
    write(earlier, small, {"board/new.v": "new"})
    assert set(tree(earlier.parent)) == {
        "design", "design/board", "design/board/new.v", "design/report.json",
    }  # fmt: skip


def test_an_empty_folder_is_replaced(place):
    (place / "empty").mkdir(parents=True)
    with export_folder(place) as folder:
        (folder / "a").write_text("a")
    assert tree(place) == {"a": b"a"}


def test_a_folder_without_a_report_is_refused(place):
    place.mkdir()
    (place / "thesis.txt").write_text("mine")
    assert refusal(place) == " holds something else: choose another folder with -o, or empty it"


@pytest.mark.parametrize("name", ["thesis.txt", "core/thesis.txt", ".hidden", "own/thesis.txt"])
def test_a_file_that_no_export_wrote_is_named(earlier, name):
    (earlier / name).parent.mkdir(exist_ok=True)
    (earlier / name).write_text("mine")
    rest = ", which the export there did not write: choose another folder with -o, or move it away"
    assert refusal(earlier) == f" holds {name}{rest}"


def test_of_several_the_first_is_named(earlier):
    (earlier / "z").write_text("mine")
    (earlier / "a").write_text("mine")
    assert refusal(earlier).startswith(" holds a and more, which the export there did not write")


def test_no_more_is_looked_at_than_the_export_may_have_written(earlier, monkeypatch):
    """Somebody's home may hold a million files, and a report.json."""
    for number in range(300):
        (earlier / f"file_{number}").write_text("mine")
    looked, lstat = [], Path.lstat
    monkeypatch.setattr(Path, "lstat", lambda path: looked.append(path) or lstat(path))
    assert " and more, which the export there did not write" in refusal(earlier)
    listed = len(load_report(earlier, whole=False).files)
    assert 0 < len({path for path in looked if path.parent == earlier}) <= listed + 2


def test_a_link_is_named_and_nothing_behind_it_touched(earlier, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "thesis.txt").write_text("mine")
    (earlier / "link").symlink_to(tmp_path / "elsewhere")
    (earlier / "broken").symlink_to(tmp_path / "nowhere")
    for name in ("broken", "link"):
        assert refusal(earlier).startswith(f"/{name} must be a plain file, not a symbolic link")
        (earlier / name).unlink()
    assert (tmp_path / "elsewhere" / "thesis.txt").read_text() == "mine"


def test_a_damaged_report_is_no_leave_to_delete(earlier):
    (earlier / "report.json").write_text("{")
    message = refusal(earlier)
    assert message.startswith("/report.json is damaged (")
    assert message.endswith(f": choose another folder with -o, or move {earlier} away")


def test_a_file_is_refused(place):
    place.write_text("mine")
    assert refusal(place) == " is not a folder: choose another one with -o"


@pytest.mark.parametrize("target", ["earlier", "empty", "file", "nothing"])
def test_a_symbolic_link_is_refused(place, tmp_path, target, small):
    other = tmp_path / "other"
    if target == "earlier":
        write(other, small, {"a": "a"})
    elif target == "empty":
        other.mkdir()
    elif target == "file":
        other.write_text("mine")
    place.symlink_to(other)
    before = tree(tmp_path)
    assert refusal(place) == " is not a folder: choose another one with -o"
    assert tree(tmp_path) == before and place.is_symlink()


def test_a_parent_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    message = r"file/design cannot be written \(.*\): choose another folder with -o$"
    with pytest.raises(InputError, match=message), export_folder(tmp_path / "file" / "design"):
        raise AssertionError("not reached")


@pytest.mark.parametrize("stands", [True, False])
def test_a_place_that_may_not_be_written(place, monkeypatch, stands):
    def forbidden(prefix, dir):
        raise PermissionError(13, "Permission denied")

    if stands:
        place.mkdir()
    monkeypatch.setattr("tempfile.mkdtemp", forbidden)
    what = "changed (Permission denied), and is as it was" if stands else "written (Permission denied)"
    assert refusal(place).startswith(f" cannot be {what}: ")


def test_what_somebody_puts_there_meanwhile_is_kept(place):
    with pytest.raises(InputError, match="holds something else"), export_folder(place) as folder:
        (folder / "a").write_text("a")
        place.mkdir()
        (place / "thesis.txt").write_text("mine")
    assert tree(place.parent) == {"design": None, "design/thesis.txt": b"mine"}


@pytest.mark.parametrize("fails", ["a", "core/old.v"])
def test_a_failing_exchange_keeps_the_earlier_export(earlier, monkeypatch, fails):
    before, replace, unlink = tree(earlier.parent), Path.replace, Path.unlink

    def broken_replace(self, target):
        if Path(target) == earlier / fails and "old" not in self.parts:
            raise OSError(5, "Input/output error", str(self), None, str(target))
        return replace(self, target)

    def broken_unlink(self, missing_ok=False):
        if self == earlier / fails:
            raise OSError(5, "Input/output error", str(self))
        return unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "replace", broken_replace)
    monkeypatch.setattr(Path, "unlink", broken_unlink)
    with pytest.raises(InputError, match="Input/output error"), export_folder(earlier) as folder:
        (folder / "a").write_text("a")
    assert tree(earlier.parent) == before


@pytest.mark.parametrize("name", [".", "design"])
def test_the_folder_in_which_one_is_stays_the_same_one(place, monkeypatch, small, name):
    """It may as well be a mount point, which nobody can move."""
    place.mkdir()
    monkeypatch.chdir(place if name == "." else place.parent)
    inode = place.stat().st_ino
    for text in ("first", "second"):
        write(Path(name), small, {f"core/{text}.v": text})
        assert set(tree(place)) == {"core", f"core/{text}.v", "report.json"}
    assert place.stat().st_ino == inode


def test_a_name_that_is_too_long_is_refused(tmp_path):
    place = tmp_path / ("a" * 300)
    with pytest.raises(InputError, match=r"cannot be written \(File name too long\): choose"), export_folder(place):
        raise AssertionError("not reached")


def test_a_name_as_long_as_may_be(tmp_path):
    with export_folder(tmp_path / ("a" * 255)):
        pass
    assert [len(path.name) for path in tmp_path.iterdir()] == [255]


def test_folders_on_the_way_go_again_when_it_fails(tmp_path):
    with pytest.raises(Broken), export_folder(tmp_path / "new" / "and" / "deep"):
        raise Broken
    assert list(tmp_path.iterdir()) == []


def test_a_home_is_not_searched_to_its_end(place, monkeypatch):
    """It stops at the first file."""
    for number in range(3):
        (place / "deep" / str(number)).mkdir(parents=True)
        (place / str(number)).write_text("mine")
    seen, scandir = [], os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: (seen.append(Path(path)), scandir(path))[1])
    with pytest.raises(InputError), export_folder(place):
        raise AssertionError("not reached")
    assert [path for path in seen if path.is_relative_to(place)] == [place]


def test_what_a_killed_export_left_is_no_foreign_file(earlier, small):
    script = (
        "import os, sys; from pathlib import Path; from quantnn.system.scratch import folder_inside\n"
        "context = folder_inside(Path(sys.argv[1])); (context.__enter__() / 'half').touch(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(earlier)], check=False)
    assert len(list(earlier.glob(".quantnn-*/work/half"))) == 1
    write(earlier, small, {"a": "a"})
    assert set(tree(earlier)) == {"a", "report.json"}


def test_an_empty_folder_that_appears_meanwhile(place):
    with export_folder(place) as folder:
        (folder / "a").write_text("a")
        place.mkdir()
    assert tree(place) == {"a": b"a"}


def test_a_full_folder_that_appears_meanwhile_stays(place):
    with pytest.raises(InputError, match="design holds something else"), export_folder(place) as folder:
        (folder / "a").write_text("a")
        place.mkdir()
        (place / "thesis.txt").write_text("mine")
    assert tree(place.parent) == {"design": None, "design/thesis.txt": b"mine"}
