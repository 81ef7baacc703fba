"""What classes are called."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["MAX_CLASS_NAME", "check_class_names", "class_name", "numbered_name", "numbered_names"]

MAX_CLASS_NAME = 64
"""Characters of a name."""


def check_class_names(names: Sequence[str], classes: int) -> None:
    """Check that there are no names, or one for each of ``classes``.

    Raises
    ------
    ValueError
        There are more or fewer; or a name is empty, too long, there twice, begins or ends with a blank, or holds what
        is not printable.
    """
    if not names:
        return
    if len(names) != classes:
        raise ValueError(f"class_names must have one name for each of {classes} classes, not {len(names)}")
    for name in names:
        if not isinstance(name, str) or not 0 < len(name) <= MAX_CLASS_NAME:
            raise ValueError(f"a class name must have 1 to {MAX_CLASS_NAME} characters, not be {str(name)[:80]!r}")
        if not name.isprintable() or name != name.strip():
            raise ValueError(f"a class name must be printable, without blanks around it, not {name!r}")
    if len(set(names)) < len(names):
        twice = next(name for number, name in enumerate(names) if name in names[:number])
        raise ValueError(f"class names must differ, but {twice!r} is there twice")


def class_name(names: Sequence[str], number: int) -> str:
    """What class ``number`` is called: its number, where there are no names or there is no such class."""
    return names[number] if 0 <= number < len(names) else str(number)


def numbered_name(names: Sequence[str], number: int) -> str:
    """A class by its number and, if it has one, its name: ``3 (cat)``."""
    name = class_name(names, number)
    return name if name == str(number) else f"{number} ({name})"


def numbered_names(names: Sequence[str], most: int = 16) -> str:
    """The first of all classes: ``0: ant, 1: cat, …``."""
    shown = ", ".join(f"{number}: {name}" for number, name in enumerate(names[:most]))
    return f"{shown}, …" if len(names) > most else shown
