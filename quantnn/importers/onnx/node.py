"""One node of a graph."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from onnx import AttributeProto, NodeProto, TensorProto

from quantnn.system.text import printable, shortened

__all__ = ["Node"]


@dataclass(frozen=True, eq=False)
class Node:
    """A node, with the domain that its operator comes from and its place in the file."""

    proto: NodeProto
    domain: str
    number: int

    @property
    def op_type(self) -> str:
        return str(self.proto.op_type)

    @cached_property
    def name(self) -> str:
        """What the file calls it, or else what it makes."""
        names = (self.proto.name, *self.proto.output)
        return shortened(printable(next(filter(None, names), "")), 60)

    @property
    def kind(self) -> str:
        """The operator, with its domain where that is not ONNX's own."""
        return shortened(printable(f"{self.domain}.{self.op_type}" if self.domain else self.op_type), 60)

    @property
    def shown(self) -> str:
        return f"{self.name} ({self.kind})"

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """Numbers, texts and lists of them as Python has them; a tensor stays a TensorProto."""
        return {attribute.name: _value(attribute) for attribute in self.proto.attribute}


def _value(attribute: AttributeProto) -> float | int | str | list[float] | list[int] | list[str] | TensorProto | None:
    match attribute.type:
        case AttributeProto.FLOAT:
            return float(attribute.f)
        case AttributeProto.INT:
            return int(attribute.i)
        case AttributeProto.STRING:
            return str(attribute.s.decode("utf-8", "replace"))
        case AttributeProto.TENSOR:
            return attribute.t
        case AttributeProto.FLOATS:
            return [float(value) for value in attribute.floats]
        case AttributeProto.INTS:
            return [int(value) for value in attribute.ints]
        case AttributeProto.STRINGS:
            return [value.decode("utf-8", "replace") for value in attribute.strings]
        case _:
            return None
