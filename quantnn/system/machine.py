"""What the system must have before work starts. Standard library alone: it runs before anything is installed."""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import sys
import sysconfig
from pathlib import Path

__all__ = ["missing_packages"]

PROGRAMS = {"g++": "g++", "make": "make", "perl": "perl"}
"""Debian's package for each program that the simulator needs and that cannot come from PyPI."""


def missing_packages() -> list[str]:
    """Debian packages that this machine lacks, as names for apt-get."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if not _has_libpython(version):
        missing.append(f"libpython{version}")
    if importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    return missing


def _has_libpython(version: str) -> bool:
    """Whether there is a shared libpython, which cocotb loads into the simulator."""
    names = [f"libpython{version}.so", f"libpython{version}.so.1.0", f"libpython{version}.dylib"]
    folder = Path(sysconfig.get_config_var("LIBDIR") or "/")
    if any((folder / name).exists() for name in names):
        return True
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def remedy(packages: list[str]) -> str:
    """The one line that installs them."""
    return (
        f"Missing on this machine: {', '.join(packages)}. On Debian or Ubuntu, install with:"
        f" sudo apt-get install {' '.join(packages)}"
    )


if __name__ == "__main__":
    if packages := missing_packages():
        sys.exit(remedy(packages))
