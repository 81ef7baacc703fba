"""From the operators of a file to its network, of floats or of integers."""

from __future__ import annotations

from collections.abc import Sequence

from quantnn.importers.operators.float_network import InputFormat, float_network
from quantnn.importers.operators.integer_network import integer_network, is_quantized
from quantnn.importers.operators.operator import Operator
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
    """:func:`integer_network` where an operator quantizes, else :func:`float_network`."""
    if is_quantized(operators):
        return integer_network(operators, source, input, decision=decision, notes=notes)
    return float_network(operators, source, input, decision=decision, notes=notes)
