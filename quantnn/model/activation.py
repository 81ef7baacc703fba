"""Activation functions of a float network."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

__all__ = ["ACTIVATIONS", "ALIASES", "DEFAULT_SLOPE", "FloatActivation", "Floats"]

Floats = npt.NDArray[np.float64]

DEFAULT_SLOPE = 0.01
"""The slope of a leaky_relu that states none."""


def _linear(x: Floats) -> Floats:
    return x


def _relu(x: Floats) -> Floats:
    return np.maximum(x, 0.0)


def _sigmoid(x: Floats) -> Floats:
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small, 1.0) / (1.0 + small)


def _tanh(x: Floats) -> Floats:
    return np.tanh(x)


ACTIVATIONS = MappingProxyType(
    {"linear": _linear, "relu": _relu, "leaky_relu": _relu, "sigmoid": _sigmoid, "tanh": _tanh, "softmax": _linear}
)
"""Every kind of activation and its function: of leaky_relu with slope 0, of softmax the one that stands for it."""

ALIASES = MappingProxyType(
    {
        "identity": "linear",
        "none": "linear",
        "purelin": "linear",
        "rectifier": "relu",
        "poslin": "relu",
        "leakyrelu": "leaky_relu",
        "leaky_re_lu": "leaky_relu",
        "lrelu": "leaky_relu",
        "logistic": "sigmoid",
        "expit": "sigmoid",
        "logsig": "sigmoid",
        "tansig": "tanh",
        "logsoftmax": "softmax",
        "log_softmax": "softmax",
    }
)
"""Other names that frameworks use; a log_softmax is dropped like a softmax."""

_OTHER_FUNCTIONS = re.compile(
    r"(p|r|g|e|s|c|cr|thresholded|para\w*|rand\w*|squared?)_?relu|relu_?([0-9nx]\w*|squared?)|.*glu|(?!leak).*elu(_\w+)?|.*silu"
    r"|.*swish|.*mish|log_?sigmoid|(soft|hard|tanh)_?(plus|sign|shrink|sigmoid|tanh|max|min|swish|silu)"
    r"|exp(onential)?|sin(e|usoid)?|cos(ine)?|sign|step|abs|square|gaussian|maxout|snake|sparsemax"
)
"""Names of functions that look like known ones and are none of them."""


@dataclass(frozen=True)
class FloatActivation:
    """One activation function.

    Parameters
    ----------
    kind : str
        A key of :data:`ACTIVATIONS`.
    slope : float, optional
        What negative values are multiplied by: 0 < slope < 1 for leaky_relu, None for every other kind.

    Members
    -------
    name : str
        The kind, and after a colon the slope: ``relu``, ``leaky_relu:0.01``. :meth:`named` reads it back.
    function : callable
        float64 to float64, element by element. The identity for softmax, which is none.
    last_only : bool
        Whether it may only follow the last layer.
    increasing : bool
        Whether the greatest value stays the only greatest.

    Raises
    ------
    ValueError
        The kind is unknown, or the slope does not fit it.
    """

    kind: str
    slope: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in ACTIVATIONS:
            raise ValueError(f"activation kind must be one of {', '.join(ACTIVATIONS)}, not {self.kind[:40]!r}")
        if self.kind != "leaky_relu":
            if self.slope is not None:
                raise ValueError(f"{self.kind} has no slope, but {self.slope} is given: only leaky_relu has one")
        elif self.slope is None or not 0 < self.slope < 1:
            raise ValueError(f"the slope of leaky_relu must lie between 0 and 1, not be {self.slope}")

    @property
    def name(self) -> str:
        return self.kind if self.slope is None else f"{self.kind}:{self.slope!r}"

    @property
    def function(self) -> Callable[[Floats], Floats]:
        slope = self.slope
        if slope is None:
            return ACTIVATIONS[self.kind]
        return lambda x: np.where(x < 0, slope * x, x)

    @property
    def last_only(self) -> bool:
        return self.kind == "softmax"

    @property
    def increasing(self) -> bool:
        return self.kind != "relu"

    @classmethod
    def named(cls, name: str) -> FloatActivation:
        """The activation of that name or alias, in any case; a leaky_relu may state its slope after a colon.

        A leaky_relu with slope 0 is a relu, and with slope 1 linear.

        Raises
        ------
        ValueError
            There is none, and the message lists those there are, and of a slip of the pen what was meant; or the
            slope is no number in 0..1.
        """
        word, colon, parameter = name.strip().lower().partition(":")
        kind = re.sub(r"[-\s]+", "_", word.strip())
        kind = ALIASES.get(kind, kind)
        if kind not in ACTIVATIONS:
            raise ValueError(_unknown(kind, name[:40]))
        if kind != "leaky_relu":
            if colon:
                raise ValueError(f"activation {name[:40]!r} must have no parameter: only leaky_relu has one, its slope")
            return cls(kind)
        slope = _slope(parameter, name) if colon else DEFAULT_SLOPE
        return cls({0.0: "relu", 1.0: "linear"}[slope]) if slope in (0.0, 1.0) else cls(kind, slope)


def _unknown(kind: str, name: str) -> str:
    """What to say of a name that is none. Only a slip of the pen gets a hint: nobody should swap a function."""
    known = ", ".join(sorted(ACTIVATIONS)).replace("leaky_relu", "leaky_relu[:slope]")
    if _OTHER_FUNCTIONS.fullmatch(kind):
        return f"activation {name!r} is not supported: train with one of {known}"
    close = difflib.get_close_matches(kind, (*ACTIVATIONS, *ALIASES), n=1, cutoff=0.7)
    hint = f"did you mean {ALIASES.get(close[0], close[0])}? " if close and close[0][0] == kind[0] else ""
    return f"activation {name!r} is unknown: {hint}known are {known}"


def _slope(text: str, name: str) -> float:
    try:
        slope = float(text)
    except ValueError:
        slope = math.nan
    if not 0 <= slope <= 1:
        raise ValueError(
            f"activation {name[:40]!r} must have a slope in 0..1 after the colon, not {text[:40]!r}:"
            " write it like leaky_relu:0.1"
        )
    return slope
