"""Arguments and options that several commands have. What they name is looked at before anything heavy is imported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

import quantnn
from quantnn.board.names import board_names, check_board_name
from quantnn.errors import InputError

__all__ = [
    "Activations",
    "AsItIs",
    "BoardFile",
    "BoardName",
    "Calibration",
    "Decision",
    "Design",
    "Input",
    "InputBits",
    "InputScale",
    "InputSigned",
    "Json",
    "LabelColumn",
    "Labels",
    "Model",
    "PerhapsInput",
    "Resize",
    "TestSet",
    "Validation",
    "Verbose",
    "existing",
    "given_data",
    "given_pair",
    "known_board",
    "listed",
    "suggested_boards",
]


def existing(context: typer.Context, given: Path | None) -> Path | None:
    """The path, if there is something; unless only the shell asks how a line could go on."""
    if given is not None and not context.resilient_parsing and not _is_there(given):
        raise InputError(f"{given} does not exist: check the path")
    return given


def _is_there(path: Path) -> bool:
    """Whether something is there; what cannot be known is left to who reads it, and says more."""
    try:
        return path.exists()
    except OSError:
        return True


def _existing_pair(context: typer.Context, given: tuple[Path, Path] | None) -> tuple[Path, Path] | None:
    for path in given or ():
        existing(context, path)
    return given


def _exported(context: typer.Context, given: Path) -> Path:
    existing(context, given)
    if not context.resilient_parsing and not _is_there(given / "report.json"):
        raise InputError(f"{given} is no exported design (report.json is missing): run quantnn export")
    return given


def known_board(context: typer.Context, given: str) -> str:
    """The board, if there is one of that name, or such a file."""
    if not context.resilient_parsing:
        check_board_name(given)
        if given not in board_names():
            existing(context, Path(given))
    return given


def suggested_boards(incomplete: str) -> Iterator[str]:
    """How the name of a board could go on."""
    files = (str(path) for path in Path().glob("*.toml"))
    return (name for name in (*board_names(), *files) if name.startswith(incomplete))


Activations = Annotated[
    str | None,
    typer.Option(
        help="Activation of each layer, where the file holds weights only.", metavar="relu,...,linear"
    ),
]
Decision = Annotated[
    str | None,
    typer.Option(help="What the answer is; by default as the model says.", metavar="argmax|threshold|none"),
]
Model = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL",
        help="Trained network: .onnx, .pt2, .pt, .safetensors, .keras, .h5, .skops, .tflite, .npz or .nnet.",
        callback=existing,
    ),
]
Design = Annotated[Path, typer.Argument(metavar="DESIGN", help="Folder that quantnn export wrote.", callback=_exported)]
_INPUT = typer.Option(
    "--input", "-i", help="Raw input samples: .npy, .npz, CSV, IDX, or a folder of images.", callback=existing
)
Input = Annotated[Path, _INPUT]
PerhapsInput = Annotated[Path | None, _INPUT]
Calibration = Annotated[
    Path | None, typer.Option(help="Raw input samples, of any such kind, that scales are chosen on.", callback=existing)
]
TestSet = Annotated[
    tuple[Path, Path] | None,
    typer.Option(
        help="Test samples, and their labels if they are in another file: .npy, .npz, CSV, IDX, folder of images.",
        metavar="X [Y]",
        callback=_existing_pair,
    ),
]
Validation = Annotated[
    tuple[Path, Path] | None,
    typer.Option(
        help="Samples, and their labels, that a search for a rounding judges by; by default held out of --calibration.",
        metavar="X [Y]",
        callback=_existing_pair,
    ),
]
LabelColumn = Annotated[
    str | None,
    typer.Option(
        help="Of a CSV: name or number, from 0 on, of the column of labels; by default the usual one.",
        metavar="NAME|N",
    ),
]
Resize = Annotated[bool, typer.Option("--resize", help="Resize images that have another size than the model's.")]
InputScale = Annotated[
    float | None, typer.Option(help="Instead of the model's: the value that a raw input of 1 stands for.")
]
InputBits = Annotated[int | None, typer.Option(help="Instead of the model's: bits of a raw input.")]
InputSigned = Annotated[bool | None, typer.Option("--input-signed/--input-unsigned", help="Instead of the model's.")]
Labels = Annotated[
    Path | None, typer.Option(help="Their true classes, .npy, .npz, CSV or IDX, if not beside them.", callback=existing)
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Print all answers, not only the first.")]
BoardName = Annotated[
    str,
    typer.Option(
        help="Board by name, or a TOML file of your own.", callback=known_board, autocompletion=suggested_boards
    ),
]
AsItIs = Annotated[
    bool,
    typer.Option(
        "--as-it-is", help="Use files though this quantnn writes others: only of people you trust, they run."
    ),
]
BoardFile = Annotated[
    Path | None,
    typer.Option("--board", help="The board's TOML file, if it is one of your own.", metavar="FILE", callback=existing),
]


def given_data(path: Path, label_column: str | None, *, resize: bool) -> quantnn.Data:
    """A file of samples or labels, with what the user says of it."""
    return quantnn.Data(path, label_column or "", resize)


def given_pair(
    test: tuple[Path, Path] | None, label_column: str | None, *, resize: bool
) -> tuple[quantnn.Data, quantnn.Data] | None:
    """Files of samples and of their labels."""
    if test is None:
        return None
    x, y = (given_data(path, label_column, resize=resize) for path in test)
    return x, y


def listed(names: str | None) -> tuple[str, ...]:
    """The names of a list with commas."""
    return tuple(name.strip() for name in names.split(",")) if names else ()
