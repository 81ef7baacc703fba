"""Arguments of the wrong kind, refused before anything is done with them.

A type checker finds them too, but in a notebook there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

import numpy as np

from quantnn.errors import InputError
from quantnn.importers.format import Hints

__all__ = ["check_flags", "check_numbers", "check_texts", "check_wholes", "hints"]


def check_wholes(least: int | None = None, /, **values: Any) -> None:
    """Refuse what is no whole number, or one below ``least``; None is no value.

    Raises
    ------
    InputError
        Names the argument.
    """
    for name, value in values.items():
        if value is None:
            continue
        if not _is_whole(value):
            raise InputError(f"{_flag(name)} must be a whole number, not {value!r}")
        if least is not None and index(value) < least:
            raise InputError(f"{_flag(name)} must be at least {least}, not {value}")


def check_numbers(**values: object) -> None:
    """Refuse what is no real number; None is no value.

    Raises
    ------
    InputError
        Names the argument.
    """
    real = int | float | np.integer | np.floating
    for name, value in values.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, real)):
            raise InputError(f"{_flag(name)} must be a number, not {value!r}")


def check_texts(**values: object) -> None:
    """Refuse what is no text.

    Raises
    ------
    InputError
        Names the argument.
    """
    for name, value in values.items():
        if not isinstance(value, str):
            raise InputError(f"{_flag(name)} must be a text, not {value!r}")


def check_flags(**values: object) -> None:
    """Refuse what is neither true nor false; None is no value.

    Raises
    ------
    InputError
        Names the argument.
    """
    for name, value in values.items():
        if value is not None and not isinstance(value, bool | np.bool_):
            raise InputError(f"{_flag(name)} must be True or False, not {value!r}")


def hints(activations: Sequence[str], decision: str = "") -> Hints:
    """What a user says of a model beside its file.

    Raises
    ------
    InputError
        The activations are no list of names, or the decision is no text.
    """
    check_texts(decision=decision)
    if isinstance(activations, str):
        raise InputError(f"activations must be a list of names, not {activations!r}: write [{activations!r}]")
    try:
        names = tuple(activations)
        check_texts(**{f"activations[{number}]": name for number, name in enumerate(names)})
    except TypeError:
        raise InputError(
            f"activations must be a list of names, not {activations!r}: write ['relu', 'linear']"
        ) from None
    return Hints(names, decision)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _is_whole(value: Any) -> bool:
    try:
        index(value)
    except TypeError:
        return False
    return not isinstance(value, bool)
