"""Where results that took long are kept, by content: a folder that may vanish or be damaged without harm."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from quantnn.errors import InputError, ToolError
from quantnn.system.scratch import folder_inside, sweep

__all__ = ["Cache"]

_HOUR, _DAY = 3600.0, 86400.0
_NAME = re.compile("[0-9a-f]{32}")
"""Nothing else is tidied away: the folder may be one that the user has filled, too."""
_ROOM = 1 << 20
"""Bytes that a small simulator takes."""


class Cache:
    """A kind of things in the user's cache, each in a folder named after what it is made of.

    Before another one is made, those go that nobody used for ``DAYS``, and of the others those that were used longest
    ago, until they take less than ``BYTES`` together. What was used in the last hour stays in any case.

    Parameters
    ----------
    kind : str
        Name of the folder for all of them.

    Raises
    ------
    InputError
        The cache's place depends on the folder one is in, or belongs to another user.

    Members
    -------
    folder : Path
        Its parent is ``$QUANTNN_CACHE``, or the user's folder for caches. Simulators there are run as they are, so it
        must be an absolute path, and this user's: a folder from somebody else may bring a ``cache`` of its own.
    """

    DAYS = 60.0
    BYTES = 1 << 30

    def __init__(self, kind: str):
        root = os.environ.get("QUANTNN_CACHE") or platformdirs.user_cache_dir("quantnn")
        if not Path(root).is_absolute():
            raise InputError(f"The cache must be an absolute path, not {root}: set QUANTNN_CACHE to one")
        self.folder = Path(root) / kind
        for place in (self.folder.parent, self.folder):
            if hasattr(os, "geteuid") and place.exists() and (owner := place.stat().st_uid) != os.geteuid():
                raise InputError(
                    f"The cache must be the user's own, {os.geteuid()}, and {place} belongs to {owner}: set"
                    " QUANTNN_CACHE to another folder"
                )

    def place(self, *texts: str) -> Path:
        """The folder for what is made of these texts."""
        digest = hashlib.sha256()
        for text in texts:
            digest.update(f"{len(text)} {text}".encode())
        return self.folder / digest.hexdigest()[:32]

    @contextmanager
    def making(self, place: Path) -> Iterator[Path]:
        """An empty folder that becomes ``place`` when the context ends well, unless another process was faster.

        Raises
        ------
        ToolError
            The cache cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):  # another process may be tidying, too
                self._tidy()
            with folder_inside(self.folder) as made:
                (made / "room").write_bytes(bytes(_ROOM))  # noticed before minutes have passed
                (made / "room").unlink()
                yield made
                made.rename(place)
        except OSError as error:
            if place.is_dir():
                return
            raise ToolError(
                f"{self.folder} cannot be written ({error.strerror or error}): set QUANTNN_CACHE to a folder on a disk"
                " with room"
            ) from error

    def discard(self, place: Path) -> None:
        """Take out what turned out to be damaged."""
        with suppress(OSError), folder_inside(self.folder) as away:
            place.rename(away / place.name)

    @staticmethod
    def used(place: Path) -> None:
        """Note that something is used now."""
        with suppress(OSError):
            os.utime(place)

    def _tidy(self) -> None:
        sweep(self.folder)
        now = time.time()
        places = [path for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
        ages = {path: now - path.stat().st_mtime for path in places}
        room = self.BYTES
        for path in sorted(places, key=lambda path: ages[path]):
            room -= sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
            if ages[path] > self.DAYS * _DAY or (room < 0 and ages[path] > _HOUR):
                shutil.rmtree(path, ignore_errors=True)
