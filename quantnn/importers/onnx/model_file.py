"""Reading a ModelProto that nobody vouches for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from google.protobuf.message import DecodeError
from onnx import ModelProto

from quantnn.errors import InputError
from quantnn.files.regular_file import opened
from quantnn.importers.onnx.wire import BYTES, MalformedError, fields

__all__ = ["read_proto"]

_LARGEST = 1 << 29
"""Bytes of a file; weights may lie beside it."""
_MOST_FIELDS = 200_000
_MOST_SMALL = 1 << 23
"""Bytes that are no weights: parsed, a few of them may take a hundred."""
_MOST_NUMBERS = 1 << 26
"""Bytes of numbers of variable length; parsed, one of them takes 8."""

_MODEL, _GRAPH, _NODE, _ATTRIBUTE, _TENSOR = range(5)
_INSIDE = {
    (_MODEL, 7): _GRAPH,
    (_GRAPH, 1): _NODE,
    (_GRAPH, 5): _TENSOR,
    (_NODE, 5): _ATTRIBUTE,
    (_ATTRIBUTE, 5): _TENSOR,
}
"""Messages within messages in which weights may stand, by their fields' numbers."""
_PLAIN = {4, 9, 10}
"""A tensor's fields that take in memory what they take in the file."""
_NUMBERS = {5, 7, 11}
"""A tensor's fields with numbers of variable length."""


def read_proto(path: Path) -> ModelProto:
    """The parsed file.

    Raises
    ------
    InputError
        It is too large, truncated or damaged, or would take far more memory than it has bytes.
    """
    with opened(path) as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise InputError(f"{path} has more than {_LARGEST:,} bytes: an MLP of that size fits no board")
    damaged = InputError(f"{path} is ONNX, but truncated or damaged: copy or save it again")
    try:
        weight = _Weight()
        weight.add(memoryview(content), 0, len(content), _MODEL)
    except MalformedError:
        raise damaged from None
    if weight.fields > _MOST_FIELDS or weight.small > _MOST_SMALL or weight.numbers > _MOST_NUMBERS:
        raise InputError(
            f"{path} has more than {_MOST_FIELDS:,} parts or far too many small ones: save a smaller model"
        )
    model = ModelProto()
    try:
        model.ParseFromString(content)
    except (DecodeError, ValueError, RecursionError):
        raise damaged from None
    if not all(isinstance(text, str) for text in _texts(model)):
        raise damaged
    return model


def _texts(model: ModelProto) -> Iterator[str | bytes]:
    """Every text that is looked at: protobuf gives bytes for one that is none."""
    for named in (*model.opset_import, *model.functions):
        yield named.domain
    yield from (function.name for function in model.functions)
    yield from (value.name for value in (*model.graph.input, *model.graph.output))
    tensors = list(model.graph.initializer)
    for node in model.graph.node:
        yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
        yield from (attribute.name for attribute in node.attribute)
        tensors += (attribute.t for attribute in node.attribute if attribute.HasField("t"))
    for tensor in tensors:
        yield tensor.name
        for entry in tensor.external_data:
            yield from (entry.key, entry.value)


class _Weight:
    """What parsing would take, counted as far as it is allowed."""

    def __init__(self) -> None:
        self.fields = self.small = self.numbers = 0

    def add(self, data: memoryview, start: int, end: int, message: int) -> None:
        for number, kind, first, stop in fields(data, start, end):
            if stop > end:
                raise MalformedError("truncated")
            self.fields += 1
            if self.fields > _MOST_FIELDS:
                return
            inside = _INSIDE.get((message, number))
            if kind == BYTES and inside is not None:
                self.add(data, first, stop, inside)
            elif kind == BYTES and message == _TENSOR and number in _PLAIN:
                continue
            elif kind == BYTES and message == _TENSOR and number in _NUMBERS:
                self.numbers += stop - first
            else:
                self.small += stop - first + 1
