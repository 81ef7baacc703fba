"""Models saved with np.savez. docs/formats.md describes the file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.files.safe_npz import Array, read_npz
from quantnn.files.safe_zip import zip_names
from quantnn.importers.arrays.chain import chained
from quantnn.importers.arrays.model import NamedLayers, check_activations, is_needed, named_layers, with_last
from quantnn.importers.format import NO_HINTS, Format, Hints
from quantnn.importers.reading import Reading
from quantnn.model.activation import Floats
from quantnn.model.array_checks import integral, numeric, texts
from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import MAX_INPUT_BITS, FloatNetwork
from quantnn.model.sample_file import SampleFile

__all__ = ["OPTIONS", "Npz", "arrays_model", "load_model"]

OPTIONS = (
    "activations",
    "decision",
    "input_bits",
    "input_signed",
    "input_scale",
    "input_mean",
    "input_std",
    "calibration",
    "class_names",
)
"""The arrays of a model file that belong to no layer."""

_LAYER_LIKE = re.compile(r"(w|b|weights?|bias(es)?|kernels?)[_.]?[0-9]+", re.IGNORECASE)


class Npz(Format):
    """Named arrays, as np.savez writes them."""

    name = "NumPy"
    suffixes = (".npz",)

    def recognises(self, path: Path, head: bytes) -> bool:
        names = zip_names(path) if head.startswith(b"PK") else None
        return bool(names) and all(name.endswith(".npy") for name in names or ())

    def load(self, path: Path, hints: Hints) -> Reading:
        return Reading(self.name, load_model(path, hints))


def load_model(path: str | Path, hints: Hints = NO_HINTS) -> FloatNetwork:
    """Read a model file; nothing in it is ever unpickled. A decision of the hints overrides the file's.

    Raises
    ------
    InputError
        The file cannot be read, or an array is missing, unknown or wrong.
    """
    path = Path(path)
    wanted = read_npz(path, wanted=lambda name: name in OPTIONS or is_needed(name), samples="calibration")
    return arrays_model(wanted, path, hints)


def arrays_model(arrays: Mapping[str, Array], path: Path, hints: Hints = NO_HINTS) -> FloatNetwork:
    """The network of the arrays that a model file holds; ``path`` is what messages call it.

    Raises
    ------
    InputError
        An array is missing, unknown or wrong.
    """
    found = _layers(arrays, path)
    named = arrays.get("activations", np.empty(0))
    chain = chained(found.layers, path, len(named) if named.ndim == 1 else 0)
    in_features = len(chain[0][0])
    activations = _activations(arrays, len(found.layers), path, hints.activations)
    bits = int(_integer(arrays, "input_bits", 8, IntegerRange(1, MAX_INPUT_BITS), path))
    signed = bool(_integer(arrays, "input_signed", 0, IntegerRange(0, 1), path))
    try:
        network = found.network(
            chain,
            activations,
            path,
            InputScaling(
                _per_input(arrays, "input_scale", 1.0, in_features, path),
                _per_input(arrays, "input_mean", 0.0, in_features, path),
                _per_input(arrays, "input_std", 1.0, in_features, path),
            ),
            bits=bits,
            signed=signed,
            decision=hints.decision or _text(arrays, "decision", path),
        )
        if "class_names" in arrays:
            network = replace(network, class_names=tuple(texts(arrays["class_names"], "class_names", path)))
        if "calibration" not in arrays:
            return network
        samples = SampleFile.inside(arrays["calibration"], "calibration", path, in_features)
        if not samples.survey.integral:
            network = network.with_sensor(samples.typical, rows=samples.typical_rows)
        return replace(network, calibration=samples.integers(network.input, network.sensor))
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None


def _layers(arrays: Mapping[str, Array], path: Path) -> NamedLayers:
    found = named_layers({name: array for name, array in arrays.items() if name not in OPTIONS}, path)
    for name in found.unknown:
        if _LAYER_LIKE.fullmatch(name):
            raise _bad(path, name, "is unknown: call the arrays of layers W0 and b0, W1 and b1, …")
        if close := difflib.get_close_matches(name.lower(), OPTIONS, n=1, cutoff=0.8):
            raise _bad(path, name, f"is unknown: call it {close[0]}, or leave it out")
    if not found.layers:
        raise InputError(
            f"{path} has no layers, only {', '.join(sorted(arrays)[:8])}: save them as W0, b0, W1, b1, … with W"
            " (inputs, outputs)"
        )
    ignored = [f"array {name} is not part of a model and was ignored" for name in found.unknown]
    return replace(found, notes=(*found.notes, *ignored))


def _activations(arrays: Mapping[str, Array], count: int, path: Path, given: tuple[str, ...]) -> list[str]:
    if given and "activations" in arrays:
        raise _bad(path, "activations", "states the activations: leave --activations out")
    if given:
        arrays = {"activations": np.array(with_last(given, count))}
    if "activations" not in arrays:
        example = ["relu"] * (count - 1) + ["linear"]
        raise _bad(path, "activations", f"is missing: save a name per layer, like np.array({example})")
    names = texts(arrays["activations"], "activations", path)
    if len(names) != count:
        raise _bad(path, "activations", f"has {len(names)} names for {count} layers: save one name per layer")
    check_activations(names, count, f"{path}: array activations")
    return names


def _text(arrays: Mapping[str, Array], name: str, path: Path) -> str:
    if name not in arrays:
        return ""
    if arrays[name].dtype.kind not in "US" or arrays[name].size != 1:
        raise _bad(path, name, f"must be one text, not {arrays[name].dtype} of shape {arrays[name].shape}: save one")
    return texts(arrays[name].reshape(1), name, path)[0].lower()


def _integer(arrays: Mapping[str, Array], name: str, default: int, allowed: IntegerRange, path: Path) -> int:
    if name not in arrays:
        return default
    if arrays[name].size != 1:
        raise _bad(path, name, f"must be one integer, not of shape {arrays[name].shape}: save one value")
    remedy = f"save an integer in {allowed.lo}..{allowed.hi}"
    return int(integral(arrays[name].reshape(()), name, path, allowed, remedy))


def _per_input(arrays: Mapping[str, Array], name: str, default: float, in_features: int, path: Path) -> Floats:
    if name not in arrays:
        return np.asarray(default)
    values = numeric(arrays[name], name, path)
    if values.size == 1:
        return values.reshape(())
    if values.shape != (in_features,):
        raise _bad(path, name, f"has shape {values.shape}: save one value, or {in_features}, one per input")
    return values


def _bad(path: Path, name: str, problem: str) -> InputError:
    return InputError(f"{path}: array {name} {problem}")
