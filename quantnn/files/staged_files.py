"""Files of a folder that are replaced all together or not at all."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from quantnn.errors import InputError
from quantnn.system.scratch import folder_inside
from quantnn.system.stopping import held

__all__ = ["check_writable", "staged_files"]

_ROOM = 1 << 16
"""Bytes that there must be before work begins; a report is smaller."""


@contextmanager
def staged_files(folder: Path, obsolete: Sequence[str] = ()) -> Iterator[Path]:
    """A temporary folder; its files take the places of those in ``folder`` when the context ends well.

    ``obsolete`` names files that go, unless there are new ones.

    Everything else in ``folder`` stays, and so does the folder itself: a program that has it open, such as Quartus,
    keeps working, and it may be a mount point. Files that do not change are not touched. If one cannot be replaced,
    those before are put back.

    Raises
    ------
    InputError
        A file cannot be written.
    """
    try:
        with folder_inside(folder.resolve()) as scratch:
            new, old = scratch / "new", scratch / "old"
            new.mkdir()
            yield new
            with held():
                _replace(folder.resolve(), new, old, obsolete)
    except OSError as error:
        raise InputError(
            f"{folder} cannot be changed ({error.strerror or error}), and is as it was: make room, or copy it elsewhere"
        ) from error


def check_writable(folder: Path) -> None:
    """Notice before minutes have passed that nothing can be written into a folder.

    Raises
    ------
    InputError
        It is read-only, or its disk is full.
    """
    with staged_files(folder) as staged:
        (staged.parent / "room").write_bytes(bytes(_ROOM))


def _replace(folder: Path, new: Path, old: Path, obsolete: Sequence[str]) -> None:
    staged = [path.relative_to(new) for path in sorted(new.rglob("*")) if path.is_file()]
    names = [name for name in staged if not _same(folder / name, new / name)]
    names += [Path(name) for name in obsolete if Path(name) not in staged]
    done: list[Path] = []
    try:
        for name in names:
            if (folder / name).exists():
                (old / name).parent.mkdir(parents=True, exist_ok=True)
                _keep(folder / name, old / name)
        for name in names:
            done.append(name)
            _put(folder / name, new / name)
    except OSError as error:
        for name in reversed(done):
            _put(folder / name, old / name)
        raise InputError(
            f"{error.filename2 or error.filename} cannot be replaced ({error.strerror}): everything is as it was;"
            " close what has it open, or copy the folder elsewhere"
        ) from None


def _same(a: Path, b: Path) -> bool:
    return a.is_file() and filecmp.cmp(a, b, shallow=False)


def _keep(file: Path, copy: Path) -> None:
    """A second name for a file, or a copy where the disk knows no such thing."""
    try:
        os.link(file, copy)
    except OSError:
        shutil.copy2(file, copy)


def _put(place: Path, file: Path) -> None:
    """Move a file to its place, or empty the place if there is no such file."""
    if file.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
    else:
        place.unlink(missing_ok=True)
