"""From what a graph gives back to a network."""

from __future__ import annotations

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.operators.float_network import InputFormat, float_network
from quantnn.importers.operators.operator import Linear
from quantnn.importers.pytorch.aten.live import Live, Value
from quantnn.importers.reading import Entry, Reading

__all__ = ["reading_of"]


def reading_of(output: Value, source: str, format: str, hints: Hints) -> Reading:
    """The network of a graph's output, and what became of each function on the way to it.

    Raises
    ------
    InputError
        The output is no chain of layers, or the user states activations, which the graph has itself.
    """
    if hints.activations:
        raise InputError(f"{source} states the activations itself: leave --activations out")
    while isinstance(output, (list, tuple)) and len(output) == 1:
        output = output[0]
    if not isinstance(output, Live):
        several = isinstance(output, (list, tuple))
        what = f"gives {len(output)} outputs" if several else "gives what does not depend on its input"  # type: ignore[arg-type]
        raise InputError(f"{source} {what}: one output of a chain of layers is supported")
    chain = output.chain
    operators = [live.operator for live in chain if live.operator is not None]
    start = chain[0].before.shape if chain and chain[0].before else None
    if start is None:
        rows = [len(operator.weights) for operator in operators if isinstance(operator, Linear)]
        if not rows:
            raise InputError(f"{source} has no dense layer: give the model with its weights")
        start = (rows[0],)
    network, fates = float_network(operators, source, InputFormat(start), decision=hints.decision)
    entries = tuple(
        Entry(live.operator.kind, live.operator.name, live.text, fate)
        for live, fate in zip(chain, fates, strict=True)
        if live.operator is not None
    )
    return Reading(format, network, entries)
