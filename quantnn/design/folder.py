"""A folder that appears whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quantnn.design.report import load_report
from quantnn.errors import InputError

__all__ = ["export_folder"]


@contextmanager
def export_folder(destination: Path) -> Iterator[Path]:
    """A temporary folder beside ``destination`` that takes its place when the context ends well.

    Raises
    ------
    InputError
        ``destination`` is a file, cannot be written, or holds what an earlier export did not write.
    """
    _check(destination)
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{destination.name}-", dir=destination.parent))
        try:
            scratch.chmod(0o755)
            yield scratch
            _check(destination)
            _exchange(scratch, destination)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{destination} cannot be written ({reason}): choose another folder with -o") from error


def _exchange(new: Path, destination: Path) -> None:
    """Put a folder in the place of another, or of none; if that fails, everything is as before."""
    if not destination.exists():
        new.rename(destination)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{destination.name}-old-", dir=destination.parent))
    kept = old / "export"
    try:
        destination.rename(kept)
        new.rename(destination)
    except OSError:
        if kept.exists():
            kept.rename(destination)
        old.rmdir()
        raise
    shutil.rmtree(old, ignore_errors=True)


def _check(destination: Path) -> None:
    """Refuse a destination that holds anything that an earlier export did not write."""
    if not destination.exists() and not destination.is_symlink():
        return
    if not destination.is_dir() or destination.is_symlink():
        raise InputError(f"{destination} is not a folder: choose another one with -o")
    paths = (path for path in destination.rglob("*") if path.is_symlink() or not path.is_dir())
    found = {path.relative_to(destination).as_posix() for path in paths}
    if not found:
        return
    if "report.json" not in found:
        raise InputError(f"{destination} holds something else: choose another folder with -o, or empty it")
    try:
        written = set(load_report(destination).files)
    except InputError as error:
        reason = str(error).rpartition(": ")[0]
        raise InputError(f"{reason}: choose another folder with -o, or move {destination} away") from None
    foreign = sorted(found - written)
    if foreign:
        raise InputError(
            f"{destination} holds {foreign[0]}{' and more' if len(foreign) > 1 else ''}, which the export there did not"
            " write: choose another folder with -o, or move it away"
        )
