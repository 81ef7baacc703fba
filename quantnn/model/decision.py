"""What the answer of a float network is, and which last activation it needs for that."""

from __future__ import annotations

from quantnn.model.activation import FloatActivation

__all__ = ["DECISIONS", "decide", "needed"]

DECISIONS = ("argmax", "threshold", "none")
"""The class is the index of the greatest of several outputs; or 1 where the single output exceeds 0, else 0; or
there is no class, and the answer is the outputs' values."""


def decide(last: FloatActivation, outputs: int, decision: str = "") -> str:
    """The decision of a network that ends in ``outputs`` outputs behind the activation ``last``.

    An empty ``decision`` leaves the choice: argmax for several outputs, threshold for a single sigmoid, none for any
    other single output.

    Raises
    ------
    ValueError
        ``decision`` is unknown or does not fit the number of outputs, or a softmax stands over a single output.
    """
    if outputs == 1 and last.kind == "softmax":
        raise ValueError("a softmax over a single output is always 1: use sigmoid, or two outputs")
    if not decision:
        return "argmax" if outputs > 1 else "threshold" if last.kind == "sigmoid" else "none"
    if decision not in DECISIONS:
        raise ValueError(f"decision must be one of {', '.join(DECISIONS)}, not {decision[:40]!r}")
    if decision == "argmax" and outputs == 1:
        raise ValueError("argmax must have several outputs, not 1: use threshold or none")
    if decision == "threshold" and outputs > 1:
        raise ValueError(f"threshold must have a single output, not {outputs}: use argmax or none")
    return decision


def needed(last: FloatActivation, decision: str) -> tuple[FloatActivation, str]:
    """The last activation that the decision needs, and what a report says if that is another one, or ''."""
    linear = FloatActivation("linear")
    reason = ""
    if decision == "argmax" and last.increasing:
        reason = "the class is the greatest logit with it or without"
    elif decision == "threshold" and last.increasing:
        reason = "class 1 is a logit above 0 with it or without"
    elif last.last_only:
        reason = "the values are the logits, and a host can still apply it"
    if not reason or last == linear:
        return last, ""
    return linear, f"the {last.kind} at the end is dropped: {reason}"
