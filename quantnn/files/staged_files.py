"""Files of a folder that are replaced all together or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from quantnn.errors import InputError

__all__ = ["staged_files"]


@contextmanager
def staged_files(folder: Path, obsolete: Sequence[str] = ()) -> Iterator[Path]:
    """A temporary folder; its files take the places of those in ``folder`` when the context ends well.

    ``obsolete`` names files that go, unless there are new ones.

    Everything else in ``folder`` stays, and so does the folder itself: a program that has it open, such as Quartus,
    keeps working. Files that do not change are not touched. If one cannot be replaced, those before are put back.

    Raises
    ------
    InputError
        A file cannot be written.
    """
    folder = folder.resolve()
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        where = folder.parent
        raise InputError(f"{where} cannot be written ({error.strerror}): copy {folder.name} elsewhere") from None
    try:
        new, old = scratch / "new", scratch / "old"
        new.mkdir()
        try:
            yield new
        except OSError as error:
            raise InputError(
                f"{folder} cannot be changed ({error.strerror or error}), and is as it was: make room, or copy it"
                " elsewhere"
            ) from error
        _replace(folder, new, old, obsolete)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _replace(folder: Path, new: Path, old: Path, obsolete: Sequence[str]) -> None:
    staged = [path.relative_to(new) for path in sorted(new.rglob("*")) if path.is_file()]
    names = [name for name in staged if not _same(folder / name, new / name)]
    names += [Path(name) for name in obsolete if Path(name) not in staged]
    done: list[Path] = []
    try:
        for name in names:
            if (folder / name).exists():
                (old / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / name, old / name)
        for name in names:
            done.append(name)
            _put(folder / name, new / name)
    except OSError as error:
        for name in reversed(done):
            _put(folder / name, old / name)
        raise InputError(
            f"{error.filename2 or error.filename} cannot be replaced ({error.strerror}): everything is as it was;"
            " close what has it open, or copy the folder elsewhere"
        ) from None


def _same(a: Path, b: Path) -> bool:
    return a.is_file() and a.read_bytes() == b.read_bytes()


def _put(place: Path, file: Path) -> None:
    """Move a file to its place, or empty the place if there is no such file."""
    if file.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
    else:
        place.unlink(missing_ok=True)
