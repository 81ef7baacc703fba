"""Commands from a design to a board that answers."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quantnn.cli.answers import Answers
from quantnn.cli.console import say, show, show_json, show_table
from quantnn.cli.options import AsItIs, BoardFile, Design, Input, Json, Labels, Verbose, known_board, suggested_boards
from quantnn.cli.progress import progress
from quantnn.errors import InputError
from quantnn.system.extras import missing_package
from quantnn.system.text import typed

if TYPE_CHECKING:
    from quantnn.board.board import Board
    from quantnn.design.report import BuildResult

__all__ = ["bench", "boards", "build", "flash", "run", "simulate_board"]

Port = Annotated[
    str, typer.Option(help="Serial port, socket://host:port, or auto: the board's USB bridge.", metavar="PORT")
]

_WELL_ABOVE = 1.2
"""Times the clock that was asked for from which on a hint is worth a line."""

boards = typer.Typer(help="The boards that there are, and what is known of each.", invoke_without_command=True)


@boards.callback()
def _boards(context: typer.Context, as_json: Json = False) -> None:
    """The boards that there are, and what is known of each."""
    if context.invoked_subcommand is not None:
        return
    from quantnn.board.board import board_names, load_board
    from quantnn.board.table import board_values, list_boards

    if as_json:
        show_json([board_values(load_board(name)) for name in board_names()])
    else:
        show_table(list_boards())
        say("Next: quantnn boards show NAME, or quantnn export MODEL --board NAME")


@boards.command("show")
def _show_board(
    board: Annotated[
        str,
        typer.Argument(
            metavar="BOARD",
            help="Board by name, or a TOML file of your own.",
            callback=known_board,
            autocompletion=suggested_boards,
        ),
    ],
    as_json: Json = False,
) -> None:
    """Everything that is known of BOARD, with its sources."""
    from quantnn.board.board import load_board
    from quantnn.board.table import board_values, show_board

    found = load_board(board)
    if as_json:
        show_json(board_values(found))
    else:
        show_table(show_board(found))


def build(
    design: Design,
    board: BoardFile = None,
    seeds: Annotated[
        int | None,
        typer.Option(
            min=1, max=1000, help="Placements to try, of which the best is kept; by default, until the clock is met."
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=64, help="Placements at the same time; by default one per core.")
    ] = None,
    clock_mhz: Annotated[
        str | None, typer.Option(help="Build for the highest clock that the board reaches.", metavar="max")
    ] = None,
    as_it_is: AsItIs = False,
    as_json: Json = False,
) -> None:
    """Make the bitstream of DESIGN: with Quartus for the DE10-Lite, with Yosys and nextpnr for open boards."""
    from quantnn.build.quartus import compile_quartus
    from quantnn.design.build_record import add_build
    from quantnn.design.report import load_report

    target, begun = _board(design, board), load_report(design)
    if clock_mhz not in (None, "max"):
        raise InputError(f"--clock-mhz must be max, not {clock_mhz}: another clock is chosen with quantnn export")
    with progress() as told:
        if clock_mhz is not None:
            from quantnn.build.fastest import build_fastest

            report = build_fastest(design, target, seeds, jobs, told)
        elif target.toolchain.name == "quartus":
            report = add_build(design, compile_quartus(design, told, target, as_it_is=as_it_is), begun)
        else:
            from quantnn.build.open_flow import build_open

            result = build_open(design, target, seeds, jobs, told, as_it_is=as_it_is)
            report = add_build(design, result, begun)
    built = report.build
    assert built is not None
    said = f"Built {design / 'board' / built.files[0]}. Next: quantnn flash {typed(design)}"
    hint = _clock_hint(built, target, design) if clock_mhz is None else ()
    show(report, *hint, said, as_json=as_json)


def _clock_hint(result: BuildResult, board: Board, design: Path) -> tuple[str, ...]:
    """A sentence if the board's PLL could make a clock that is well above the one that was asked for."""
    reached, asked = result.fmax_mhz, result.clock_mhz
    if not board.plls or reached is None or reached < _WELL_ABOVE * asked:
        return ()
    better = f"quantnn build {typed(design)} --clock-mhz max"
    if board.toolchain.name == "quartus":
        better = f"export again with --clock-mhz {int(reached)}"
    return (f"{reached:.4g} MHz were reached, {asked:g} asked for: {better}",)


