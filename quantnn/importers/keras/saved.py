"""A model as Keras saved it, in one file or two: its layers, and the arrays of its weights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.json_file import json_values
from quantnn.files.regular_file import opened
from quantnn.files.safe_zip import SafeZip
from quantnn.importers.keras.architecture import Architecture
from quantnn.importers.keras.beside import beside
from quantnn.importers.keras.dense_only import dense_layers
from quantnn.importers.keras.hdf5 import Hdf5, read_hdf5
from quantnn.system.scratch import scratch_folder

__all__ = ["HDF5_START", "JSON", "Saved"]

HDF5_START = b"\x89HDF\r\n\x1a\n"
JSON = re.compile(rb'(\xef\xbb\xbf)?\s*(\{.*"class_name"\s*:|"\{.*\\"class_name\\"\s*:)', re.DOTALL)
"""The beginning of an architecture; to_json() is a text, and some write that as JSON once more."""

_MOST_JSON = 16 << 20
_MOST_WEIGHTS = 1 << 29
_LEAST_ALLOWED, _EXPANSION = 1 << 26, 8
"""Keras does not compress weights, and little can be gained by it."""
_WEIGHTS = (".h5", ".hdf5")


@dataclass(frozen=True, eq=False)
class Saved:
    """Layers and weights.

    Parameters
    ----------
    architecture : Architecture
    file : Hdf5
    notes : tuple of str
        What else was read.
    """

    architecture: Architecture
    file: Hdf5
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path, activations: Sequence[str] = ()) -> Saved:
        """Read whichever file of a model is given, and the other one beside it where there are two.

        Parameters
        ----------
        activations : sequence of str
            One per dense layer, for weights without an architecture.

        Raises
        ------
        InputError
            A file is missing or damaged, or not what it should be.
        """
        head = _head(path)
        if head.startswith(HDF5_START):
            file = read_hdf5(path, path)
            if text := file.text("", "model_config"):
                saved = cls(_parsed(text.encode(), path, file.text("", "keras_version")), file)
            elif activations:
                return cls(_dense_only(file, path, activations), file)
            else:
                _check_weights(file, path)
                other = beside(path, (".json",), _is_json, "architecture", _ASK)
                saved = cls(_architecture(other, file), file, (f"the architecture is that of {other.name}",))
        elif head.startswith(b"PK"):
            saved = _unpacked(path)
        else:
            other = beside(path, _WEIGHTS, _is_hdf5, "weights", _ASK_WEIGHTS)
            file = read_hdf5(other, other)
            saved = cls(_architecture(path, file), file, (f"the weights are those of {other.name}",))
        if activations:
            raise InputError(f"{path}: the architecture states the activations: leave --activations out")
        return saved


_ASK = (
    "put model.to_json() there under the same name with .json, save the whole model as .keras, or name the"
    " activations of its dense layers, like --activations relu,softmax"
)
_ASK_WEIGHTS = "put them there under the same name with .h5, or save the whole model as .keras"


def _head(path: Path) -> bytes:
    with opened(path) as file:
        return file.read(4096)


def _is_json(path: Path) -> bool:
    try:
        return bool(JSON.match(_head(path)))
    except InputError:
        return False


def _is_hdf5(path: Path) -> bool:
    try:
        return _head(path).startswith(HDF5_START)
    except InputError:
        return False


def _parsed(text: bytes, path: Path, version: str) -> Architecture:
    try:
        return Architecture.parsed(text, version)
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None


def _architecture(path: Path, weights: Hdf5) -> Architecture:
    """That of a JSON file."""
    with opened(path) as file:
        text = file.read(_MOST_JSON + 1)
    if len(text) > _MOST_JSON:
        raise InputError(f"{path} must have at most {_MOST_JSON:,} bytes: save model.to_json()")
    return _parsed(text, path, weights.text("", "keras_version"))


def _dense_only(file: Hdf5, path: Path, activations: Sequence[str]) -> Architecture:
    try:
        return dense_layers(file, activations)
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None


def _check_weights(file: Hdf5, path: Path) -> None:
    """Whether there is anything of Keras in it, before another file is asked for."""
    counted = any(name.startswith(("layers/", "_layer_checkpoint_dependencies/")) for name in file.arrays)
    if not counted and all(file.names(root, "layer_names") is None for root in ("", "model_weights")):
        raise InputError(f"{path} is HDF5 without a model of Keras: save the model as .keras")


def _unpacked(path: Path) -> Saved:
    with SafeZip.opened(path) as archive:
        text = archive.read("config.json", _MOST_JSON)
        metadata = archive.read("metadata.json", _MOST_JSON) if "metadata.json" in archive.names else b"{}"
        if "model.weights.h5" not in archive.names:
            raise InputError(f"{path} must have its weights as model.weights.h5: save the model without other options")
        size = archive.size("model.weights.h5")
        if size > min(_LEAST_ALLOWED + _EXPANSION * path.stat().st_size, _MOST_WEIGHTS):
            raise InputError(
                f"{path}: model.weights.h5 unpacks to {size:,} bytes, far more than the archive has: save it again"
            )
        weights = archive.read("model.weights.h5", size)
    try:
        stated = json_values(metadata)
    except ValueError as error:
        raise InputError(f"{path}: metadata.json is damaged, {error}") from None
    version = stated.get("keras_version") if isinstance(stated, dict) else None
    architecture = _parsed(text, path, version if isinstance(version, str) else "")
    with scratch_folder() as folder:
        copy = folder / "model.weights.h5"
        copy.write_bytes(weights)
        del weights
        return Saved(architecture, read_hdf5(copy, path))
