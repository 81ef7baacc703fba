import os
import shutil
import subprocess
import sys
import time

import pytest

from quantnn.errors import ToolError
from quantnn.system import scratch
from quantnn.system.scratch import folder_inside, is_scratch, scratch_folder, sweep

DAY = 86400


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The system's folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def left_behind(place, age_days=0.0, kept=False, prefix=f".{scratch.PREFIX}"):
    """What a process leaves that was killed."""
    script = (
        "import os, sys, tempfile; from pathlib import Path; from quantnn.system import scratch\n"
        "context = scratch._owned(Path(sys.argv[1]), sys.argv[2], ())\n"
        "(context.__enter__() / 'big').write_text('much')\n"
        "os._exit(9)"
    )
    before = set(place.iterdir())
    subprocess.run([sys.executable, "-c", script, str(place), prefix], check=False)
    [folder] = set(place.iterdir()) - before
    if kept:
        (folder / scratch.KEPT).touch()
    stamp = time.time() - age_days * DAY
    os.utime(folder / scratch.OWNER, (stamp, stamp))
    return folder


def test_it_is_empty_and_goes_at_the_end(place):
    with scratch_folder() as folder:
        assert list(folder.iterdir()) == [] and folder.is_relative_to(place)
        (folder / "inside").mkdir()
        (folder / "inside" / "file").write_text("text")
    assert list(place.iterdir()) == []


def test_it_goes_after_an_error(place):
    with pytest.raises(ZeroDivisionError), scratch_folder(keep=ToolError):
        raise ZeroDivisionError
    assert list(place.iterdir()) == []


def test_after_an_error_whose_message_names_a_log_it_stays_for_a_week(place):
    with pytest.raises(ToolError), scratch_folder(keep=ToolError) as folder:
        (folder / "log").write_text("why")
        raise ToolError("see the log")
    sweep(place, scratch.PREFIX)
    assert (folder / "log").read_text() == "why"
    stamp = time.time() - 6.9 * DAY
    os.utime(folder.parent / scratch.OWNER, (stamp, stamp))
    sweep(place, scratch.PREFIX)
    assert folder.exists()
    stamp -= 0.2 * DAY
    os.utime(folder.parent / scratch.OWNER, (stamp, stamp))
    sweep(place, scratch.PREFIX)
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_start(place):
    folder = left_behind(place, prefix=scratch.PREFIX)
    with scratch_folder():
        assert not folder.exists()


def test_beside_an_output_only_what_was_made_there_goes(place):
    inside, temporary = left_behind(place), left_behind(place, prefix=scratch.PREFIX)
    with folder_inside(place):
        assert not inside.exists() and temporary.exists()


def test_what_a_living_process_uses_stays_however_old_it_is(place):
    with folder_inside(place) as folder:
        os.utime(folder.parent / scratch.OWNER, (0, 0))
        sweep(place)
        assert folder.exists()


@pytest.mark.parametrize(("days", "stays"), [(0.9, True), (1.1, False)])
def test_where_there_are_no_locks_it_is_left_alone_for_a_day(place, monkeypatch, days, stays):
    folder = left_behind(place, days)
    monkeypatch.setattr(scratch, "_locked", lambda lock, otherwise: otherwise)
    sweep(place)
    assert folder.exists() == stays


@pytest.mark.parametrize("name", ["quantnn-abcdefgh", ".quantnn-abcdefgh", "quantnn-mine", "thesis"])
def test_what_is_not_made_here_is_never_touched(place, name):
    (place / name / "work").mkdir(parents=True)
    (place / name / "work" / "file").write_text("mine")
    if name in ("quantnn-mine", "thesis"):
        (place / name / scratch.OWNER).touch()
    sweep(place)
    sweep(place, scratch.PREFIX)
    assert (place / name / "work" / "file").exists()


@pytest.mark.parametrize("prefix", [scratch.PREFIX, f".{scratch.PREFIX}"])
@pytest.mark.parametrize(("file", "text"), [(scratch.OWNER, "me"), ("readme", ""), (scratch.OWNER, None)])
def test_a_folder_that_only_looks_like_one_made_here_is_never_touched(place, prefix, file, text):
    theirs = place / f"{prefix}examples"
    (theirs / "work").mkdir(parents=True)
    (theirs / "work" / "file").write_text("mine")
    (theirs / scratch.OWNER).touch()
    if text is None:
        (theirs / scratch.OWNER).unlink()
        (theirs / scratch.OWNER).symlink_to(os.devnull)
    else:
        (theirs / file).write_text(text)
    sweep(place, prefix)
    assert not is_scratch(theirs) and (theirs / "work" / "file").read_text() == "mine"


def test_nothing_stays_open_where_another_process_sweeps_faster(place, monkeypatch):
    folder = left_behind(place)
    opened = []

    def faster(lock, otherwise):
        opened.append(lock)
        shutil.rmtree(folder)
        return True

    monkeypatch.setattr(scratch, "_locked", faster)
    sweep(place)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(*opened)


def test_a_link_to_such_a_folder_is_not_followed(place, tmp_path):
    folder = left_behind(tmp_path)
    (place / "quantnn-abcdefgh").symlink_to(folder)
    sweep(place)
    assert folder.exists() and not is_scratch(place / "quantnn-abcdefgh")


