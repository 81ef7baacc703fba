"""Exported programs (.pt2): a graph in JSON, and its weights beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from quantnn.errors import InputError
from quantnn.files.json_file import json_values
from quantnn.importers.format import Hints
from quantnn.importers.pytorch.archive import TorchArchive
from quantnn.importers.pytorch.aten.budget import Budget
from quantnn.importers.pytorch.aten.live import BATCH, Live, Node, Value
from quantnn.importers.pytorch.aten.network import reading_of
from quantnn.importers.pytorch.aten.table import called
from quantnn.importers.pytorch.dtypes import EXPORTED
from quantnn.importers.pytorch.tensor import Tensor
from quantnn.importers.reading import Reading

__all__ = ["is_exported", "read_exported"]

_MODEL = re.compile(r"models/[^/]+\.json|serialized_exported_program\.json")
_WEIGHTS = ("data/weights/model_weights_config.json", "data/constants/model_constants_config.json")
_Json = Mapping[str, Any]


def is_exported(names: tuple[str, ...]) -> bool:
    """Whether an archive with these members, without their common folder, is an exported program."""
    return any(_MODEL.fullmatch(name) for name in names)


def read_exported(archive: TorchArchive, path: Path, hints: Hints) -> Reading:
    """The network of an exported program.

    Raises
    ------
    InputError
        The graph is no chain of layers.
    ValueError
        The file is damaged, or a function in it cannot be had.
    """
    models = [name for name in archive.names if _MODEL.fullmatch(name)]
    if len(models) > 1:
        raise InputError(f"{path} holds {len(models)} models: export one")
    try:
        program = json_values(archive.text(models[0]).encode())
        module = program["graph_module"]
        graph, signature = module["graph"], module["signature"]
        walk = _Walk(archive, graph)
        walk.place(signature["input_specs"])
        for node in graph["nodes"]:
            walk.step(node)
        specs = [spec["user_output"] for spec in signature["output_specs"] if "user_output" in spec]
        outputs = [walk.value(spec["arg"]) for spec in specs]
    except (KeyError, TypeError, IndexError, AttributeError, StopIteration):
        raise ValueError("its graph is damaged, or of an unknown version: export it again") from None
    version = str(program.get("torch_version", ""))
    format = "PyTorch, exported program" + (f" of {version}" if re.fullmatch(r"[\w.+]{1,30}", version) else "")
    return reading_of(outputs, str(path), format, hints)


def _only(value: _Json, key: str) -> Any:
    if not isinstance(value, dict) or len(value) != 1 or key not in value:
        raise TypeError
    return value[key]


class _Walk:
    """Values by their names, while the graph is followed."""

    def __init__(self, archive: TorchArchive, graph: _Json) -> None:
        self._archive, self._graph = archive, graph
        self._values: dict[str, Value] = {}
        self._budget = Budget()
        self._weights = dict(self._stored())

    def _stored(self) -> Iterator[tuple[str, Tensor]]:
        for config in _WEIGHTS:
            if config in self._archive.names:
                folder = config.rpartition("/")[0]
                for name, entry in json_values(self._archive.text(config).encode())["config"].items():
                    yield name, self._tensor(folder, entry)
        for name in ("serialized_state_dict.pt", "serialized_constants.pt"):
            if name in self._archive.names:
                stored = self._archive.inner(name).unpickled("data.pkl")
                if isinstance(stored, dict):
                    yield from ((str(key), value) for key, value in stored.items() if isinstance(value, Tensor))

    def _tensor(self, folder: str, entry: _Json) -> Tensor:
        member = f"{folder}/{entry['path_name']}"
        if entry["use_pickle"]:
            stored = self._archive.inner(member).unpickled("data.pkl")
            if not isinstance(stored, Tensor):
                raise TypeError
            return stored
        meta = entry["tensor_meta"]
        dtype = _dtype(meta["dtype"])
        sizes, strides = (tuple(_only(item, "as_int") for item in meta[key]) for key in ("sizes", "strides"))
        storage = self._archive.storage(member, dtype)
        return Tensor(storage, dtype, _only(meta["storage_offset"], "as_int"), sizes, strides)

    def place(self, inputs: list[_Json]) -> None:
        """Give every input of the graph its value: the weights', or the one that depends on the user's."""
        users = 0
        for spec in inputs:
            kind, content = next(iter(spec.items()))
            if kind in ("parameter", "buffer", "tensor_constant"):
                name = content[f"{kind}_name"]
                tensor = self._weights.get(name)
                if tensor is None:
                    raise ValueError(f"the values of {str(name)[:80]} are missing: export it again")
                self._values[content["arg"]["name"]] = tensor
            elif kind == "user_input" and "as_tensor" in content["arg"]:
                users += 1
                name = content["arg"]["as_tensor"]["name"]
                sizes = [size.get("as_int") for size in self._graph["tensor_values"][name]["sizes"]]
                if not sizes or any(type(size) is not int for size in sizes[1:]):
                    raise ValueError(f"input {name} must have a batch dimension and fixed ones behind it: export it so")
                self._values[name] = Live(tuple(sizes[1:]), sizes[0])
        if users != 1:
            raise ValueError(f"it has {users} inputs, but one is supported: export a model of one input")

    def value(self, argument: _Json) -> Value:
        """What an argument stands for."""
        kind, content = next(iter(argument.items()))
        match kind:
            case "as_none":
                return None
            case "as_tensor":
                return self._named(content["name"])
            case "as_tensors":
                return [self._named(item["name"]) for item in content]
            case "as_optional_tensors":
                return [None if "as_none" in item else self.value(item) for item in content]
            case "as_sym_int":
                return self._symbol(content)
            case "as_sym_ints":
                return [self._symbol(item) for item in content]
            case "as_scalar_type":
                return _dtype(content)
            case "as_int" | "as_float" | "as_bool" | "as_ints" | "as_floats" | "as_bools" | "as_string":
                return content
            case "as_memory_format" | "as_device" | "as_layout":
                return None
        raise ValueError(f"an argument of kind {kind[:40]} is not known: export it again")

    def step(self, node: _Json) -> None:
        """Follow one function."""
        target, outputs = str(node["target"]), node["outputs"]
        match = re.fullmatch(r"torch\.ops\.aten\.(\w+)\.\w+", target)
        first = next(iter(outputs[0].values())) if outputs else {}
        name = _module(node.get("metadata", {})) or str(first.get("name", "") if isinstance(first, dict) else "")
        label = Node(name[:80], match[1] if match else target.removeprefix("torch.ops.")[:80], self._budget)
        named = {str(item["name"]): self.value(item["arg"]) for item in node["inputs"]}
        made = called(label.kind, label, (), named)
        results = [made] if len(outputs) == 1 else list(made) if isinstance(made, tuple) else [None] * len(outputs)
        for output, value in zip(outputs, results, strict=False):
            content = next(iter(output.values()))
            if isinstance(content, dict):
                self._values[content.get("name") or content["as_name"]] = value

    def _named(self, name: str) -> Value:
        if name not in self._values:
            raise ValueError(f"{str(name)[:80]} is used before it is made: export it again")
        value = self._values[name]
        if isinstance(value, Tensor):
            self._budget.spend(value.count)
            value = self._values[name] = value.array().astype(np.float64)
        return value

    def _symbol(self, item: _Json) -> Value:
        if "as_int" in item:
            return item["as_int"]
        value = self._values.get(item["as_name"], BATCH)
        return BATCH if value is None else value


def _dtype(number: object) -> str:
    if number not in EXPORTED or type(number) is not int:
        raise ValueError(f"number type {number!s:.20} is not known: save it as float32")
    return EXPORTED[number]


def _module(metadata: object) -> str:
    """The path of the innermost module that a function was called in, as a graph's notes state it."""
    stack = metadata.get("nn_module_stack", "") if isinstance(metadata, dict) else ""
    parts = str(stack).rpartition(";")[2].split(",")
    return parts[1] if len(parts) > 2 else ""
