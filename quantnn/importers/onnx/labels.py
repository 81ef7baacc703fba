"""What a file calls its classes."""

from __future__ import annotations

import numpy as np

from quantnn.importers.onnx.budget import Budget
from quantnn.importers.onnx.constants import tensor_array
from quantnn.importers.onnx.graph import Graph
from quantnn.importers.onnx.node import Node

__all__ = ["class_labels"]

_LISTS = ("classlabels_int64s", "classlabels_ints", "classlabels_strings")
"""Attributes of ai.onnx.ml's classifiers and of its ZipMap."""


def class_labels(graph: Graph) -> tuple[object, ...]:
    """Labels by index, numbers or texts, from whichever node states them; none where no node does.

    They stand on the way to the label, which need not be the way to the output that is taken.

    Raises
    ------
    InputError
        A table of labels is damaged.
    """
    for node in dict.fromkeys(graph.producers.values()):
        if node.domain == "ai.onnx.ml":
            labels = next(filter(None, (node.attributes.get(name) for name in _LISTS)), None) or _table(graph, node)
            if labels:
                return tuple(labels)
    return ()


def _table(graph: Graph, node: Node) -> list[object]:
    tensor = graph.initializers.get(next(iter(node.proto.input), ""))
    if node.op_type != "ArrayFeatureExtractor" or tensor is None:
        return []
    table = tensor_array(tensor, graph.path, Budget(str(graph.path)), "a table of labels")
    return list(np.ravel(table).tolist())
