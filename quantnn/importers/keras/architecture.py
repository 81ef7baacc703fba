"""The layers of a model from input to output, from the JSON that Keras writes."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quantnn.files.json_file import json_values
from quantnn.importers.keras.layer import Layer, snake_case
from quantnn.importers.keras.nodes import chained

__all__ = ["Architecture"]

_MOST_LAYERS = 1000
_DEEPEST = 8
_GRAPHS = ("Functional", "Model")
_OPERATIONS = ("Add", "Subtract", "Multiply", "Divide", "TrueDivide")
"""Arithmetic of Keras 3 outside of layers, as in ``inputs / 255``: of two operands, where layers take a list."""


@dataclass(frozen=True)
class Architecture:
    """A chain of layers; models within the model are taken apart.

    Parameters
    ----------
    version : str
        Of Keras; empty where the file does not say, as Keras 3's JSON.
    layers : tuple of Layer
    input_shape : list, optional
        With the batch, if the model states it apart from its layers.
    """

    version: str
    layers: tuple[Layer, ...]
    input_shape: object = None

    @classmethod
    def parsed(cls, text: bytes, version: str = "") -> Architecture:
        """The architecture in a JSON text.

        Parameters
        ----------
        version : str
            Of Keras, where another place states it.

        Raises
        ------
        ValueError
            One line: it is no JSON, no model of Keras, has code of its own, or branches.
        """
        if text.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b'"'):  # to_json() written with json.dump
            text = _inner(text)
        values = json_values(text)
        if not isinstance(values, dict) or not isinstance(values.get("class_name"), str):
            raise ValueError("it is no architecture of Keras: save model.to_json()")
        stated = values.get("keras_version")
        version = stated if isinstance(stated, str) and stated else version
        major = re.match(r"\d+", version)
        config = values.get("config")
        layers = tuple(_Reader(int(major[0]) if major else 3).model(values, "", "", 0))
        if not layers:
            raise ValueError("the model has no layers: save it again")
        return cls(version, layers, config.get("build_input_shape") if isinstance(config, dict) else None)


def _inner(text: bytes) -> bytes:
    """The text that a JSON text is, however long."""
    try:
        return str(json.loads(text.decode("utf-8-sig"))).encode()
    except ValueError as error:
        raise ValueError(f"it is no JSON: {error}") from None


class _Reader:
    def __init__(self, version: int) -> None:
        self.version, self.count = version, 0

    def model(self, values: Mapping[str, object], group: str, path: str, depth: int) -> Iterator[Layer]:
        """The layers of a model; ``path`` is that of its own in a weights file of Keras 3."""
        kind, config = values["class_name"], values.get("config")
        if depth > _DEEPEST:
            raise ValueError(f"models must be nested at most {_DEEPEST} deep: put their layers into one")
        if kind == "Sequential":
            found = config if isinstance(config, list) else config.get("layers") if isinstance(config, dict) else None
        elif kind in _GRAPHS and isinstance(config, dict) and "layers" in config:
            found = chained(config)
        else:
            raise ValueError(
                f"the model is {kind!r:.60}, a class of its own whose code would have to run: build it with Sequential"
                " or the functional interface, or save it as ONNX"
            )
        if not isinstance(found, list):
            raise ValueError("a Sequential model must list its layers: save it again")
        names: dict[str, int] = {}
        for inner in found:
            if not isinstance(inner, dict) or not isinstance(inner.get("class_name"), str):
                raise ValueError("a layer must have a class_name: save the model again")
            yield from self._layer(inner, group, path, names, depth)

    def _layer(
        self, values: Mapping[str, object], group: str, path: str, names: dict[str, int], depth: int
    ) -> Iterator[Layer]:
        kind, config = str(values["class_name"]), values.get("config")
        own = config if isinstance(config, dict) else {}
        if kind in _OPERATIONS and (operands := _operands(values)):
            kind, own = f"ops.{kind}", {**own, **operands}
        name = values.get("name", own.get("name"))
        name = name if isinstance(name, str) else snake_case(kind)
        word = snake_case(kind)
        number = names[word] = names.get(word, -1) + 1
        inner = f"{path}/layers/{word}_{number}" if number else f"{path}/layers/{word}"
        inner = inner.removeprefix("/")
        self.count += 1
        if self.count > _MOST_LAYERS:
            raise ValueError(f"a model must have at most {_MOST_LAYERS} layers: save a smaller one")
        if kind in ("Sequential", *_GRAPHS):
            yield from self.model(values, group or name, inner, depth + 1)
        else:
            build = values.get("build_config")
            shape = build.get("input_shape") if isinstance(build, dict) else None
            if shape is not None:
                own = {"build_input_shape": shape, **own}
            yield Layer(kind, name, own, group or name, inner, depth > 0, self.version)


def _operands(values: Mapping[str, object]) -> dict[str, object]:
    """What an operation is given, ``first`` and ``second``: none where that is a tensor of the model."""
    nodes = values.get("inbound_nodes")
    node = nodes[0] if isinstance(nodes, list) and nodes else None
    given = node.get("args") if isinstance(node, dict) else None
    if not isinstance(given, list) or len(given) != 2:
        return {}
    return {
        name: None if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__" else value
        for name, value in zip(("first", "second"), given, strict=True)
    }
