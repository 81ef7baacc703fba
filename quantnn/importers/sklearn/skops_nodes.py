"""The values of a skops file, from its JSON and its arrays; nothing that it names is imported or made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from quantnn.errors import InputError
from quantnn.files.json_file import json_values
from quantnn.files.npy_header import HEADER_LIMIT, NpyHeader
from quantnn.files.safe_npz import SIZE_LIMIT, Array
from quantnn.files.safe_zip import SafeZip
from quantnn.importers.sklearn.estimator import Estimator, Opaque

__all__ = ["SCHEMA", "SkopsNodes"]

SCHEMA = "schema.json"

_MOST_SCHEMA = 16 << 20
_MOST_TEXT = 1 << 16
_SIMPLE = (type(None), bool, int, float, str)


class SkopsNodes:
    """An opened file: https://skops.readthedocs.io/en/stable/persistence.html.

    Every value is a node, an object of JSON with the loader that skops would use, and content.
    """

    def __init__(self, archive: SafeZip, path: Path) -> None:
        self._archive, self._path, self._left = archive, path, SIZE_LIMIT
        self._arrays: dict[str, Array] = {}

    def root(self) -> object:
        """What was saved.

        Raises
        ------
        InputError
            The schema is damaged or too large.
        """
        try:
            values = json_values(self._archive.read(SCHEMA, _MOST_SCHEMA))
        except ValueError as error:
            raise self._bad(f"{SCHEMA} is damaged ({error})") from None
        return self.value(values)

    def value(self, node: object) -> object:
        """What a node stands for, as :class:`~quantnn.importers.sklearn.estimator.Estimator` describes it."""
        if not isinstance(node, dict):
            raise self._bad("a node of its schema must be an object of JSON")
        content, name = node.get("content"), str(node.get("__class__"))[:100]
        match node.get("__loader__"):
            case "JsonNode":
                return self._simple(content)
            case "ListNode" | "TupleNode":
                return self._items(content)
            case "ObjectNode":
                return Estimator(name, str(node.get("__module__")), _Attributes(self, self._members(content)))
            case "NdArrayNode" if node.get("type") == "json":
                return self._items(content)
            case "NdArrayNode":
                return self._array(node.get("file"))
        return Opaque(name)

    def _simple(self, content: object) -> object:
        if not isinstance(content, str) or len(content) > _MOST_TEXT:
            raise self._bad("a value of its schema must be a short text of JSON")
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            raise self._bad(f"a value of its schema is no JSON ({content[:40]!r})") from None
        return value if isinstance(value, _SIMPLE) else Opaque("JSON")

    def _items(self, content: object) -> tuple[object, ...]:
        if not isinstance(content, list):
            raise self._bad("a list of its schema must be a list of JSON")
        return tuple(self.value(item) for item in content)

    def _members(self, content: object) -> dict[str, Any]:
        """Of an object: its state is a dictionary, itself a node."""
        if content is None:
            return {}
        if isinstance(content, dict) and content.get("__loader__") == "DictNode":
            members = content.get("content")
            if isinstance(members, dict):
                return members
        raise self._bad("an estimator of its schema must have a dictionary of attributes")

    def _array(self, name: object) -> Array:
        if not isinstance(name, str) or not name.endswith(".npy"):
            raise self._bad("an array of its schema must name its .npy")
        if name not in self._arrays:
            if name in self._archive.names and self._archive.size(name) > self._left + HEADER_LIMIT:
                raise self._too_large()
            data = self._archive.read(name, self._left + HEADER_LIMIT)
            where = f"{self._path}: array {name}"
            header = NpyHeader.parse(data[:HEADER_LIMIT], where)
            if len(data) != header.data_offset + header.data_bytes:
                raise InputError(f"{where} has another length than its header says: save the model again")
            self._arrays[name] = header.array(memoryview(data)[header.data_offset :])
        array = self._arrays[name]
        self._left -= array.size * 8  # every mention counts, as each becomes a copy
        if self._left < 0:
            raise self._too_large()
        return array

    def _too_large(self) -> InputError:
        return InputError(f"{self._path}: its arrays take more than {SIZE_LIMIT:,} bytes: save a smaller model")

    def _bad(self, problem: str) -> InputError:
        return InputError(f"{self._path}: {problem}: save it again with skops.io.dump")


class _Attributes(Mapping[str, object]):
    """Of an estimator, read when they are asked for."""

    def __init__(self, nodes: SkopsNodes, members: dict[str, Any]) -> None:
        self._nodes, self._members = nodes, members

    def __getitem__(self, name: str) -> object:
        return self._nodes.value(self._members[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, name: object) -> bool:
        return name in self._members
