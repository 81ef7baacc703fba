"""The one base error: a line that says what is wrong, where, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

__all__ = [
    "BuildError", "DoesNotFitError", "InputError", "LinkError", "QuantnnError", "ToolError", "VerificationError",
    "naming_parameters",
]  # fmt: skip

_FLAG = re.compile(r"(?<![\w/.-])(?:--(?P<long>[a-z]+(?:-[a-z]+)*)|-(?P<short>o))(?![\w/-]|\.\w)")
_OTHERWISE = {"o": "output", "netlist": "family", "input": "x"}
"""Parameters that are not called as their flags."""


class QuantnnError(Exception):
    """Base of every error that a user can cause or mend. Printed as one line, without a traceback.

    A message is written with flags, ``--weight-bits``; in Python it has the parameters' names, ``weight_bits``: see
    :func:`naming_parameters`.

    Members
    -------
    as_written : str
        The message with flags.
    exit_code : int
        What the command line exits with.
    """

    exit_code = 2
    _names_parameters = False

    @property
    def as_written(self) -> str:
        return super().__str__()

    def __str__(self) -> str:
        return _FLAG.sub(_parameter, self.as_written) if self._names_parameters else self.as_written


class InputError(QuantnnError):
    """A file, an array or an option that cannot be used."""


class DoesNotFitError(QuantnnError):
    """The network needs more than the board has."""


class ToolError(QuantnnError):
    """An external program is missing or failed."""


class LinkError(QuantnnError):
    """A board cannot be reached, stopped answering, or is not the one that was expected."""


class VerificationError(QuantnnError):
    """The hardware's answer differs from the reference.

    Parameters
    ----------
    message : str
    difference : mapping of str to int or str, optional
        What the message names, for programs: sample, layer, neuron, file, line, got, expected, as far as it does.
    """

    exit_code = 1

    def __init__(self, message: str, difference: Mapping[str, int | str] | None = None):
        super().__init__(message)
        self.difference = difference


class BuildError(QuantnnError):
    """Synthesis, placement or routing failed, or made something that must not go onto a board.

    Parameters
    ----------
    message : str
    fmax_mhz : float, optional
        The clock that was reached, in MHz, if all that is wrong is that it is too low.
    """

    exit_code = 1

    def __init__(self, message: str, fmax_mhz: float | None = None):
        super().__init__(message)
        self.fmax_mhz = fmax_mhz


@contextmanager
def naming_parameters() -> Iterator[None]:
    """Errors that leave it, or a function that it decorates, name Python's parameters. A tool's own words stay."""
    try:
        yield
    except QuantnnError as error:
        error._names_parameters = not isinstance(error, ToolError)
        raise


def _parameter(flag: re.Match[str]) -> str:
    name = flag["long"] or flag["short"]
    return _OTHERWISE.get(name, name.replace("-", "_"))
