"""Every kind of model file, and the one function that reads them all."""

from __future__ import annotations

from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.regular_file import opened
from quantnn.importers.format import NO_HINTS, Format, Hints
from quantnn.importers.keras.keras import Keras
from quantnn.importers.nnet import Nnet
from quantnn.importers.npz import Npz
from quantnn.importers.onnx.format import Onnx
from quantnn.importers.pytorch.format import PyTorch
from quantnn.importers.reading import Reading
from quantnn.importers.safetensors import Safetensors
from quantnn.importers.sklearn.skops_file import Skops
from quantnn.importers.tflite.format import TfLite
from quantnn.importers.unknown import unknown
from quantnn.system.extras import missing_package
from quantnn.system.text import printable, shortened

__all__ = ["FORMATS", "read_model"]

FORMATS: tuple[Format, ...] = (Npz(), Nnet(), Onnx(), Skops(), PyTorch(), Safetensors(), Keras(), TfLite())
"""The first that recognises a file reads it."""

_HEAD = 4096
_LONGEST = 1000
"""Characters of an error."""


def read_model(path: str | Path, hints: Hints = NO_HINTS) -> Reading:
    """Read a trained network from a file of any known kind, recognised by its content and not by its name.

    Raises
    ------
    InputError
        The file is missing or of no known kind, what reading it takes is not installed, or it cannot be used.
    """
    path = Path(path)
    with opened(path) as file:
        head = file.read(_HEAD)
    for kind in FORMATS:
        if kind.recognises(path, head):
            try:
                return kind.load(path, hints)
            except InputError as error:  # of which a part may be the file's
                raise InputError(shortened(printable(str(error)), _LONGEST)) from None
            except ImportError as error:
                if not kind.extra:
                    raise
                raise InputError(
                    f"{path} is {kind.name}, and {missing_package(error.name, kind.extra, what='its reader')}"
                ) from None
    raise InputError(printable(unknown(path, head, FORMATS)))
