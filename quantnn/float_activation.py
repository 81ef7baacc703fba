"""Activation functions of a float network."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["ACTIVATIONS", "FloatActivation", "Floats"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FloatActivation:
    """One activation function by its name.

    Parameters
    ----------
    name : str
        What a model file calls it.
    function : callable
        float64 to float64, element by element.
    becomes : str
        The name of the activation that stands for it in a float network; its own unless it is only allowed at
        the end and dropped there.
    note : str
        What a report says when it is dropped.
    """

    name: str
    function: Callable[[Floats], Floats]
    becomes: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "becomes", self.becomes or self.name)

    @property
    def last_only(self) -> bool:
        """Whether it may only follow the last layer."""
        return self.becomes != self.name

    @classmethod
    def named(cls, name: str) -> FloatActivation:
        """The activation of that name, in any case.

        Raises
        ------
        ValueError
            There is none; the message lists those there are and the likeliest one.
        """
        activation = ACTIVATIONS.get(name.strip().lower())
        if activation is None:
            close = difflib.get_close_matches(name.strip().lower(), ACTIVATIONS, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            known = ", ".join(sorted(ACTIVATIONS))
            raise ValueError(f"activation {name[:40]!r} is unknown: {hint}known are {known}")
        return activation


def _linear(x: Floats) -> Floats:
    return x


def _relu(x: Floats) -> Floats:
    return np.maximum(x, 0.0)


ACTIVATIONS: dict[str, FloatActivation] = {
    activation.name: activation
    for activation in (
        FloatActivation("linear", _linear),
        FloatActivation("relu", _relu),
        FloatActivation(
            "softmax",
            _linear,
            becomes="linear",
            note="the softmax at the end is dropped: the class is the greatest logit with it or without",
        ),
    )
}
"""Every activation that a float network can have, by name."""
