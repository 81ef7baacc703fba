"""The command line itself: its commands are in the modules beside it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, NoReturn

import typer

from quantnn import __version__
from quantnn.cli.board import bench, boards, build, flash, run, simulate_board
from quantnn.cli.console import complain, say
from quantnn.cli.design import demo, export, inspect, simulate, update_weights, verify
from quantnn.cli.one_or_two import OneOrTwo
from quantnn.cli.substitutes import substitute_signs
from quantnn.cli.usage import PANELS, Commands, usage_message
from quantnn.errors import QuantnnError
from quantnn.system.stopping import Stopped, stoppable

__all__ = ["app", "main"]

app = typer.Typer(
    name="quantnn",
    cls=Commands,
    help="A trained neural network goes in, an FPGA design that is proven bit-exact comes out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

WORK: tuple[tuple[Callable[..., None], ...], ...] = (
    (export, verify, simulate, inspect, update_weights),
    (build, flash, run, bench, simulate_board),
    (demo,),
)
"""The commands in the order of work, by panel."""

for panel, commands in zip(PANELS, WORK, strict=True):
    for command in commands:
        app.command(cls=OneOrTwo, rich_help_panel=panel)(command)
app.add_typer(boards, name="boards", rich_help_panel=PANELS[-1])


_UNREAD = 128 + 13
"""What a shell says of a program that SIGPIPE ended."""


def main() -> NoReturn:
    """Run the command line; errors that a user can mend are one line.

    Where nobody reads what it says any more, as behind ``| head``, it ends without a word.
    """
    substitute_signs()
    try:
        code = _run()
        sys.stdout.flush()
    except BrokenPipeError:
        code = _UNREAD
        _leave_unread()
    sys.exit(code)


def _run() -> int:
    """Run a command; returns the exit code.

    Raises
    ------
    BrokenPipeError
        Nobody reads what it says.
    """
    try:
        with stoppable():
            code = app(standalone_mode=False)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # typer would end with 1, which says that the hardware differs
            raise end.__context__ from None
        raise
    except BrokenPipeError:
        raise
    except Stopped as stopped:
        return stopped.exit_code
    except QuantnnError as error:
        complain(error.as_written)
        return error.exit_code
    except typer.TyperException as error:
        if not sys.argv[1:]:
            print(error.format_message(), file=sys.stderr)  # which is the help
        else:
            complain(usage_message(error))
        return error.exit_code
    except OSError as error:
        complain(f"{error.filename or 'a file'} cannot be used ({error.strerror or error})")
        return QuantnnError.exit_code
    return code if isinstance(code, int) else 0


def _leave_unread() -> None:
    """Let what is still to be written go nowhere, or Python complains at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            os.dup2(nowhere, stream.fileno())


def _version(wanted: bool) -> None:
    if wanted:
        say(f"quantnn {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A trained neural network goes in, an FPGA design that is proven bit-exact comes out."""
