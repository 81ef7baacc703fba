"""A folder of images, or of folders of them, one per class."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from quantnn.errors import InputError

__all__ = ["ImageFolder"]

_MAX_IMAGES = 1 << 20
_IGNORED = {"thumbs.db", "desktop.ini"}
"""What systems leave in folders, besides files that are hidden by a point."""


@dataclass(frozen=True)
class ImageFolder:
    """The names in a folder; no image was opened.

    Parameters
    ----------
    path : Path
    classes : tuple of str
        The folders in it, in the order of their numbers if all are such, and else of their names; none where the images
        lie in the folder itself.
    images : tuple of Path
        At least one; class after class, and within one in the order of names, the numbers in which count as such.
    labels : tuple of int
        The index in ``classes`` of each image; empty without classes.
    """

    path: Path
    classes: tuple[str, ...]
    images: tuple[Path, ...]
    labels: tuple[int, ...]

    @classmethod
    def of(cls, path: Path) -> ImageFolder:
        """List a folder.

        Raises
        ------
        InputError
            It cannot be read, holds links, nothing, files beside folders, or folders in folders; or a class is empty.
        """
        files, folders = _listed(path)
        if files and folders:
            raise InputError(
                f"{path} holds files ({files[0]}) beside folders ({folders[0]}): keep either images, or a folder of"
                " them per class"
            )
        if not folders:
            if not files:
                raise InputError(f"{path} is an empty folder: put images into it, or a folder of images per class")
            return cls(path, (), tuple(path / name for name in files), ())
        numbered = all(name.isdecimal() and name.isascii() for name in folders)
        classes = sorted(folders, key=lambda name: (int(name), name)) if numbered else sorted(folders)
        images: list[Path] = []
        labels: list[int] = []
        for number, name in enumerate(classes):
            files, deeper = _listed(path / name)
            if deeper:
                raise InputError(
                    f"{path / name} holds folders ({deeper[0]}): give the folder that has one of images per class"
                )
            if not files:
                raise InputError(f"{path / name} holds no images: put some there, or remove the folder")
            images += [path / name / file for file in files]
            labels += [number] * len(files)
            if len(images) > _MAX_IMAGES:
                raise InputError(f"{path} holds more than {_MAX_IMAGES:,} images: save them as .npy")
        return cls(path, tuple(classes), tuple(images), tuple(labels))


def _listed(path: Path) -> tuple[list[str], list[str]]:
    """Names of files and of folders, sorted."""
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.lower() in _IGNORED:
                    continue
                if entry.is_symlink():
                    raise InputError(f"{path / entry.name} is a link, which is not followed: put a copy there")
                (folders if entry.is_dir(follow_symlinks=False) else files).append(entry.name)
                if len(files) + len(folders) > _MAX_IMAGES:
                    raise InputError(f"{path} holds more than {_MAX_IMAGES:,} files: save the images as .npy")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}): check the folder") from None
    return sorted(files, key=_by_numbers), sorted(folders)


def _by_numbers(name: str) -> tuple[list[tuple[str, int]], str]:
    """Sorts ``2.png`` before ``10.png``."""
    parts = re.split(r"([0-9]+)", name)
    return [(text, int(number or 0)) for text, number in zip(parts[::2], [*parts[1::2], ""], strict=True)], name
