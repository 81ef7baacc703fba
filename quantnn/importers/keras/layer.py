"""One layer of a model's architecture, as its configuration says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from quantnn.model.activation import Floats

__all__ = ["Layer", "Shape", "snake_case"]

Shape = tuple[int, ...]
"""Of one sample, without the batch."""


@dataclass(frozen=True)
class Layer:
    """A layer that is no model itself.

    Parameters
    ----------
    kind : str
        Its class, like ``Dense``.
    name : str
        Unique within its model.
    config : mapping
        Its arguments, as JSON has them.
    group : str
        The outermost layer's name, which is that of a group in a weights file of Keras 1 and 2.
    path : str
        Where a weights file of Keras 3 has it: ``layers/dense``, which counts layers of a class and knows no names.
    nested : bool
        Whether it lies in a model within the model.
    version : int
        Of Keras, the number in front.
    """

    kind: str
    name: str
    config: Mapping[str, object]
    group: str = ""
    path: str = ""
    nested: bool = False
    version: int = 3

    def flag(self, key: str, default: bool) -> bool:
        """A truth value.

        Raises
        ------
        ValueError
            It is another thing.
        """
        value = self.config.get(key, default)
        if not isinstance(value, bool):
            raise ValueError(f"its {key} must be true or false, not {value!r:.40}")
        return value

    def number(self, key: str, default: float) -> float:
        """A number; of null, the default.

        Raises
        ------
        ValueError
            It is another thing.
        """
        value = self.numbers(key)
        if value is None:
            return default
        if value.size != 1:
            raise ValueError(f"its {key} must be one number, not {value.size}")
        return float(value.reshape(()))

    def numbers(self, key: str) -> Floats | None:
        """An array of numbers of any shape, None if there is none.

        Raises
        ------
        ValueError
            It is another thing.
        """
        value = _plain(self.config.get(key))
        if value is None:
            return None
        try:
            found = np.array(value, dtype=np.float64) if not isinstance(value, str) else None
        except (ValueError, TypeError, OverflowError):
            found = None
        if found is None or not np.isfinite(found).all() or not found.size:
            raise ValueError(f"its {key} must be finite numbers, not {value!r:.40}")
        return found

    def integers(self, key: str) -> tuple[int, ...] | None:
        """A list of integers, or one of them; None if there is none.

        Raises
        ------
        ValueError
            It is another thing.
        """
        value = _plain(self.config.get(key))
        if value is None:
            return None
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, int) and not isinstance(one, bool) for one in values):
            raise ValueError(f"its {key} must be integers, not {value!r:.40}")
        return tuple(values)

    def text(self, key: str, default: str = "") -> str:
        """A text; the default if there is none or null.

        Raises
        ------
        ValueError
            It is another thing.
        """
        value = self.config.get(key)
        if value is None:
            return default
        if not isinstance(value, str):
            raise ValueError(f"its {key} must be a text, not {value!r:.40}")
        return value


def _plain(value: object) -> object:
    """An array or a tuple that Keras wrote with its type around it, without that."""
    if isinstance(value, dict) and isinstance(value.get("config"), dict):
        return value["config"].get("value", value)
    if isinstance(value, dict):
        return value.get("items", value.get("value", value))
    return value


def snake_case(name: str) -> str:
    """As Keras names layers after their classes: ReLU is re_lu."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