def test_another_user_s_folder_is_left_alone(place, monkeypatch):
    folder = left_behind(place)
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    sweep(place)
    assert folder.exists()


def test_a_folder_that_is_swept_while_it_is_made_is_made_again(place, monkeypatch):
    """Another process may see it before it is locked, and take it for left behind."""
    locked, stolen = scratch._locked, []

    def steal(lock, otherwise):
        if not stolen:
            stolen.extend(place.iterdir())
            scratch._remove(stolen[0], os.open(stolen[0] / scratch.OWNER, os.O_RDWR))
        return locked(lock, otherwise)

    monkeypatch.setattr(scratch, "_locked", steal)
    with scratch_folder() as folder:
        assert folder.parent not in stolen and list(place.iterdir()) == [folder.parent]


@pytest.mark.parametrize("name", ["a b", "quo'te", 'dou"ble', "dollar$", "hash#", "per%cent", "colon:", "ümlaut"])
def test_programs_never_see_a_path_that_they_stumble_on(tmp_path, monkeypatch, name):
    odd, plain = tmp_path / name, tmp_path / "plain"
    for folder in (odd, plain):
        folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(odd))
    monkeypatch.setattr(scratch, "_COMMON", (str(plain),))
    with scratch_folder() as folder:
        assert folder.is_relative_to(plain)
    monkeypatch.setattr(scratch, "_COMMON", ())
    with pytest.raises(ToolError) as caught, scratch_folder():
        pass
    [sign] = {sign for sign in name if not sign.isascii() or not sign.isalnum()} or [None]
    assert repr(sign) in str(caught.value) and str(odd) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("error", [None, OSError(28, "No space left on device"), ValueError("half a file")])
def test_a_full_disk_is_named(place, monkeypatch, error):
    """Also where a program wrote half a file without a word."""
    monkeypatch.setattr(scratch, "_room", lambda parent: 0)
    with pytest.raises(ToolError) as caught, scratch_folder(), scratch_folder():
        if error is not None:
            raise error
    assert str(caught.value) == f"The disk of {place} is full: make room, or set TMPDIR to another folder"


def test_another_disk_that_is_full_is_not_this_one(place, monkeypatch):
    with pytest.raises(OSError, match="No space left on device"), scratch_folder():
        raise OSError(28, "No space left on device")


def test_a_program_that_failed_on_an_almost_full_disk(place, monkeypatch):
    monkeypatch.setattr(scratch, "_room", lambda parent: 3 << 20)
    with pytest.raises(ToolError) as caught, scratch_folder(), scratch_folder():
        raise ToolError("make failed")
    left = f"the disk of {place} has only 3 MiB left: make room, or set TMPDIR to another folder"
    assert str(caught.value) == f"make failed; {left}"


def test_a_machine_where_nobody_may_write(place, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ToolError) as caught, scratch_folder():
        pass
    message = f"TMPDIR must be a folder that you may write into, not {place}: set it to another one"
    assert str(caught.value) == message


def test_a_machine_without_any_room(monkeypatch):
    def nowhere():
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", nowhere)
    with pytest.raises(ToolError, match="set TMPDIR"), scratch_folder():
        pass


def test_a_folder_that_cannot_be_made_whole_is_not_left(place, monkeypatch):
    opened = os.open

    def full(path, *rest, **others):
        if str(path).endswith(scratch.OWNER):
            raise OSError(28, "No space left on device")
        return opened(path, *rest, **others)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(OSError, match="No space"), folder_inside(place):
        pass
    assert list(place.iterdir()) == []


def test_a_disk_without_locks_is_worked_on_all_the_same(place, monkeypatch):
    def unknown(lock, how):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", unknown)
    with folder_inside(place) as folder:
        (folder / "a").touch()
    assert list(place.iterdir()) == []


def test_a_file_that_a_program_writes_again_and_again_goes_at_last(place, monkeypatch):
    """It is being ended, and does not hear of it at once."""
    waited, unlink = [], scratch.Path.unlink

    def later(path, missing_ok=False):
        unlink(path, missing_ok=missing_ok)
        if path.name != scratch.OWNER and len(waited) < 2:
            path.write_text("again")

    monkeypatch.setattr(scratch.time, "sleep", waited.append)
    monkeypatch.setattr(scratch.Path, "unlink", later)
    with folder_inside(place) as folder:
        (folder.parent / "late").write_text("much")
    assert len(waited) == 2 and list(place.iterdir()) == []


def test_a_program_that_never_ends_is_given_up(place, monkeypatch):
    """What stays has its owner's sign no more; nobody waits for ever."""
    waited, unlink = [], scratch.Path.unlink

    def again(path, missing_ok=False):
        unlink(path, missing_ok=missing_ok)
        if path.name != scratch.OWNER:
            path.write_text("again")

    monkeypatch.setattr(scratch.time, "sleep", waited.append)
    monkeypatch.setattr(scratch.Path, "unlink", again)
    with folder_inside(place) as folder:
        (folder.parent / "late").write_text("much")
    assert len(waited) == scratch._TRIES
    assert [path.name for folder in place.iterdir() for path in folder.iterdir()] == ["late"]


def test_room_that_nobody_can_tell_is_taken_for_enough(place, monkeypatch):
    def unknown(path):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(shutil, "disk_usage", unknown)
    with scratch_folder() as folder:
        assert folder.is_dir()
