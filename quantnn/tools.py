"""The one place that starts external programs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from quantnn.errors import ToolError

__all__ = ["require", "run"]

DEBIAN_PACKAGES = {"g++": "g++", "make": "make", "perl": "perl"}
"""Debian's package for each system program that cannot come from PyPI."""


def run(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None, log: Path) -> None:
    """Run a program to its end, with its output in ``log``.

    Raises
    ------
    ToolError
        It could not be started or exited with another code than 0.
    """
    name = Path(command[0]).name
    with log.open("a") as output:
        try:
            result = subprocess.run(
                [str(word) for word in command], cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT, check=False
            )
        except OSError as error:
            raise ToolError(f"{name} could not be started: {error}") from None
    if result.returncode != 0:
        raise ToolError(f"{name} failed with exit code {result.returncode}; its output is in {log}")


def require(*programs: str, packages: Sequence[str] = ()) -> None:
    """Check that system programs are there before the work starts.

    Parameters
    ----------
    packages : sequence of str
        Debian packages that are known to be missing besides.

    Raises
    ------
    ToolError
        Names what is missing and the one line that installs all of it.
    """
    missing = [program for program in programs if shutil.which(program) is None]
    needed = [DEBIAN_PACKAGES.get(program, program) for program in missing] + list(packages)
    if needed:
        raise ToolError(
            f"Missing on this machine: {', '.join(missing + list(packages))}. On Debian or Ubuntu, install with:"
            f" sudo apt-get install {' '.join(needed)}"
        )
