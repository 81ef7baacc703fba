"""Verilator's own library, which is the same for every program: compiled with the first, kept for the others."""

from __future__ import annotations

import shutil
from pathlib import Path

from quantnn.system.cache import Cache

__all__ = ["Runtime"]


class Runtime:
    """Compiled objects of Verilator's library. They take longer to compile than a small core.

    Parameters
    ----------
    *options : str
        What they depend on: versions and options of the compiler.
    """

    OBJECTS = "verilated*.o"

    def __init__(self, *options: str):
        self._cache = Cache("runtimes")
        self._folder = self._cache.place(*options)

    @property
    def kept(self) -> bool:
        """Whether there are any."""
        return self._folder.exists()

    def lend(self, build: Path) -> list[str]:
        """Copy the objects, as far as there are any, into a build folder; returns make's options to keep them."""
        options = []
        for path in sorted(self._folder.glob(self.OBJECTS)):
            shutil.copyfile(path, build / path.name)
            options += ["-o", path.name]
        if options:
            self._cache.used(self._folder)
        return options

    def keep(self, build: Path) -> None:
        """Keep the objects of a build that succeeded, unless some are kept already.

        Raises
        ------
        ToolError
            The cache cannot be written.
        """
        if self._folder.exists():
            return
        with self._cache.making(self._folder) as ready:
            for path in build.glob(self.OBJECTS):
                shutil.copyfile(path, ready / path.name)

    def discard(self) -> None:
        """What is kept is damaged."""
        self._cache.discard(self._folder)
