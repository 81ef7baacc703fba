"""A folder that appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from quantnn.design.report import load_report
from quantnn.errors import InputError
from quantnn.files.plain_file import check_plain
from quantnn.files.staged_files import staged_files
from quantnn.system.scratch import folder_inside, is_scratch, sweep

__all__ = ["export_folder"]


@contextmanager
def export_folder(destination: Path) -> Iterator[Path]:
    """A temporary folder that becomes ``destination``, or whose files replace those there, when the context ends well.

    Raises
    ------
    InputError
        ``destination`` is a file, cannot be written, or holds what an earlier export did not write.
    """
    missing: list[Path] = []
    try:
        earlier = _check(destination)
        if earlier is None:
            missing = [path for path in destination.absolute().parents if not path.exists()]
            destination.parent.mkdir(parents=True, exist_ok=True)
            with folder_inside(destination.parent) as folder:
                yield folder
                if _check(destination) is not None:
                    destination.rmdir()
                folder.rename(destination)
        else:
            with staged_files(destination, sorted(earlier)) as folder:
                yield folder
                _check(destination)
            _prune(destination)
    except BaseException as error:
        for path in missing:
            with suppress(OSError):
                path.rmdir()
        if isinstance(error, OSError):
            reason = error.strerror or error
            raise InputError(f"{destination} cannot be written ({reason}): choose another folder with -o") from error
        raise


def _check(destination: Path) -> Collection[str] | None:
    """The files of the earlier export there, as names; None where nothing is.

    Raises
    ------
    InputError
        It holds anything that an earlier export did not write.
    """
    if not destination.exists() and not destination.is_symlink():
        return None
    if not destination.is_dir() or destination.is_symlink():
        raise InputError(f"{destination} is not a folder: choose another one with -o")
    sweep(destination)
    files = _files(destination)
    if not (destination / "report.json").is_file():
        if next(files, None) is not None:
            raise InputError(f"{destination} holds something else: choose another folder with -o, or empty it")
        return ()
    try:
        written = set(load_report(destination, whole=False).files)
        found: list[str] = []
        foreign: list[str] = []
        for name in files:
            check_plain(destination / name)
            (found if name in written else foreign).append(name)
            if len(foreign) > 1:
                break
    except InputError as error:
        reason = str(error).rpartition(": ")[0]
        raise InputError(f"{reason}: choose another folder with -o, or move {destination} away") from None
    if foreign:
        raise InputError(
            f"{destination} holds {foreign[0]}{' and more' if len(foreign) > 1 else ''}, which the export there did not"
            " write: choose another folder with -o, or move it away"
        )
    return found


def _files(folder: Path) -> Iterator[str]:
    """Names of all files and links below a folder, hidden ones too; not those of work that is under way there.

    They come one by one, those on top first: a folder may be somebody's home.
    """
    folders = [folder]
    for place in folders:
        with os.scandir(place) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                path = place / entry.name
                if not entry.is_dir(follow_symlinks=False):
                    yield path.relative_to(folder).as_posix()
                elif not is_scratch(path):
                    folders.append(path)


def _prune(folder: Path) -> None:
    """Remove empty folders."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            with suppress(OSError):
                path.rmdir()
