"""Folders to work in, which go when the work ends, however it ends."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from quantnn.errors import ToolError
from quantnn.system.stopping import held, is_stopped

__all__ = ["folder_inside", "has_scratch_name", "is_scratch", "scratch_folder", "sweep"]

PREFIX = "quantnn-"
OWNER, WORK, KEPT = "owner", "work", "kept"
"""In each folder: a file that its process holds locked, what the work sees, and a sign that it stays for a while."""
_NAME = re.compile(r"\.?quantnn-[a-z0-9_]{8}")
_PLAIN = re.compile(r"[A-Za-z0-9_./+@~-]*")
"""Paths that make, Yosys and ABC take as they are."""
_COMMON = ("/tmp", "/var/tmp")
KEPT_DAYS = 7.0
_UNLOCKED_DAYS = 1.0
_DAY = 86400.0
_LEAST_ROOM = 1 << 16
_USUAL_ROOM = 1 << 26
"""What a compilation takes; with less, that is why a program failed."""
_TRIES = 5


class _NoRoomError(ToolError):
    """The disk for temporary files is full."""

    def __init__(self, parent: Path, what: str | None = None):
        super().__init__(f"{what or f'The disk of {parent} is full'}: make room, or set TMPDIR to another folder")


@contextmanager
def scratch_folder(keep: type[Exception] | tuple[type[Exception], ...] = ()) -> Iterator[Path]:
    """An empty folder for temporary files; its path has no blanks or signs that programs stumble on.

    Parameters
    ----------
    keep : exceptions
        After these the folder stays for a week: their messages name a log in it.

    Raises
    ------
    ToolError
        There is no room for it, or its disk is full.
    """
    parent = _temporary()
    try:
        with _owned(parent, PREFIX, keep) as folder:
            yield folder
            if _room(parent) < _LEAST_ROOM:
                raise _NoRoomError(parent)  # not every program says that it could not write
    except _NoRoomError:
        raise
    except ToolError as error:
        if (room := _room(parent)) < _USUAL_ROOM:
            raise _NoRoomError(parent, f"{error}; the disk of {parent} has only {room >> 20} MiB left") from error
        raise
    except Exception as error:
        if _room(parent) < _LEAST_ROOM:  # which makes all kinds of errors
            raise _NoRoomError(parent) from error
        raise


@contextmanager
def folder_inside(parent: Path) -> Iterator[Path]:
    """An empty folder in ``parent``, on its disk: what is made in it can be moved to its place at once.

    Raises
    ------
    OSError
        It cannot be made.
    """
    with _owned(parent, f".{PREFIX}", ()) as folder:
        yield folder


def sweep(parent: Path, prefix: str = f".{PREFIX}") -> None:
    """Remove what processes left behind in ``parent`` that were killed, and what was kept for long enough.

    Names begin with ``prefix``: by default that of :func:`folder_inside`.

    A folder is another one's as long as its process lives: that holds a lock on it. Where there are no locks, it is
    left alone for a day. Whatever is not made by this module, or belongs to another user, is never touched.
    """
    try:
        found = [path for path in parent.iterdir() if path.name.startswith(prefix) and _NAME.fullmatch(path.name)]
    except OSError:
        return
    for folder in found:
        with suppress(OSError):
            _sweep(folder)


def has_scratch_name(path: Path) -> bool:
    """Whether a path is named like such a folder; one that is being made or removed has no more than the name."""
    return bool(_NAME.fullmatch(path.name))


def is_scratch(path: Path) -> bool:
    """Whether a path is such a folder itself: with an empty owner, and nothing that is not made here."""
    owner = path / OWNER
    if not has_scratch_name(path) or path.is_symlink() or owner.is_symlink() or not owner.is_file():
        return False
    return owner.stat().st_size == 0 and {entry.name for entry in path.iterdir()} <= {OWNER, WORK, KEPT}


def _sweep(folder: Path) -> None:
    owner = folder / OWNER
    if not is_scratch(folder):
        return
    if hasattr(os, "geteuid") and folder.stat().st_uid != os.geteuid():
        return
    age = (time.time() - owner.stat().st_mtime) / _DAY
    if (folder / KEPT).exists() and age < KEPT_DAYS:
        return
    lock = os.open(owner, os.O_RDWR)
    if _locked(lock, otherwise=age > _UNLOCKED_DAYS):
        _remove(folder, lock)
    else:
        os.close(lock)


@contextmanager
def _owned(parent: Path, prefix: str, keep: type[Exception] | tuple[type[Exception], ...]) -> Iterator[Path]:
    sweep(parent, prefix)
    kept = False
    with ExitStack() as hold:
        hold.enter_context(held())
        folder, lock = _make(parent, prefix)
        try:
            hold.close()
            yield folder / WORK
        except keep:
            kept = not is_stopped()
            raise
        finally:
            with held(), suppress(OSError):
                if kept:
                    (folder / KEPT).touch()
                    os.close(lock)
                else:
                    _remove(folder, lock)


def _make(parent: Path, prefix: str) -> tuple[Path, int]:
    """A folder and the descriptor that holds its lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        try:
            (folder / WORK).mkdir()
            lock = os.open(folder / OWNER, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if _locked(lock, otherwise=True) and os.fstat(lock).st_nlink:
            return folder, lock
        os.close(lock)  # another process swept just now, and took it for left behind


if sys.platform == "win32":

    def _locked(lock: int, otherwise: bool) -> bool:
        """Windows: nothing is locked, but an open file cannot be removed."""
        return otherwise

else:
    import fcntl

    def _locked(lock: int, otherwise: bool) -> bool:
        """Try to get a lock: False where another process has it, ``otherwise`` where the file system knows none."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return otherwise
        return True


def _remove(folder: Path, lock: int) -> None:
    """Remove a folder that is locked; the sign that it is ours goes last, when it is open no more.

    Programs that are being ended may still write into it, and another process may be removing it, too.
    """
    try:
        for _ in range(_TRIES):
            for entry in folder.iterdir():
                if entry.name != OWNER:
                    if entry.is_dir() and not entry.is_symlink():
                        shutil.rmtree(entry, ignore_errors=True)
                    else:
                        entry.unlink(missing_ok=True)
            if [entry.name for entry in folder.iterdir()] == [OWNER]:
                break
            time.sleep(0.1)
    finally:
        os.close(lock)
    (folder / OWNER).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _temporary() -> Path:
    """The folder for temporary files, or another common one where programs would stumble on its name."""
    try:
        own = tempfile.gettempdir()
    except OSError:
        raise ToolError(
            "No temporary files can be written anywhere: set TMPDIR to a folder on a disk with room"
        ) from None
    if sys.platform == "win32":
        return Path(own)
    own = str(Path(own).absolute())
    for place in (own, *_COMMON):
        if _PLAIN.fullmatch(place) and os.access(place, os.W_OK | os.X_OK):
            return Path(place)
    odd = next((sign for sign in own if not _PLAIN.fullmatch(sign)), None)
    if odd is None:
        raise ToolError(f"TMPDIR must be a folder that you may write into, not {own}: set it to another one")
    raise ToolError(f"TMPDIR must be a path without {odd!r}, not {own}: programs that read there stumble on it")


def _room(parent: Path) -> int:
    """Bytes that can be written in a folder, as far as that can be told."""
    try:
        return shutil.disk_usage(parent).free
    except OSError:
        return _USUAL_ROOM