def flash(
    design: Design,
    board: BoardFile = None,
    lasting: Annotated[
        bool, typer.Option("--lasting", help="Into the flash memory, so that it is there after the next power-on.")
    ] = False,
    as_it_is: Annotated[
        bool, typer.Option("--as-it-is", help="Whatever lies in board/output_files, compiled by hand perhaps.")
    ] = False,
) -> None:
    """Load the bitstream of DESIGN into the board that is plugged in."""
    from quantnn.link.flash import flash

    with progress() as told:
        done = flash(design, _board(design, board), lasting=lasting, step=told, as_it_is=as_it_is)
    stays = "it stays" if done.lasts else "it is gone after power-off"
    say(f"{done.tool} loaded {done.file.name}; {stays}. Next: quantnn run {typed(design)} --input images.npy")


def run(
    design: Design,
    input: Input,
    labels: Labels = None,
    port: Port = "auto",
    patience: Annotated[
        float | None, typer.Option(min=0.001, help="Seconds after which a question is asked again.", metavar="SECONDS")
    ] = None,
    verbose: Verbose = False,
    as_json: Json = False,
) -> None:
    """Let the board with DESIGN in it answer, and compare every answer with the reference."""
    try:
        from quantnn.link.run import run_on_board
    except ModuleNotFoundError as error:
        raise InputError(missing_package(error.name, "link", what="the host link")) from None
    from quantnn.model.dataset import load_inputs, load_labels
    from quantnn.network.file import load_network

    network = load_network(design / "network.npz")
    samples = load_inputs(input, network.in_features, network.input, network.sensor)
    truth = None if labels is None else load_labels(labels, len(samples), max(2, network.out_features))
    with progress() as told:
        found = run_on_board(design, samples, truth, port, patience=patience, progress=told)
    answers = Answers(found.logits, found.classes, truth)
    if as_json:
        line = {"seconds": found.seconds, "repeated": found.repeated, "damaged": found.damaged}
        show_json({**answers.values(), "differing": found.wrong, **line})
    else:
        for text in answers.lines(whole=verbose):
            print(text)
    found.check()
    if not as_json:
        again = f", {found.repeated} asked again" if found.repeated else ""
        speed = f"{found.samples_per_second:,.0f} samples/s"
        said = f"{len(samples):,} answers, all as the reference's{answers.quality()}; {speed} over the line{again}"
        say(f"{said}. Next: quantnn bench {typed(design)}")


def simulate_board(
    design: Design,
    port: Annotated[
        str, typer.Option(help="pty for a pseudo-terminal, or a TCP port here.", metavar="pty|socket://127.0.0.1:N")
    ] = "pty",
    exact: Annotated[
        bool, typer.Option("--exact", help="At the serial line's own speed, instead of as fast as may be.")
    ] = False,
    board: BoardFile = None,
    as_it_is: AsItIs = False,
) -> None:
    """Simulate the whole board with DESIGN in it, for quantnn run to talk to, until it is interrupted."""
    try:
        from quantnn.verify.simulated_board import simulated_board
    except ModuleNotFoundError as error:
        raise InputError(missing_package(error.name, "sim", "link")) from None

    from quantnn.cli.watch import watch

    target = _board(design, board)
    with ExitStack() as stack:
        with progress() as told:
            told("compiling the board (kept for the next time)")
            simulation = stack.enter_context(
                simulated_board(design, port, exact=exact, board=target, as_it_is=as_it_is)
            )
        watch(
            simulation,
            [
                f"The board is at {simulation.port}; Ctrl-C switches it off.",
                f"Next, elsewhere: quantnn run {typed(design)} --input images.npy --port {simulation.port}",
            ],
        )


def bench(design: Design, as_json: Json = False) -> None:
    """Compare the speed of DESIGN's network on the FPGA with numpy's and onnxruntime's on this computer."""
    from quantnn.speed.comparison import compare_speed
    from quantnn.speed.table import speed_table

    with progress() as told:
        comparison = compare_speed(design, progress=told)
    if as_json:
        show_json(comparison.to_json())
    else:
        show_table(speed_table(comparison))


def _board(design: Path, file: Path | None) -> Board:
    """The board that a design was exported for."""
    from quantnn.design.exported_board import exported_board
    from quantnn.design.report import load_report

    return exported_board(design, load_report(design), file)
