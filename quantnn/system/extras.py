"""How packages that quantnn only needs for some commands get installed. Standard library alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from quantnn.errors import InputError

__all__ = ["DISTRIBUTION", "install_line", "missing_package", "needing"]

DISTRIBUTION = "quantnn-fpga"
"""What PyPI calls this project; ``quantnn`` is somebody else's there."""


def install_line(*extras: str) -> str:
    """What installs extras, from PyPI and from a clone, for use within a sentence."""
    names = ",".join(extras)
    return f"pip install '{DISTRIBUTION}[{names}]', or in a clone pip install '.[{names}]'"


def missing_package(package: str | None, *extras: str, what: str = "it") -> str:
    """The message for a package that an extra brings and that is not installed.

    Parameters
    ----------
    package : str, optional
        As ``ImportError.name`` says.
    extras : str
        Those that the command needs.
    what : str
        What the user gets with them, as "the simulator".
    """
    return f"{package or 'a package'} is missing: install {what} with {install_line(*extras)}"


@contextmanager
def needing(*extras: str, what: str = "it") -> Iterator[None]:
    """Imports inside may need packages that these extras bring: see :func:`missing_package`.

    Raises
    ------
    InputError
        One is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise InputError(missing_package(error.name, *extras, what=what)) from None
