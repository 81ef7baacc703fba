import os
import time
from pathlib import Path

import pytest

from quantnn.errors import InputError, ToolError
from quantnn.system.cache import Cache

DAY = 86400


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("QUANTNN_CACHE", str(tmp_path / "cache"))
    return Cache("things")


def put(cache, name, size=1, days=0.0):
    """Something made of its name, of some bytes, used so many days ago."""
    place = cache.place(name)
    with cache.making(place) as folder:
        (folder / "thing").write_bytes(bytes(size))
    stamp = time.time() - days * DAY
    os.utime(place, (stamp, stamp))
    return place


def test_what_is_made_of_other_texts_lies_elsewhere(cache):
    assert len({cache.place("ab", "c"), cache.place("a", "bc"), cache.place("abc"), cache.place()}) == 4
    assert cache.place("a") == cache.place("a")


def test_nothing_but_what_is_made_stays(cache):
    place = put(cache, "a", 5)
    assert (place / "thing").stat().st_size == 5
    assert list(cache.folder.iterdir()) == [place]


def test_it_lies_where_one_is_told(cache, tmp_path, monkeypatch):
    assert cache.folder == tmp_path / "cache" / "things"
    monkeypatch.setenv("QUANTNN_CACHE", "")
    assert Cache("things").folder.is_absolute() and not Cache("things").folder.is_relative_to(tmp_path)


@pytest.mark.parametrize("path", ["cache", ".", "./cache", "~/cache"])
def test_what_lies_in_the_folder_one_is_in_is_not_taken(monkeypatch, path):
    """It may be a stranger's, with simulators in it."""
    monkeypatch.setenv("QUANTNN_CACHE", path)
    with pytest.raises(InputError) as caught:
        Cache("things")
    assert str(caught.value) == f"The cache must be an absolute path, not {path}: set QUANTNN_CACHE to one"


@pytest.mark.parametrize("other", ["cache", "cache/things"])
def test_another_user_s_cache_is_not_taken(tmp_path, monkeypatch, other):
    """Its simulators would be run, whatever they are. A folder that is not there yet will be one's own."""
    monkeypatch.setenv("QUANTNN_CACHE", str(tmp_path / "cache"))
    owner, stat = os.geteuid(), Path.stat

    def stated(path, **how):
        found = stat(path, **how)
        return found if path == tmp_path / other else os.stat_result((*found[:4], owner + 1, *found[5:10]))

    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    monkeypatch.setattr(Path, "stat", stated)
    assert Cache("things").folder == tmp_path / "cache" / "things"
    (tmp_path / "cache" / "things").mkdir(parents=True)
    with pytest.raises(InputError) as caught:
        Cache("things")
    assert str(caught.value) == (
        f"The cache must be the user's own, {owner + 1}, and {tmp_path / other} belongs to {owner}: set QUANTNN_CACHE"
        " to another folder"
    )


def test_a_failure_leaves_nothing(cache):
    with pytest.raises(ZeroDivisionError), cache.making(cache.place("a")):
        raise ZeroDivisionError
    assert list(cache.folder.iterdir()) == []


def test_another_process_that_is_faster_wins(cache):
    with cache.making(cache.place("a")) as folder:
        (folder / "thing").write_text("ours")
        theirs = put(cache, "a", 3)
    assert (theirs / "thing").read_bytes() == bytes(3)
    assert list(cache.folder.iterdir()) == [theirs]


def test_what_is_damaged_is_taken_out(cache):
    cache.discard(cache.place("nothing"))
    a, b = put(cache, "a"), put(cache, "b")
    cache.discard(a)
    assert list(cache.folder.iterdir()) == [b]


@pytest.mark.parametrize("reason", ["File exists", "No space left on device"])
def test_a_cache_that_cannot_be_written_is_named(cache, reason):
    if reason == "File exists":
        cache.folder.parent.mkdir()
        cache.folder.write_text("in the way")
    with pytest.raises(ToolError) as caught, cache.making(cache.place("a")):
        raise OSError(28, "No space left on device")
    message = f"{cache.folder} cannot be written ({reason}): set QUANTNN_CACHE to a folder on a disk with room"
    assert str(caught.value) == message


def test_what_nobody_used_for_long_goes(cache):
    old, young = put(cache, "old", days=Cache.DAYS + 0.1), put(cache, "young", days=Cache.DAYS - 0.1)
    new = put(cache, "new")
    assert set(cache.folder.iterdir()) == {young, new} and not old.exists()


def test_what_is_used_is_not_old(cache):
    old = put(cache, "old", days=Cache.DAYS + 0.1)
    cache.used(old)
    put(cache, "new")
    assert old.exists()
    cache.used(cache.place("nothing"))


def test_of_too_much_what_was_used_longest_ago_goes(cache, monkeypatch):
    """With 10 bytes allowed, 4 and 4 stay; the next oldest 4 would be 12."""
    monkeypatch.setattr(Cache, "BYTES", 10)
    places = [put(cache, str(days), 4, days) for days in (3, 1, 2)]
    put(cache, "new")
    assert [path.exists() for path in places] == [False, True, True]


def test_what_was_just_used_stays_however_much_it_is(cache, monkeypatch):
    monkeypatch.setattr(Cache, "BYTES", 10)
    places = [put(cache, str(number), 20, days=number / 24 / 60) for number in range(1, 4)]
    put(cache, "new")
    assert all(path.exists() for path in places)


@pytest.mark.parametrize("name", ["spice_2019", "0" * 31, "0" * 33, "A" * 32, "notes"])
def test_what_is_not_made_here_is_never_tidied_away(cache, name):
    theirs = cache.folder / name
    theirs.mkdir(parents=True)
    (theirs / "file").write_text("mine")
    os.utime(theirs, (0, 0))
    put(cache, "new")
    assert (theirs / "file").read_text() == "mine"


def test_what_killed_processes_left_goes(cache):
    cache.folder.mkdir(parents=True)
    left = cache.folder / ".quantnn-abcdefgh"
    (left / "work").mkdir(parents=True)
    (left / "owner").touch()
    put(cache, "a")
    assert not Path(left).exists()
