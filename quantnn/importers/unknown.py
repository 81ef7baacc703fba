"""What to say of a file that holds no known model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from quantnn.files.safe_zip import zip_names
from quantnn.importers.format import Format

__all__ = ["unknown"]

_SKOPS = (
    "which may run any code when it is read: if you trust it, skops.io.dump(joblib.load(FILE), 'model.skops') in Python"
    " writes a file that cannot"
)
_OTHERS = (
    (rb"\x80[\x02-\x05].*sklearn", f"a pickle of scikit-learn's, {_SKOPS}"),
    (rb"x[\x01\x5e\x9c\xda]", f"compressed, perhaps a pickle by joblib, {_SKOPS}"),
    (
        rb"\x80[\x02-\x05]",
        "a pickle, which may run any code when it is read: in Python, hand its arrays to np.savez with the names of"
        " docs/formats.md",
    ),
    (rb"\x93NUMPY", "a single .npy array: a model takes weights and biases, as np.savez saves them"),
    (rb"\x08\x01\x12.{0,40}|.{0,64}saved_model", "a TensorFlow SavedModel: save it as .keras or as .tflite"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8", "an image: samples go to --test and --calibration"),
    (rb"\x1f\x8b", "compressed with gzip: unpack it first"),
    (rb"\s*[\[{\"]", "JSON of an unknown kind"),
)
"""Beginnings of files that people give, and what they are."""


def unknown(path: Path, head: bytes, formats: Sequence[Format]) -> str:
    """One line: what the file is, if that can be seen, and which kinds there are."""
    known = ", ".join(f"{kind.name} ({', '.join(kind.suffixes)})" for kind in formats)
    if not head:
        what = "an empty file: save the model again"
    elif head.startswith(b"PK"):
        names = zip_names(path)
        if names is None:
            what = "truncated or damaged, an archive as .npz and others are: copy or save it again"
        else:
            what = f"an archive of something else ({', '.join(names[:2])[:60]})"
    else:
        what = next((text for start, text in _OTHERS if re.match(start, head, re.DOTALL)), "of an unknown kind")
    return f"{path} is {what}; models are read from {known}"
