"""A file that is written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quantnn.errors import InputError
from quantnn.system.scratch import folder_inside

__all__ = ["whole_file", "write_whole"]


def write_whole(path: Path, text: str) -> None:
    """Write a text beside its place and rename it: whatever fails, the file that was there stays as it was.

    Raises
    ------
    OSError
        There is no room, or no right.
    """
    with folder_inside(path.parent) as folder:
        new = folder / path.name
        with new.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary file that takes the place of ``path`` when the context ends well.

    It is made at once, so that a place that cannot be written is noticed before the work. What is there but is no
    file, as ``/dev/stdout``, is written as it is.

    Raises
    ------
    InputError
        The place cannot be written.
    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file() and not target.is_dir():
            yield path
            return
        with folder_inside(target.parent) as folder:
            new = folder / target.name
            new.touch()
            if target.is_dir():
                raise IsADirectoryError(0, "it is a folder", str(path))
            if target.exists():
                shutil.copymode(target, new)
            yield new
            new.replace(target)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror or error}): choose another file") from error
