"""The IDX files in which MNIST and Fashion-MNIST come, gzipped.

An IDX file is a big-endian header, two zero bytes, the element type, the number of dimensions and a 32-bit size for
each of them, and then the elements, the last dimension fastest (http://yann.lecun.com/exdb/mnist/).
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from quantnn.errors import InputError

__all__ = ["FILES", "Bytes", "DataSet", "read_idx"]

Bytes = npt.NDArray[np.uint8]

FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
"""Images and labels to train with, images and labels to test with."""

SIDE, CLASSES = 28, 10
_UNSIGNED_BYTE = 0x08
_SIZE_LIMIT = 1 << 28


def read_idx(path: Path, dimensions: int) -> Bytes:
    """The array of unsigned bytes in a gzipped IDX file, of as many dimensions.

    Raises
    ------
    InputError
        The file is missing, damaged or no gzip, or holds something else.
    """
    try:
        with gzip.open(path) as file:
            content = file.read(_SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist: put the files {', '.join(FILES)} into one folder") from None
    except gzip.BadGzipFile:
        raise InputError(f"{path} is no gzip file: give the .gz as it was downloaded") from None
    except (EOFError, zlib.error):
        raise InputError(f"{path} is truncated or damaged: download it again") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): check the path") from None
    if len(content) > _SIZE_LIMIT:
        raise InputError(f"{path} unpacks to more than {_SIZE_LIMIT} bytes: give an MNIST file")
    magic = bytes((0, 0, _UNSIGNED_BYTE, dimensions))
    if content[:4] != magic:
        raise InputError(
            f"{path} must start with {magic.hex(' ')} (unsigned bytes, {dimensions} dimensions), not"
            f" {content[:4].hex(' ') or 'end at once'}: images and labels may be interchanged"
        )
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise InputError(f"{path} ends within its header: download it again")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    if len(content) - start != math.prod(shape):
        raise InputError(
            f"{path} has {len(content) - start} elements, but its header declares {shape}: download it again"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


@dataclass(frozen=True, eq=False)
class DataSet:
    """Images of 28×28 pixels and their classes, 0..9.

    Parameters
    ----------
    train_x, test_x : uint8 array of shape (n, 784)
        Pixels 0..255, row by row.
    train_y, test_y : uint8 array of shape (n,)
    """

    train_x: Bytes
    train_y: Bytes
    test_x: Bytes
    test_y: Bytes

    @classmethod
    def load(cls, folder: Path) -> DataSet:
        """The data set of a folder with the four :data:`FILES`.

        Raises
        ------
        InputError
            A file cannot be used, or images and labels do not fit together.
        """
        parts = []
        for images, labels in (FILES[:2], FILES[2:]):
            x, y = read_idx(folder / images, 3), read_idx(folder / labels, 1)
            if x.shape[1:] != (SIDE, SIDE) or not len(x):
                raise InputError(f"{folder / images} must hold images of {SIDE}×{SIDE}, not shape {x.shape}")
            if len(x) != len(y):
                raise InputError(
                    f"{folder / labels} has {len(y)} labels for {len(x)} images: take both from one download"
                )
            if y.max() >= CLASSES:
                raise InputError(f"{folder / labels} must hold labels 0..{CLASSES - 1}, not {y.max()}")
            parts += [x.reshape(len(x), -1), y]
        return cls(*parts)
