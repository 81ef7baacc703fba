"""Both classes of a single output, as exporters write them: 1 − p beside p, or −s beside s."""

from __future__ import annotations

import numpy as np

from quantnn.importers.onnx.call import Call
from quantnn.importers.onnx.flow import Flow
from quantnn.importers.onnx.handlers.layout import rearranged
from quantnn.importers.operators.operator import Activate, Affine

__all__ = ["concat"]


def concat(call: Call) -> tuple[Flow, ...]:
    """Joins pieces of one tensor; or an output and its opposite, of which the greater says whether it exceeds the
    threshold."""
    if len(call.inputs) == 2:
        opposite, score = call.inputs
        if isinstance(opposite, Flow) and isinstance(score, Flow) and _is_opposite(call, opposite, score):
            call.chain.undo()
            call.chain.decision = "threshold"
            return (call.chain.keep(score.as_scores(), score.index.reshape(1, 1)),)
    return rearranged(call)


def _is_opposite(call: Call, opposite: Flow, score: Flow) -> bool:
    """Whether one output is computed of the other as its opposite, and nothing else is."""
    if (
        not call.chain.latest(opposite)
        or score.base != opposite.base - 1
        or (score.features, score.index.size) != (1, 1)
    ):
        return False
    last, before = (*call.chain.last, None, None)[:2]
    if not isinstance(last, Affine):
        return False
    of_one = isinstance(before, Activate) and before.activation.kind == "sigmoid"
    return bool(np.all(last.slope == -1) and np.all(last.offset == (1 if of_one else 0)))
