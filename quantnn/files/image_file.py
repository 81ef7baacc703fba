"""An image file, PNG or JPEG, that nobody vouches for."""

from __future__ import annotations

import io
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from quantnn.errors import InputError
from quantnn.system.extras import missing_package

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ImageFile", "is_image"]

_KINDS = ("PNG", "JPEG")
_ORIENTATION = 0x0112
"""Exif's tag."""
_MAX_BYTES = 1 << 26
_MAX_PIXELS = 1 << 26
_MOST_SCANS_PIXELS = 1 << 30
"""A JPEG may hold any number of scans, a dozen bytes each, and every one changes all pixels."""
_SCAN = b"\xff\xda"
_EIGHT_BITS = ("1", "L", "P", "RGB", "LA", "PA", "RGBA", "CMYK", "YCbCr")
"""Pillow's modes whose values have at most eight bits."""
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def is_image(head: bytes) -> bool:
    """Whether a file that begins so is a PNG or JPEG."""
    return head.startswith(_BEGINNINGS)


@dataclass(frozen=True)
class ImageFile:
    """An image of which only the header was read.

    Parameters
    ----------
    path : Path
        A regular file, no link.
    width, height : int
        At most 2²⁶ pixels.
    grey : bool
        Whether it has no colours.
    transparent : bool
        Whether some of it may be.
    turned : bool
        Whether it is a photo that asks to be shown turned or mirrored (Exif).
    """

    path: Path
    width: int
    height: int
    grey: bool
    transparent: bool = False
    turned: bool = False

    @classmethod
    def of(cls, path: Path) -> ImageFile:
        """Read the header.

        Raises
        ------
        InputError
            The file is no PNG or JPEG, a link, damaged or too large, or has more than eight bits per value; or Pillow
            is not installed.
        """
        with _opened(path) as image:
            transparent = image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info
            return cls(path, image.width, image.height, image.mode in ("1", "L", "LA"), transparent, _turned(image))

    def pixels(self, channels: int, size: tuple[int, int] | None = None) -> npt.NDArray[np.uint8]:
        """The values, of shape (height, width), or, for three channels, (height, width, 3), red first.

        Transparency is left out, and nothing is turned; colours become grey by ITU-R 601, 0.299 R + 0.587 G + 0.114 B.

        Parameters
        ----------
        channels : int
            1 or 3.
        size : (int, int), optional
            Height and width to make of it, by Pillow's bilinear filter, which averages where it makes smaller.

        Raises
        ------
        InputError
            The file is damaged or another one by now.
        """
        with _opened(self.path) as image:
            if (image.width, image.height) != (self.width, self.height):
                raise InputError(f"{self.path} was changed while it was read: try again")
            converted = image.convert("L" if channels == 1 else "RGB")
            if size is not None and size != (self.height, self.width):
                from PIL.Image import Resampling

                converted = converted.resize((size[1], size[0]), Resampling.BILINEAR)
            return np.asarray(converted, dtype=np.uint8)


def _turned(image: Image) -> bool:
    if image.format != "JPEG":  # of a PNG, Pillow would read all pixels first
        return False
    try:
        return image.getexif().get(_ORIENTATION, 1) not in (0, 1)
    except Exception:  # damaged metadata say nothing
        return False


@contextmanager
def _opened(path: Path) -> Iterator[Image]:
    try:
        from PIL.Image import DecompressionBombError
        from PIL.Image import open as open_image
    except ImportError as error:
        raise InputError(missing_package(error.name, "images", what="what reads images")) from None
    content = _content(path)
    if not is_image(content):
        raise InputError(f"{path} is no PNG or JPEG: keep only such images in the folder")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata, and of many pixels, which are counted here
        try:
            with open_image(io.BytesIO(content), formats=_KINDS) as image:
                if image.width * image.height > _MAX_PIXELS:
                    raise InputError(
                        f"{path} has {image.width}×{image.height} pixels, more than {_MAX_PIXELS:,}: make it smaller"
                    )
                scans = content.count(_SCAN) if image.format == "JPEG" else 0
                if scans * image.width * image.height > _MOST_SCANS_PIXELS:
                    raise InputError(f"{path} has {scans} scans, far too many for its size: save the image again")
                if image.mode not in _EIGHT_BITS:
                    raise InputError(f"{path} has more than 8 bits per value ({image.mode}): save it with 8 bits")
                yield image
        except InputError:
            raise
        except DecompressionBombError:
            raise InputError(f"{path} has far more than {_MAX_PIXELS:,} pixels: make it smaller") from None
        except Exception:  # what Pillow's readers raise of damaged files is anything
            raise InputError(f"{path} is damaged: save the image again") from None


def _content(path: Path) -> bytes:
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            raise InputError(f"{path} is a link, which is not followed: put the image itself there")
        if not stat.S_ISREG(found.st_mode):
            raise InputError(f"{path} is no file: keep only images in the folder")
        if found.st_size > _MAX_BYTES:
            raise InputError(f"{path} has {found.st_size:,} bytes, more than {_MAX_BYTES:,}: make it smaller")
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            return file.read(_MAX_BYTES + 1) or b""
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}): check it") from None
