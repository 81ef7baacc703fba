"""From an ONNX file to a network."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.onnx.graph import Graph
from quantnn.importers.onnx.labels import class_labels
from quantnn.importers.onnx.model_file import read_proto
from quantnn.importers.onnx.output import chosen_output
from quantnn.importers.onnx.sample import Sample, samples
from quantnn.importers.onnx.walk import Walk
from quantnn.importers.operators.class_labels import with_labels
from quantnn.importers.operators.network import network
from quantnn.importers.reading import Reading
from quantnn.system.text import printable, shortened

__all__ = ["read"]


def read(path: Path, hints: Hints) -> Reading:
    """Read a file that was recognised.

    Raises
    ------
    InputError
        It is damaged or not safe, its graph is no chain, or a node cannot be had.
    """
    if hints.activations:
        raise InputError(f"{path} states its activations: leave --activations out")
    with np.errstate(all="ignore"):  # of damaged weights; they must be finite in the end
        return _read(Graph(read_proto(path), path), hints)


def _read(graph: Graph, hints: Hints) -> Reading:
    path = graph.path
    output, nodes, others = chosen_output(graph)
    used = {name for node in nodes for name in node.proto.input} | {output}
    inputs = [value for value in graph.inputs if value.name in used]
    if len(inputs) != 1:
        names = ", ".join(shortened(printable(value.name), 60) for value in inputs[:6])
        raise InputError(f"{path} has several inputs ({names}): a network takes one tensor; join them before it")
    notes = tuple(f"output {name} is left out: {shortened(printable(output), 60)} is taken" for name in others)
    refused: list[tuple[int, InputError]] = []
    for sample in samples(graph, inputs[0], nodes):
        walk = Walk(graph, sample)
        chain = walk.chain
        try:
            walk.along(nodes, output)
            model, fates = network(
                chain.operators,
                str(path),
                sample.format,
                decision=hints.decision or chain.decision,
                notes=(*notes, *chain.notes, *_said(sample)),
            )
            model = with_labels(model, class_labels(graph), "the classes")
            return Reading(_title(graph), model, chain.entries(fates))
        except InputError as error:
            refused.append((len(chain.steps), error))
    raise max(refused, key=lambda entry: entry[0])[1]


def _said(sample: Sample) -> tuple[str, ...]:
    return (f"the file's input has a fixed batch of {sample.batch}; one sample is taken",) if sample.batch else ()


def _title(graph: Graph) -> str:
    opset = graph.opsets.get("")
    return f"ONNX, opset {opset}" if opset else "ONNX"
