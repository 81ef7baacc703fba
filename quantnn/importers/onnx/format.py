"""ONNX among the model files: how it is recognised."""

from __future__ import annotations

from pathlib import Path

from quantnn.importers.format import Format, Hints, Support
from quantnn.importers.onnx.wire import BYTES, VARINT, MalformedError, fields
from quantnn.importers.reading import Reading

__all__ = ["Onnx"]

_IR_VERSION, _GRAPH = 1, 7
_MODEL = {
    _IR_VERSION: VARINT,
    2: BYTES,
    3: BYTES,
    4: BYTES,
    5: VARINT,
    6: BYTES,
    _GRAPH: BYTES,
    8: BYTES,
    14: BYTES,
    20: BYTES,
    25: BYTES,
    26: BYTES,
}
"""Fields of a ModelProto and their wire types."""
_GRAPH_STARTS = (b"\x0a", b"\x12", b"\x2a", b"\x52", b"\x5a", b"\x62", b"\x6a", b"\x72")
"""Keys with which a GraphProto may begin."""


class Onnx(Format):
    """A graph of operators, as a ModelProto. The format has no magic number: its first fields tell."""

    name = "ONNX"
    suffixes = (".onnx",)
    extra = "onnx"

    def recognises(self, path: Path, head: bytes) -> bool:
        data, seen = memoryview(head), set()
        try:
            for number, kind, start, _ in fields(data, 0, len(data)):
                if _MODEL.get(number) != kind:
                    return False
                seen.add(number)
                if number == _GRAPH:
                    return _IR_VERSION in seen and (not data[start:] or bytes(data[start : start + 1]) in _GRAPH_STARTS)
        except MalformedError:
            return False
        return False

    def operators(self) -> tuple[Support, ...]:
        from quantnn.importers.onnx.table import SUPPORT

        return SUPPORT

    def load(self, path: Path, hints: Hints) -> Reading:
        from quantnn.importers.onnx.reader import read

        return read(path, hints)
