"""Small images, as bytes of files and in folders."""

import io

import numpy as np
from PIL import Image

__all__ = ["folder", "picture"]


def picture(values, kind="PNG", **options):
    """The file of an image of shape (h, w) or (h, w, 3)."""
    stream = io.BytesIO()
    image = values if isinstance(values, Image.Image) else Image.fromarray(np.asarray(values, dtype=np.uint8))
    image.save(stream, kind, **options)
    return stream.getvalue()


def folder(path, files):
    """Write files, by their names within the folder."""
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path
