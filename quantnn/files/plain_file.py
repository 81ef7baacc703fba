"""Reading files of a folder that nobody vouches for: plain files that lie in it, and of a known size at most."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from quantnn.errors import InputError

__all__ = ["check_plain", "read_plain"]


def check_plain(path: Path) -> os.stat_result:
    """What the system says of a file that is there once, as data, and as nothing else.

    Raises
    ------
    InputError
        It is missing, or a link, a pipe, a device or a folder, or has another name somewhere.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        raise InputError(f"{path} is missing: export the model again") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({_reason(error)}): export the model again") from None
    if stat.S_ISLNK(found.st_mode):
        what = "a symbolic link"
    elif not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a device or a pipe"
    elif found.st_nlink > 1:
        what = "a hard link"
    else:
        return found
    raise InputError(f"{path} must be a plain file, not {what}: put a copy in its place, or export the model again")


def read_plain(path: Path, limit: int) -> bytes:
    """The contents of a plain file of at most ``limit`` bytes.

    Raises
    ------
    InputError
        As :func:`check_plain`; or the file is larger, or cannot be read.
    """
    size = check_plain(path).st_size
    if size > limit:
        raise InputError(f"{path} must have at most {limit:,} bytes, not {size:,}: export the model again")
    try:
        # what stands behind the name may have become another thing since: no link is followed, no pipe waited for
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({_reason(error)}): export the model again") from None
    if content is None or len(content) > limit:
        raise InputError(f"{path} must have at most {limit:,} bytes: export the model again")
    return content


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
