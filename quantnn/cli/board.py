"""Commands from a design to a board that answers."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import quantnn
from quantnn.cli.console import say, show, show_json, show_table
from quantnn.cli.options import (
    AsItIs,
    BoardFile,
    Design,
    Json,
    LabelColumn,
    Labels,
    PerhapsInput,
    Resize,
    Verbose,
    given_data,
    known_board,
    suggested_boards,
)
from quantnn.errors import InputError
from quantnn.system.progress_display import shown_progress
from quantnn.system.text import typed

if TYPE_CHECKING:
    from quantnn.api.design import Report

__all__ = ["bench", "boards", "build", "flash", "run", "simulate_board"]

Port = Annotated[
    str, typer.Option(help="Serial port, socket://host:port, or auto: the board's USB bridge.", metavar="PORT")
]

boards = typer.Typer(help="The boards that there are, and what is known of each.", invoke_without_command=True)


@boards.callback()
def _boards(context: typer.Context, as_json: Json = False) -> None:
    """The boards that there are, and what is known of each."""
    if context.invoked_subcommand is not None:
        return
    from quantnn.api.boards import describe_boards

    found = describe_boards()
    if as_json:
        show_json(found.values)
    else:
        show_table(found)
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
    from quantnn.api.boards import describe_board

    found = describe_board(board)
    if as_json:
        show_json(found.values)
    else:
        show_table(found)


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
    exported = quantnn.Design(design, board=board)
    with shown_progress() as told:
        report = exported.build(
            seeds=seeds,
            jobs=jobs,
            clock_mhz=clock_mhz,  # type: ignore[arg-type]  # it says what must be
            as_it_is=as_it_is,
            progress=told,
        )
    assert report.build is not None
    said = f"Built {design / 'board' / report.build.files[0]}. Next: quantnn flash {typed(design)}"
    hint = _clock_hint(exported, report) if clock_mhz is None else ()
    show(report, *hint, said, as_json=as_json)


def _clock_hint(design: quantnn.Design, report: Report) -> tuple[str, ...]:
    """A sentence if the board's PLL could make a clock that is well above the one that was asked for."""
    reached = design.spare_clock_mhz(report)
    if reached is None or report.build is None:
        return ()
    better = f"quantnn build {typed(design.path)} --clock-mhz max"
    if design.board.toolchain.name == "quartus":
        better = f"export again with --clock-mhz {int(reached)}"
    return (f"{reached:.4g} MHz were reached, {report.build.clock_mhz:g} asked for: {better}",)


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
    exported = quantnn.Design(design, board=board)
    with shown_progress() as told:
        done = exported.flash(lasting=lasting, as_it_is=as_it_is, progress=told)
    stays = "it stays" if done.lasts else "it is gone after power-off"
    say(f"{done.tool} loaded {done.file.name}; {stays}. Next: quantnn run {typed(design)} --input images.npy")


def run(
    design: Design,
    input: PerhapsInput = None,
    labels: Labels = None,
    label_column: LabelColumn = None,
    resize: Resize = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="The samples that the board keeps, back to back, counted by the board.")
    ] = False,
    port: Port = "auto",
    patience: Annotated[
        float | None, typer.Option(min=0.001, help="Seconds after which a question is asked again.", metavar="SECONDS")
    ] = None,
    verbose: Verbose = False,
    as_json: Json = False,
) -> None:
    """Let the board with DESIGN in it answer, and compare every answer with the reference."""
    exported = quantnn.Design(design)
    if replay:
        if input is not None or labels is not None:
            raise InputError("--replay takes the samples that the board keeps: leave --input and --labels out")
        _replay(exported, port, patience, as_json=as_json)
        return
    if input is None:
        raise InputError("--input must be given: raw input samples, or --replay for those that the board keeps")
    with shown_progress() as told:
        x = given_data(input, label_column, resize=resize)
        y = None if labels is None else given_data(labels, label_column, resize=resize)
        answers = exported.run(x, y, port=port, patience=patience, check=False, progress=told)
    if as_json:
        show_json(answers.values())
    else:
        for text in answers.lines(whole=verbose, remedy=": -v shows them"):
            print(text)
    answers.check()
    if not as_json:
        for note in answers.notes:
            say(f"note: {note}")
        again = f", {answers.run.repeated} asked again" if answers.run.repeated else ""
        count, speed = len(answers.logits), f"{answers.run.samples_per_second:,.0f} samples/s"
        said = f"{count:,} answers, all as the reference's{answers.quality()}; {speed} over the line{again}"
        say(f"{said}. Next: quantnn bench {typed(design)}")


def _replay(exported: quantnn.Design, port: str, patience: float | None, *, as_json: bool) -> None:
    with shown_progress() as told:
        found = exported.replay(port=port, patience=patience, check=False, progress=told)
    if as_json:
        show_json(found.values())
    else:
        for line in found.lines():
            print(line)
    found.check()
    if not as_json:
        speed = f"{found.samples_per_second:,.0f} samples/s from the board's own memory"
        say(f"All counts of answers are the reference's; {speed}. Next: quantnn bench {typed(exported.path)}")


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
    from quantnn.cli.watch import watch

    exported = quantnn.Design(design, board=board)
    with ExitStack() as stack:
        with shown_progress() as told:
            running = exported.simulated_board(port=port, exact=exact, as_it_is=as_it_is, progress=told)
            simulation = stack.enter_context(running)
        watch(
            simulation,
            [
                f"The board is at {simulation.port}; Ctrl-C switches it off.",
                f"Next, elsewhere: quantnn run {typed(design)} --input images.npy --port {simulation.port}",
            ],
        )


def bench(
    design: Design,
    equal: Annotated[
        Path | None,
        typer.Option(help="A model of about the same accuracy, to set beside it.", metavar="FILE", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare the speed of DESIGN's network on the FPGA with numpy's and onnxruntime's on this computer."""
    with shown_progress() as told:
        speed = quantnn.Design(design).bench(equal=equal, progress=told)
    if as_json:
        show_json(speed.values())
    else:
        show_table(speed)
