"""Verilator's own library, which is the same for every program: compiled with the first, kept for the others."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

__all__ = ["Runtime"]


class Runtime:
    """Compiled objects of Verilator's library. They take longer to compile than a small core.

    Parameters
    ----------
    folder : Path
        Where they are kept; one folder for each version and each set of compiler options.
    """

    OBJECTS = "verilated*.o"

    def __init__(self, folder: Path):
        self._folder = folder

    def lend(self, build: Path) -> list[str]:
        """Copy the objects, as far as there are any, into a build folder; returns make's options to keep them."""
        options = []
        for path in sorted(self._folder.glob(self.OBJECTS)):
            shutil.copyfile(path, build / path.name)
            options += ["-o", path.name]
        return options

    def keep(self, build: Path) -> None:
        """Keep the objects of a build that succeeded, unless some are kept already."""
        if self._folder.exists():
            return
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        ready = Path(tempfile.mkdtemp(prefix="ready-", dir=self._folder.parent))
        for path in build.glob(self.OBJECTS):
            shutil.copyfile(path, ready / path.name)
        try:
            ready.rename(self._folder)
        except OSError:  # another process was faster
            shutil.rmtree(ready)
