"""Where Quartus is on this machine."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from quantnn.errors import ToolError

__all__ = ["QuartusInstall"]

SHELL = "quartus_sh"

MISSING = (
    f"Quartus was not found: no {SHELL} on PATH, below $QUARTUS_ROOTDIR or in the usual folders. Get Quartus Prime Lite"
    " Edition with MAX 10 device support, which is free, from the FPGA software download center of Altera"
    " (altera.com, before 2025 intel.com)"
)

ROOTS = ("/opt", "/usr/local", "/tools", "C:/", "D:/")
"""Where installers put folders by default, beside the user's home."""

FOLDERS = ("intelFPGA_lite", "intelFPGA", "intelFPGA_standard", "altera_lite", "altera_standard", "altera*")
"""What they are called; below lies one folder per version. The Pro Edition does not know MAX 10."""


@dataclass(frozen=True)
class QuartusInstall:
    """An installation of Quartus.

    Parameters
    ----------
    programs : Path
        The folder with ``quartus_sh`` and the others.
    """

    programs: Path

    @classmethod
    def find(cls) -> Self:
        """The one on PATH, or below $QUARTUS_ROOTDIR, or the newest in the usual folders.

        Raises
        ------
        ToolError
            There is none: says which one is needed and where it comes from.
        """
        if found := shutil.which(SHELL):
            return cls(Path(found).parent)
        for folder in _candidates():
            if shutil.which(SHELL, path=str(folder)):
                return cls(folder)
        raise ToolError(MISSING)

    def program(self, name: str) -> Path:
        """A program of the installation, such as ``quartus_pgm``.

        Raises
        ------
        ToolError
            It is not there.
        """
        found = shutil.which(name, path=str(self.programs))
        if found is None:
            raise ToolError(f"{name} is missing in {self.programs}, beside {SHELL}: install Quartus again")
        return Path(found)


def _candidates() -> Iterator[Path]:
    """Folders that may hold the programs, the best first."""
    named = os.environ.get("QUARTUS_ROOTDIR")
    installed = [Path(named)] if named else []
    usual: set[Path] = set()
    for root in (Path.home(), *map(Path, ROOTS)):
        for folder in FOLDERS:
            usual |= {path for path in root.glob(f"{folder}/*/quartus") if "pro" not in path.parts[-3].lower()}
            usual |= {path for path in root.glob(f"{folder}/quartus") if "pro" not in path.parts[-2].lower()}
    installed += sorted(usual, key=lambda path: (_version(path), str(path)), reverse=True)
    for path in installed:
        yield from (path / "bin64", path / "bin")


def _version(path: Path) -> tuple[int, ...]:
    """What the folder's name says: 23.1std.1 is newer than 23.1std."""
    return tuple(int(number) for number in re.findall(r"\d+", path.parent.name))
