"""Quantizers behind a network's last activation, which round its answer and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from quantnn.importers.operators.operator import Activate, ArgMax, Keep, Operator, Quantize

__all__ = ["answer_quantizers"]


def answer_quantizers(operators: Sequence[Operator]) -> list[Quantize]:
    """The quantizers behind an activation that nothing else follows."""
    found: list[Quantize] = []
    for operator in reversed(operators):
        match operator:
            case Quantize():
                found.append(operator)
            case Keep() | ArgMax():
                continue
            case _:
                return found if isinstance(operator, Activate) else []
    return []
