"""Models and weights that Keras saved."""

from __future__ import annotations

from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.safe_zip import zip_names
from quantnn.importers.format import Format, Hints, Support
from quantnn.importers.keras.layer import Layer, Shape
from quantnn.importers.keras.layers import SUPPORT, operators, roles
from quantnn.importers.keras.sample import input_format, stated_input
from quantnn.importers.keras.saved import HDF5_START, JSON, Saved
from quantnn.importers.keras.weights import Weights, stored_weights
from quantnn.importers.operators.float_network import InputFormat
from quantnn.importers.operators.network import network
from quantnn.importers.operators.operator import Keep, Operator
from quantnn.importers.reading import Entry, Reading

__all__ = ["Keras"]


class Keras(Format):
    """A .keras archive, an .h5 of a model or of weights, or an architecture in JSON."""

    name = "Keras"
    suffixes = (".keras", ".h5", ".json")
    extra = "keras"

    def recognises(self, path: Path, head: bytes) -> bool:
        if head.startswith(b"PK"):
            names = zip_names(path) or ()
            return "config.json" in names and any(name.startswith("model.weights") for name in names)
        return head.startswith(HDF5_START) or bool(JSON.match(head))

    def operators(self) -> tuple[Support, ...]:
        return SUPPORT

    def load(self, path: Path, hints: Hints) -> Reading:
        saved = Saved.read(path, hints.activations)
        layers = saved.architecture.layers
        wanted = {layer.path: _roles(path, layer) for layer in layers}
        try:
            weights = stored_weights(saved.file, layers, wanted)
            input = input_format(saved.architecture, weights, wanted)
        except ValueError as error:
            raise InputError(f"{path}: {error}") from None
        chain = _Chain(path, input.shape)
        for layer in layers:
            chain.add(layer, weights, wanted[layer.path])
        return chain.finish(f"Keras {saved.architecture.version}".strip(), input, hints, saved.notes)


def _roles(path: Path, layer: Layer) -> tuple[str, ...]:
    try:
        return roles(layer)
    except ValueError as error:
        raise _bad(path, layer, stated_input(layer), error) from None


def _bad(path: Path, layer: Layer, shape: Shape | None, error: ValueError) -> InputError:
    behind = f", behind {_shown(shape)} features" if shape else ""
    return InputError(f"{path}: {layer.name:.80} ({layer.kind:.80}{behind}): {error}")


class _Chain:
    """Operators of the layers so far, and the shape behind them."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self._path, self._shape = path, shape
        self._found: list[tuple[Layer, list[Operator], Shape]] = []

    def add(self, layer: Layer, weights: Weights, wanted: tuple[str, ...]) -> None:
        before = self._shape
        try:
            found, self._shape = operators(layer, before, weights.of(layer, wanted))
        except ValueError as error:
            raise _bad(self._path, layer, before, error) from None
        self._found.append((layer, found, self._shape))

    def finish(self, format: str, input: InputFormat, hints: Hints, notes: tuple[str, ...]) -> Reading:
        found = [operator for _, some, _ in self._found for operator in some]
        model, fates = network(found, str(self._path), input, decision=hints.decision, notes=notes)
        texts, entries = iter(fates), []
        for layer, some, shape in self._found:
            became = [text for operator, text in zip(some, texts, strict=False) if not _is_idle(operator, some)]
            text = "the input" if layer.kind == "InputLayer" else ", ".join(dict.fromkeys(filter(None, became)))
            entries.append(Entry(layer.kind, layer.name, _shown(shape), text))
        return Reading(format, model, tuple(entries))


def _is_idle(operator: Operator, among: list[Operator]) -> bool:
    """A linear activation inside a layer, of which nothing need be said."""
    return isinstance(operator, Keep) and len(among) > 1


def _shown(shape: Shape) -> str:
    return "×".join(map(str, shape))
