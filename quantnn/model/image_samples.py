"""Samples that are images in a folder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quantnn.errors import InputError
from quantnn.files.image_file import ImageFile
from quantnn.files.image_folder import ImageFolder
from quantnn.files.safe_npz import Array
from quantnn.model.class_labels import FoundLabels
from quantnn.model.data_file import DataFile
from quantnn.model.data_options import DataOptions, Expected
from quantnn.model.sample_order import sides
from quantnn.system.text import name_of

__all__ = ["ImageRows", "folder_samples"]


@dataclass(frozen=True, eq=False)
class ImageRows:
    """Images that are read when they are needed.

    Parameters
    ----------
    images : tuple of ImageFile
        At least one.
    height, width : int
        To which those of another size are resized.
    channels : int
        1 or 3.
    """

    images: tuple[ImageFile, ...]
    height: int
    width: int
    channels: int

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, height, width), or, for three channels, (n, height, width, 3)."""
        return (len(self.images), self.height, self.width, *((3,) if self.channels == 3 else ()))

    def __len__(self) -> int:
        return len(self.images)

    def read(self, start: int, end: int) -> Array:
        wanted = self.images[start:end]
        found = np.empty((len(wanted), *self.shape[1:]), dtype=np.uint8)
        for row, image in enumerate(wanted):
            found[row] = image.pixels(self.channels, (self.height, self.width))
        return found


def folder_samples(path: Path, expected: Expected, options: DataOptions) -> DataFile:
    """The images of a folder, grey or RGB as the network takes them; the names of the folders in it are the labels.

    Raises
    ------
    InputError
        The folder or an image cannot be used, the network's inputs are no image, or an image has another size and is
        not to be resized.
    """
    folder = ImageFolder.of(path)
    images = tuple(ImageFile.of(image) for image in folder.images)
    height, width, channels = _form(expected.shape, images[0], options, path)
    others = [image for image in images if (image.height, image.width) != (height, width)]
    if others and not options.resize:
        other = others[0]
        raise InputError(
            f"{other.path} has {other.width}×{other.height} pixels, but the network takes {width}×{height}"
            " (width×height): give such images, or --resize"
        )
    notes: list[str] = []
    here = name_of(path)
    if others:
        count = f"{len(others)} of {len(images)} images"
        notes.append(f"{here}: {count} are resized to {width}×{height} pixels, bilinearly")
    coloured = sum(not image.grey for image in images)
    if channels == 1 and coloured:
        count = f"{coloured} of {len(images)} images"
        notes.append(f"{here}: {count} are in colour, of which the network gets the grey")
    if channels == 3 and coloured < len(images):
        grey = len(images) - coloured
        notes.append(f"{here}: {grey} of {len(images)} images are grey, which is repeated for red, green and blue")
    if transparent := sum(image.transparent for image in images):
        notes.append(f"{here}: {transparent} of {len(images)} images have transparency, which is left out")
    if turned := sum(image.turned for image in images):
        notes.append(f"{here}: {turned} of {len(images)} images are marked as turned, and taken as they are stored")
    if folder.classes != tuple(sorted(folder.classes)):
        notes.append(f"{here}: the folders are in the order of their numbers, {', '.join(folder.classes[:3])}, …")
    labels = None
    if folder.classes:
        labels = FoundLabels(np.array(folder.classes)[list(folder.labels)], path, named=True)
    return DataFile(ImageRows(images, height, width, channels), path, "", labels, tuple(notes))


def _form(
    shape: tuple[int, ...], first: ImageFile, options: DataOptions, path: Path
) -> tuple[int, int, int]:
    """Height, width and channels of the images that a network takes; the first image tells if its inputs are flat."""
    axes = tuple(shape)
    if len(axes) == 3 and 1 in (axes[0], axes[2]):
        axes = axes[1:] if axes[0] == 1 else axes[:2]
    if len(axes) == 3 and axes[2] == 3:
        return axes[0], axes[1], 3
    if len(axes) == 3 and axes[0] == 3:
        return axes[1], axes[2], 3
    if len(axes) == 2:
        return axes[0], axes[1], 1
    if len(axes) != 1:
        raise InputError(f"{path} is a folder of images, but the network takes samples of {sides(shape)}")
    pixels = first.height * first.width
    for channels in (1, 3):
        if channels * pixels == axes[0]:
            return first.height, first.width, channels
    if options.resize:
        for channels in (1, 3):
            side = math.isqrt(axes[0] // channels)
            if channels * side * side == axes[0]:
                return side, side, channels
    raise InputError(
        f"{first.path} has {first.width}×{first.height} pixels, but the network {axes[0]} inputs: give images with"
        " as many pixels, or a third for RGB, or --resize"
    )
