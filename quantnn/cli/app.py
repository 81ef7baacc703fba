"""The command line itself: its commands are in the modules beside it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from quantnn import __version__
from quantnn.cli.console import err, say
from quantnn.errors import QuantnnError

__all__ = ["Calibration", "Design", "InputBits", "InputScale", "InputSigned", "Model", "TestSet", "app", "main"]

app = typer.Typer(
    name="quantnn",
    help="A trained neural network goes in, an FPGA design that is proven bit-exact comes out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)

Model = Annotated[Path, typer.Argument(metavar="MODEL", help="Trained network, .npz: see docs/formats.md.")]
Design = Annotated[Path, typer.Argument(metavar="DESIGN", help="Folder that quantnn export wrote.")]
Calibration = Annotated[Path | None, typer.Option(help="Raw input samples, .npy, that scales are chosen on.")]
TestSet = Annotated[
    tuple[Path, Path] | None, typer.Option(help="Test samples and their labels, two .npy.", metavar="X Y")
]
InputScale = Annotated[
    float | None, typer.Option(help="Instead of the model's: the value that a raw input of 1 stands for.")
]
InputBits = Annotated[int | None, typer.Option(help="Instead of the model's: bits of a raw input.")]
InputSigned = Annotated[bool | None, typer.Option("--input-signed/--input-unsigned", help="Instead of the model's.")]


def main() -> None:
    """Run the command line; errors that a user can mend are one line."""
    try:
        app()
    except QuantnnError as error:
        err.print(Text(f"Error: {error}"), soft_wrap=True)
        sys.exit(error.exit_code)


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
