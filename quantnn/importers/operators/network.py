"""From the operators of a file to its network, of floats or of integers."""

from __future__ import annotations

from collections.abc import Sequence

from quantnn.importers.operators.float_network import InputFormat, float_network
from quantnn.importers.operators.integer_network import integer_network, is_quantized
from quantnn.importers.operators.operator import IntegerLinear, Linear, Operator
from quantnn.model.quantized import AnyNetwork

__all__ = ["network"]


def network(
    operators: Sequence[Operator],
    source: str,
    input: InputFormat,
    *,
    decision: str = "",
    notes: tuple[str, ...] = (),
) -> tuple[AnyNetwork, tuple[str, ...]]:
    """:func:`integer_network` where an operator quantizes, else :func:`float_network`.

    Weights alone are no quantized network: what is between layers would be floats.
    """
    if is_quantized(operators, input):
        return integer_network(operators, source, input, decision=decision, notes=notes)
    kept = [_floats(each) if isinstance(each, IntegerLinear) else each for each in operators]
    if kept != list(operators):
        notes = (*notes, "the file quantizes its weights only, so these are quantized anew with the activations")
    return float_network(kept, source, input, decision=decision, notes=notes)


def _floats(operator: IntegerLinear) -> Linear:
    return Linear(operator.name, operator.kind, operator.integers * operator.scale, operator.bias)
