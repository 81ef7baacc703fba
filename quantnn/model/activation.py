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
    {
        "linear": _linear,
        "relu": _relu,
        "leaky_relu": _relu,
        "clip": _linear,
        "sigmoid": _sigmoid,
        "tanh": _tanh,
        "softmax": _linear,
    }
)
"""Every kind of activation and its function: of leaky_relu with slope 0, of clip without ends, of softmax the one that
stands for it."""

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
        "relu6": "clip:0:6",
        "hardtanh": "clip:-1:1",
        "hard_tanh": "clip:-1:1",
        "expit": "sigmoid",
        "logsig": "sigmoid",
        "tansig": "tanh",
        "logsoftmax": "softmax",
        "log_softmax": "softmax",
    }
)
"""Other names that frameworks use; a log_softmax is dropped like a softmax."""

_SHOWN = {"leaky_relu": "leaky_relu[:slope]", "clip": "clip:low:high"}
"""How kinds with parameters are written."""

_OTHER_FUNCTIONS = re.compile(
    r"(p|r|g|e|s|c|cr|thresholded|para\w*|rand\w*|squared?)_?relu|relu_?([0-57-9nx]\w*|6\w+|squared?)|.*glu|(?!leak).*elu(_\w+)?|.*silu"
    r"|.*swish|.*mish|log_?sigmoid|(soft|hard|tanh)_?(plus|sign|shrink|sigmoid|max|min|swish|silu)|soft_?tanh"
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
    lo, hi : float, optional
        The ends of a clip, lo < hi, of which one may be infinite; None for every other kind.

    Members
    -------
    name : str
        The kind, and after colons its parameters: ``relu``, ``leaky_relu:0.01``, ``clip:0.0:6.0``. :meth:`named` reads
        it back.
    function : callable
        float64 to float64, element by element. The identity for softmax, which is none.
    last_only : bool
        Whether it may only follow the last layer.
    increasing : bool
        Whether the greatest value stays the only greatest.

    Raises
    ------
    ValueError
        The kind is unknown, or a parameter does not fit it.
    """

    kind: str
    slope: float | None = None
    lo: float | None = None
    hi: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in ACTIVATIONS:
            raise ValueError(f"activation kind must be one of {', '.join(ACTIVATIONS)}, not {self.kind[:40]!r}")
        if self.kind != "leaky_relu":
            if self.slope is not None:
                raise ValueError(f"{self.kind} has no slope, but {self.slope} is given: only leaky_relu has one")
        elif self.slope is None or not 0 < self.slope < 1:
            raise ValueError(f"the slope of leaky_relu must lie between 0 and 1, not be {self.slope}")
        if self.kind != "clip":
            if self.lo is not None or self.hi is not None:
                raise ValueError(f"{self.kind} has no ends, but {self.lo} and {self.hi} are given: only clip has them")
        elif self.lo is None or self.hi is None or not self.lo < self.hi or self.lo == -math.inf == -self.hi:
            raise ValueError(f"clip must have a low end below its high one, one finite, not {self.lo}, {self.hi}")

    @property
    def name(self) -> str:
        parameters = (value for value in (self.slope, self.lo, self.hi) if value is not None)
        return ":".join([self.kind, *(repr(value) for value in parameters)])

    @property
    def function(self) -> Callable[[Floats], Floats]:
        if self.lo is not None:
            lo, hi = self.lo, self.hi
            return lambda x: np.clip(x, lo, hi)
        slope = self.slope
        if slope is None:
            return ACTIVATIONS[self.kind]
        return lambda x: np.where(x < 0, slope * x, x)

    @property
    def last_only(self) -> bool:
        return self.kind == "softmax"

    @property
    def increasing(self) -> bool:
        return self.kind not in ("relu", "clip")

    @classmethod
    def named(cls, name: str) -> FloatActivation:
        """The activation of that name or alias, in any case; a leaky_relu may state its slope after a colon, and a clip
        has to state its ends.

        A leaky_relu with slope 0 is a relu, and with slope 1 linear; a clip from 0 to infinity is a relu.

        Raises
        ------
        ValueError
            There is none, and the message lists those there are, and of a slip of the pen what was meant; or the
            slope is no number in 0..1, or the ends are none.
        """
        word, colon, parameters = name.strip().lower().partition(":")
        kind = re.sub(r"[-\s]+", "_", word.strip())
        kind, _, own = ALIASES.get(kind, kind).partition(":")
        if kind not in ACTIVATIONS:
            raise ValueError(_unknown(kind, name[:40]))
        if kind == "clip" and bool(own) != bool(colon):
            lo, hi = _ends(own or parameters, name)
            return cls("relu") if (lo, hi) == (0, math.inf) else cls("clip", lo=lo, hi=hi)
        if kind != "leaky_relu":
            if colon or kind == "clip":
                must = "must state its ends, like clip:0:6" if kind == "clip" and not own else "must have no parameter"
                raise ValueError(f"activation {name[:40]!r} {must}: only leaky_relu has a slope, and clip its ends")
            return cls(kind)
        slope = _slope(parameters, name) if colon else DEFAULT_SLOPE
        return cls({0.0: "relu", 1.0: "linear"}[slope]) if slope in (0.0, 1.0) else cls(kind, slope)


def _unknown(kind: str, name: str) -> str:
    """What to say of a name that is none. Only a slip of the pen gets a hint: nobody should swap a function."""
    known = ", ".join(_SHOWN.get(kind, kind) for kind in sorted(ACTIVATIONS))
    if _OTHER_FUNCTIONS.fullmatch(kind):
        return f"activation {name!r} is not supported: train with one of {known}"
    close = difflib.get_close_matches(kind, (*ACTIVATIONS, *ALIASES), n=1, cutoff=0.7)
    hint = f"did you mean {ALIASES.get(close[0], close[0])}? " if close and close[0][0] == kind[0] else ""
    return f"activation {name!r} is unknown: {hint}known are {known}"


def _ends(text: str, name: str) -> tuple[float, float]:
    try:
        lo, hi = (float(end) for end in text.split(":"))
        FloatActivation("clip", lo=lo, hi=hi)
    except ValueError:
        raise ValueError(
            f"activation {name[:40]!r} must have a low end below its high one, one finite: write it like clip:0:6"
        ) from None
    return lo, hi


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
