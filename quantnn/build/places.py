"""Parts of the hardware in the network's terms."""

from __future__ import annotations

import re

__all__ = ["describe_place"]

_LAYER_PARTS = (
    ("mac.weights", "weights"),
    ("mac", "multipliers and accumulators"),
    ("drain.parameters", "biases and scales"),
    ("drain.requantizer", "requantizer"),
    ("drain.table", "activation table"),
    ("drain", "requantizer"),
    ("queue", "output queue"),
    ("", "control"),
)
"""What is at a place below a layer; the first that fits counts."""

_OTHER_PARTS = (
    ("core.input_stage.queue", "the input queue"),
    ("core.input_stage", "the core's input"),
    ("core.classifier", "the choice of the class"),
    ("core", "the core's control"),
    ("samples", "the built-in samples"),
    ("link.samples", "the host link's samples"),
    ("link.encoder", "the host link's answers"),
    ("link.identity", "the host link's identity"),
    ("link", "the host link"),
    ("view", "the displays"),
    ("", "the board's top"),
)


def describe_place(place: str) -> str:
    """Say where in the network a register or a memory is: ``layer 0's weights``.

    Parameters
    ----------
    place : str
        Its place below the board's top: the names of the instances, and last its own, with dots between them, such
        as ``core.layer_0.mac.accumulator_3[7]``.
    """
    layer = re.search(r"(?:^|\.)layer_(\d+)(?:\.|$)(.*)", place)
    if layer:
        return f"layer {layer[1]}'s {_part(layer[2], _LAYER_PARTS)}"
    return _part(place, _OTHER_PARTS)


def _part(place: str, parts: tuple[tuple[str, str], ...]) -> str:
    return next(words for start, words in parts if not start or re.match(rf"{re.escape(start)}(_\d+)?([.[]|$)", place))
