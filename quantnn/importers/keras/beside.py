"""The file that belongs to another one: weights to an architecture, and the reverse."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from quantnn.errors import InputError

__all__ = ["beside"]

_ROLE = re.compile(r"(^|[_.\-])(weights?|architecture|arch|config|model|json|keras)(?=$|[_.\-])", re.IGNORECASE)
_MOST_FILES = 10_000


def beside(path: Path, suffixes: tuple[str, ...], fits: Callable[[Path], bool], what: str, remedy: str) -> Path:
    """The one file in the same folder whose name differs only by words like ``weights`` and ``architecture``.

    So X.json goes with X.h5, X_weights.h5 and X.weights.h5, and model.json with weights.h5.

    Parameters
    ----------
    suffixes : tuple of str
        One of which it must end in.
    fits : function
        Whether a file is what is looked for.
    what, remedy : str
        For the message: "weights", and what to do if there are none.

    Raises
    ------
    InputError
        There is none, or several.
    """
    wanted = _stem(path)
    try:
        found = [other for number, other in enumerate(path.absolute().parent.iterdir()) if number < _MOST_FILES]
    except OSError:
        found = []
    names = sorted(
        other.name
        for other in found
        if other.suffix.lower() in suffixes and other.name != path.name and _stem(other) == wanted
    )
    fitting = [name for name in names if fits(path.with_name(name))]
    if len(fitting) == 1:
        return path.with_name(fitting[0])
    if fitting:
        several = ", ".join(fitting)[:160]
        raise InputError(f"{path} goes with several files beside it ({several}): give one of these, or leave only one")
    raise InputError(f"{path} has no {what} beside it: {remedy}")


def _stem(path: Path) -> str:
    """The name without its ending and without words for what the file holds."""
    return _ROLE.sub("", path.stem).strip("_.-").lower()
