"""The one base error: a line that says what is wrong, where, and what to do."""

from collections.abc import Mapping

__all__ = ["BuildError", "DoesNotFitError", "InputError", "LinkError", "QuantnnError", "ToolError", "VerificationError"]


class QuantnnError(Exception):
    """Base of every error that a user can cause or mend. Printed as one line, without a traceback.

    Members
    -------
    exit_code : int
        What the command line exits with.
    """

    exit_code = 2


class InputError(QuantnnError):
    """A file, an array or a flag that cannot be used."""


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
