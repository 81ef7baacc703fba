"""What an exported folder may hold, wherever it comes from: plain files under plain names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.plain_file import check_plain

__all__ = ["check_contents"]

_WORK_OF_TOOLS = {"db", "incremental_db", "simulation", "greybox_tmp"}
"""Folders that Quartus makes in a project for itself; nothing of ours looks into them."""
_MOST_FILES = 10_000
_MOST_BYTES = 4 << 30


def check_contents(folder: Path) -> None:
    """Look through a folder before anything in it is read.

    Files that nobody exported may lie there; nothing reads them. But nothing in it may be other than a plain file or
    a folder, as a link, a pipe or a device stands for something elsewhere, and no name may hold control characters.

    Raises
    ------
    InputError
        Names the first thing that may not be there.
    """
    size = 0
    for count, path in enumerate(_files(folder), start=1):
        if not path.name.isprintable():
            raise InputError(f"{str(path)!r} has a name with control characters: take it out of {folder}")
        size += check_plain(path).st_size
        if count > _MOST_FILES or size > _MOST_BYTES:
            raise InputError(
                f"{folder} must hold at most {_MOST_FILES:,} files and {_MOST_BYTES >> 30} GiB, not more: take out what"
                " quantnn did not export"
            )


def _files(folder: Path) -> Iterator[Path]:
    """All that is no folder; the work of vendors' tools is left out."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{folder} cannot be read ({error.strerror}): check its permissions") from None
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _WORK_OF_TOOLS:
                yield from _files(Path(entry.path))
        else:
            yield Path(entry.path)
