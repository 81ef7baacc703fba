"""Opening files that a user names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from quantnn.errors import InputError

__all__ = ["opened"]


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file, to read from.

    Raises
    ------
    InputError
        There is none, or it may not be read.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder: give a file inside it")
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is a device or pipe: give a regular file")
        file = path.open("rb")
    except FileNotFoundError:
        raise InputError(f"{path} does not exist: check the path") from None
    except PermissionError:
        raise InputError(f"{path} may not be read: give yourself permission to read it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{str(path)!r} cannot be opened ({reason}): check the path") from None
    with file:
        yield file
