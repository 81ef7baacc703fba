"""Which of a graph's outputs is the network's."""

from __future__ import annotations

from onnx import TensorProto, ValueInfoProto

from quantnn.errors import InputError
from quantnn.importers.onnx.graph import Graph
from quantnn.importers.onnx.node import Node
from quantnn.system.text import printable, shortened

__all__ = ["chosen_output"]

_LABELS = (TensorProto.INT64, TensorProto.INT32, TensorProto.STRING)
_MOST_OUTPUTS = 64


def chosen_output(graph: Graph) -> tuple[str, tuple[Node, ...], tuple[str, ...]]:
    """The output that the chain leads to, the nodes it needs, and the names of the others, which are left out.

    An output within the chain of another one is a look inside it. Where labels and scores of classes leave side by
    side, the scores are taken, as the label is their index.

    Raises
    ------
    InputError
        There is none that depends on the input, or several that lie on different branches.
    """
    if not graph.outputs:
        raise InputError(f"{graph.path} has no output: save the model again")
    if len(graph.outputs) > _MOST_OUTPUTS:
        raise InputError(f"{graph.path} has {len(graph.outputs)} outputs: export one of them")
    needed = {output.name: graph.needed(output.name) for output in graph.outputs}
    open_ = [output for output in graph.outputs if graph.depends(output.name, needed[output.name])]
    if not open_:
        raise InputError(f"{graph.path}: no output depends on an input: save the model again")
    last = _last(open_, needed) or _last([output for output in open_ if not _is_label(output)], needed)
    if last is None:
        names = ", ".join(_shown(output) for output in open_[:6])
        raise InputError(f"{graph.path} has outputs on several branches ({names}): export one of them")
    others = tuple(_shown(output) for output in graph.outputs if output.name != last.name)
    return last.name, needed[last.name], others


def _last(outputs: list[ValueInfoProto], needed: dict[str, tuple[Node, ...]]) -> ValueInfoProto | None:
    """The output that needs all that the others need."""
    if not outputs:
        return None
    longest = max(outputs, key=lambda output: len(needed[output.name]))
    numbers = {node.number for node in needed[longest.name]}
    if all(node.number in numbers for output in outputs for node in needed[output.name]):
        return longest
    return None


def _is_label(output: ValueInfoProto) -> bool:
    return output.type.tensor_type.elem_type in _LABELS


def _shown(output: ValueInfoProto) -> str:
    return shortened(printable(output.name), 60)
