"""Files of a folder that are replaced all together or not at all."""

from __future__ import annotations

import filecmp
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
        A file cannot be written, or is named through a symbolic link, which leads to somebody else's.
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
    for name in names:
        _check_inside(folder, name)
    done: list[Path] = []
    try:
        for name in names:
            if (folder / name).exists():
                (old / name).parent.mkdir(parents=True, exist_ok=True)
                # a second name instead would make the file one that is never read again if this process is killed
                shutil.copy2(folder / name, old / name, follow_symlinks=False)
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


def _check_inside(folder: Path, name: Path) -> None:
    """Refuse a name that leads out of the folder."""
    for parent in name.parents:
        if (folder / parent).is_symlink():
            raise InputError(
                f"{folder / parent} must be a folder, not a symbolic link: put a folder in its place, or take it away"
            )


def _put(place: Path, file: Path) -> None:
    """Move a file to its place, or empty the place if there is no such file."""
    if file.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
    else:
        place.unlink(missing_ok=True)
