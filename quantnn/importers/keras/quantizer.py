"""Quantizers of QKeras, as configurations name them: ``quantized_bits(8,0,alpha=1)``, or the same as an object."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Quantizer"]

_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "quantized_bits": ("bits", "integer", "symmetric", "keep_negative", "alpha", "use_stochastic_rounding"),
    "quantized_relu": (
        "bits",
        "integer",
        "use_sigmoid",
        "negative_slope",
        "use_stochastic_rounding",
        "relu_upper_bound",
        "is_quantized_clip",
    ),
    "quantized_po2": ("bits", "max_value", "use_stochastic_rounding", "quadratic_approximation", "log2_rounding"),
    "quantized_relu_po2": (
        "bits",
        "max_value",
        "negative_slope",
        "use_stochastic_rounding",
        "quadratic_approximation",
        "log2_rounding",
    ),
    "binary": ("use_01", "alpha", "use_stochastic_rounding"),
    "ternary": ("alpha", "threshold", "use_stochastic_rounding", "number_of_unrolls"),
}
"""Each quantizer's arguments in the order in which they may stand without their names."""
_WITHOUT_MEANING = ("var_name", "use_ste", "use_variables")
"""Arguments that only training asks for."""
_MUST_BE: Mapping[str, object] = {
    "qnoise_factor": 1,
    "scale_axis": None,
    "post_training_scale": None,
    "elements_per_scale": None,
    "min_po2_exponent": None,
    "max_po2_exponent": None,
}
_LONGEST = 200
_MOST = 32


@dataclass(frozen=True)
class Quantizer:
    """One quantizer.

    Parameters
    ----------
    kind : str
        Its class in QKeras, like ``quantized_relu``.
    arguments : mapping of str to int, float, bool, str, list or None
        Those that are stated.

    Raises
    ------
    ValueError
        It is not known, or an argument is not.
    """

    kind: str
    arguments: Mapping[str, object]

    def __post_init__(self) -> None:
        if self.kind not in _PARAMETERS:
            known = ", ".join(_PARAMETERS)
            raise ValueError(f"its quantizer {self.kind:.40} is not read: train with one of {known}")
        for name, value in self.arguments.items():
            if name in _MUST_BE:
                if value != _MUST_BE[name]:
                    raise ValueError(f"its {self.kind} has {name} {value!r:.40}, but must have {_MUST_BE[name]}")
            elif name not in (*_PARAMETERS[self.kind], *_WITHOUT_MEANING):
                raise ValueError(f"its {self.kind} has the argument {name!r:.40}, which is not known")

    @classmethod
    def parsed(cls, value: object) -> Quantizer | None:
        """The quantizer that a configuration names; None if it names nothing, or a function that quantizes nothing.

        Raises
        ------
        ValueError
            It is not read, or cannot be.
        """
        if isinstance(value, dict):
            kind, config = value.get("class_name"), value.get("config")
            if kind == "function" and isinstance(config, str):
                return cls.parsed(config)
            if isinstance(kind, str) and isinstance(config, dict) and _like(kind):
                return cls(kind.rpartition(">")[2], config)
        elif isinstance(value, str) and _like(value):
            return _call(value)
        return None

    def flag(self, name: str, default: bool = False) -> bool:
        """A truth value, which may be 0 or 1."""
        value = self.arguments.get(name, default)
        if not isinstance(value, (bool, int)) or value not in (0, 1):
            raise ValueError(f"its {self.kind} must have a {name} of 0 or 1, not {value!r:.40}")
        return bool(value)

    def integer(self, name: str, default: int, least: int = 0) -> int:
        """An integer of at most 32, in size."""
        value = self.arguments.get(name, default)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _MOST:
            raise ValueError(f"its {self.kind} must have {name} in {least}..{_MOST}, not {value!r:.40}")
        return value

    def number(self, name: str) -> float | None:
        """A finite number, None if there is none."""
        value = self.arguments.get(name)
        if value is None:
            return None
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
            raise ValueError(f"its {self.kind} must have a number as {name}, not {value!r:.40}")
        return float(value)

    @property
    def automatic(self) -> str:
        """How the scale follows from the values: ``auto`` or ``auto_po2``; empty where alpha states it."""
        alpha = self.arguments.get("alpha")
        if isinstance(alpha, str):
            if alpha not in ("auto", "auto_po2"):
                raise ValueError(f"its {self.kind} must have a number, auto or auto_po2 as alpha, not {alpha!r:.40}")
            return alpha
        return ""


def _like(text: str) -> bool:
    """Whether a text names a quantizer, and no function of Keras."""
    word = text.partition("(")[0].rpartition(">")[2]
    return word.startswith(("quantized_", "stochastic_", "bernoulli")) or word in ("binary", "ternary") or "(" in text


def _call(text: str) -> Quantizer:
    """A call with constants, ``name(1,2,a=3)``, or a name. Nothing is evaluated."""
    if len(text) > _LONGEST:
        raise ValueError(f"its quantizer must have at most {_LONGEST} characters, not {len(text)}")
    try:
        found = ast.parse(text.strip(), mode="eval").body
        if isinstance(found, ast.Name):
            return Quantizer(found.id, {})
        if not isinstance(found, ast.Call) or not isinstance(found.func, ast.Name):
            raise ValueError
        values = [ast.literal_eval(argument) for argument in found.args]
        named = {argument.arg or "": ast.literal_eval(argument.value) for argument in found.keywords}
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise ValueError(f"its quantizer must be like quantized_bits(8,0), not {text!r:.60}") from None
    kind = found.func.id
    names = _PARAMETERS.get(kind, ())
    if kind in _PARAMETERS and len(values) > len(names):
        raise ValueError(f"its {kind} has {len(values)} arguments without names, of which there are {len(names)}")
    return Quantizer(kind, {**dict(zip(names, values, strict=False)), **named})
