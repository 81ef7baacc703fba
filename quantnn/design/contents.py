"""What an exported folder may hold, wherever it comes from: plain files under plain names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.plain_file import check_plain
from quantnn.system.scratch import has_scratch_name

__all__ = ["WORK_OF_TOOLS", "check_contents"]

WORK_OF_TOOLS = {"db", "incremental_db", "simulation", "greybox_tmp"}
"""Folders that Quartus makes in a project for itself, of any size; nothing of ours reads what is in them."""
_MOST_FILES = 10_000
_MOST_BYTES = 4 << 30


def check_contents(folder: Path) -> None:
    """Look through a folder before anything in it is read.

    Files that nobody exported may lie there; nothing reads them. But nothing in it may be other than a plain file or
    a folder, as a link, a pipe or a device stands for something elsewhere, and no name may hold control characters.
    What other processes of quantnn are at work on there, see :mod:`~quantnn.system.scratch`, is left out.

    Raises
    ------
    InputError
        Names the first thing that may not be there.
    """
    count = size = 0
    for path, of_tool in _files(folder):
        if not path.name.isprintable():
            raise InputError(f"{str(path)!r} has a name with control characters: take it out of {folder}")
        found = check_plain(path)
        if of_tool:
            continue
        count += 1
        size += found.st_size
        if count > _MOST_FILES or size > _MOST_BYTES:
            raise InputError(
                f"{folder} must hold at most {_MOST_FILES:,} files and {_MOST_BYTES >> 30} GiB, not more: take out what"
                " quantnn did not export"
            )


def _files(folder: Path, of_tool: bool = False) -> Iterator[tuple[Path, bool]]:
    """All that is no folder, and whether it is a vendor's tool's."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{folder} cannot be read ({error.strerror}): check its permissions") from None
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if not has_scratch_name(Path(entry.path)):
                yield from _files(Path(entry.path), of_tool or entry.name in WORK_OF_TOOLS)
        else:
            yield Path(entry.path), of_tool
