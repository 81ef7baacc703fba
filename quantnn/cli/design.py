"""Commands from a model to a verified design."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

import quantnn
from quantnn.cli.console import say, show, show_json, show_table
from quantnn.cli.options import (
    Activations,
    AsItIs,
    BoardName,
    Calibration,
    Decision,
    Design,
    Input,
    InputBits,
    InputScale,
    InputSigned,
    Json,
    LabelColumn,
    Labels,
    Model,
    Resize,
    TestSet,
    Validation,
    Verbose,
    existing,
    given_data,
    given_pair,
    listed,
)
from quantnn.errors import InputError, VerificationError
from quantnn.system.progress_display import shown_progress
from quantnn.system.text import typed

__all__ = ["demo", "export", "inspect", "simulate", "update_weights", "verify"]


def _mhz(text: str) -> float:
    """A clock, in MHz."""
    if text == "max":
        raise InputError("--clock-mhz max takes placing and routing: export without, then build with it")
    try:
        mhz = float(text)
    except ValueError:
        raise InputError(f"--clock-mhz must be a number of MHz, not {text!r}") from None
    if not 0 < mhz < 1e6:
        raise InputError(f"--clock-mhz must lie between 0 and 1000000, not be {mhz:g}")
    return mhz


def export(
    model: Model,
    activations: Activations = None,
    decision: Decision = None,
    board: BoardName = "de10-lite",
    calibration: Calibration = None,
    test: TestSet = None,
    label_column: LabelColumn = None,
    resize: Resize = False,
    input_scale: InputScale = None,
    input_bits: InputBits = None,
    input_signed: InputSigned = None,
    weight_bits: Annotated[
        str | None,
        typer.Option(
            help="Bits of a weight, 2 to 16, or auto: the widest up to 8 that fit; 8 by default.", metavar="N|auto"
        ),
    ] = None,
    activation_bits: Annotated[int | None, typer.Option(help="Bits between layers, 2 to 16; 8 by default.")] = None,
    target_ii: Annotated[
        int | None, typer.Option(help="Initiation interval to reach with the least resources, in cycles.")
    ] = None,
    max_latency: Annotated[int | None, typer.Option(help="Cycles that a sample may take at most.")] = None,
    logic_multipliers: Annotated[
        bool, typer.Option("--logic-multipliers", help="Also make multipliers of logic, for a shorter interval.")
    ] = False,
    engine: Annotated[
        str | None,
        typer.Option(
            help="folded: weights in memory, used one after the other. unrolled: weights are wires, a sample every"
            " clock. auto: what is fastest, or with --target-ii smallest. Or folded or unrolled for each layer.",
            metavar="NAME[,NAME...]",
        ),
    ] = None,
    pipeline_every: Annotated[
        int | None,
        typer.Option(
            min=1, help="Levels of adders between registers of unrolled layers; by default as the clock needs."
        ),
    ] = None,
    effort: Annotated[
        str, typer.Option(help="How long to look for sums that unrolled layers share: low, standard or high.")
    ] = "standard",
    clock_mhz: Annotated[
        float | None,
        typer.Option(
            help="Clock that the board's PLL makes, and that speeds are stated for.", parser=_mhz, metavar="MHZ"
        ),
    ] = None,
    name: Annotated[
        str, typer.Option(help="The core's module, and the prefix of all below it and of its files.")
    ] = "quantnn_core",
    onnx: Annotated[
        bool, typer.Option("--onnx", help="Also write the integer network as ONNX, for other programs to compute.")
    ] = False,
    replay: Annotated[
        bool | None,
        typer.Option(
            "--replay/--no-replay",
            help="Keep samples on the board that go through the core back to back, counted; by default if unrolled.",
            show_default=False,
        ),
    ] = None,
    optimize: Annotated[
        str | None,
        typer.Option(
            help="Look for the rounding of least logic: its weights have few digits. For unrolled layers.",
            metavar="cells",
        ),
    ] = None,
    max_accuracy_drop: Annotated[
        float | None, typer.Option(help="Percentage points that such a rounding may lose, 0.5 by default.")
    ] = None,
    validation: Validation = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write; by default named after the model.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Quantize MODEL and write an FPGA design: Verilog, a board project, vectors and a report."""
    if weight_bits not in (None, "auto") and not str(weight_bits).isdecimal():
        raise InputError(f"--weight-bits must be a number from 2 to 16, or auto, not {weight_bits!r}")
    loaded = quantnn.load(
        model,
        activations=listed(activations),
        decision=decision or "",
        input_scale=input_scale,
        input_bits=input_bits,
        input_signed=input_signed,
    )
    with shown_progress() as told:
        design = quantnn.export(
            loaded,
            board=board,
            output=output,
            calibration=None if calibration is None else given_data(calibration, label_column, resize=resize),
            test=given_pair(test, label_column, resize=resize),
            weight_bits="auto" if weight_bits == "auto" else None if weight_bits is None else int(weight_bits),
            activation_bits=activation_bits,
            target_ii=target_ii,
            max_latency=max_latency,
            logic_multipliers=logic_multipliers,
            engine=engine,
            pipeline_every=pipeline_every,
            effort=effort,
            clock_mhz=clock_mhz,
            name=name,
            onnx=onnx,
            replay=replay,
            optimize=optimize,  # type: ignore[arg-type]  # which export refuses
            max_accuracy_drop=max_accuracy_drop,
            validation=given_pair(validation, label_column, resize=resize),
            progress=told,
        )
    said = f"Written to {design.path}. Next: quantnn verify {typed(design.path)}"
    show(design.report, said, as_json=as_json)


def verify(
    design: Design,
    samples: Annotated[int | None, typer.Option(help="Only this many samples; all by default.")] = None,
    wave: Annotated[
        str | None, typer.Option(help="Keep wave.vcd of this sample, or of the first failing one.", metavar="N|failing")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=64, help="Simulations at the same time; by default one per core.")
    ] = None,
    netlist: Annotated[
        str | None,
        typer.Option(help="Then simulate what Yosys makes of the core for a family, too.", metavar="ecp5|ice40"),
    ] = None,
    as_it_is: AsItIs = False,
    as_json: Json = False,
) -> None:
    """Simulate DESIGN with cocotb and Verilator and compare every layer of every sample with the reference."""
    if netlist is not None:
        from quantnn.api.netlist import check_netlist_family

        check_netlist_family(netlist)
    shown: int | Literal["failing"] | None = None
    if wave is not None:
        if wave != "failing" and not wave.isdecimal():
            raise InputError(f"--wave must be the number of a sample, or failing, not {wave!r}")
        shown = "failing" if wave == "failing" else int(wave)
    exported = quantnn.Design(design)
    try:
        with shown_progress() as told:
            report = exported.verify(samples=samples, wave=shown, jobs=jobs, as_it_is=as_it_is, progress=told)
            found = None
            if netlist is not None:
                found = exported.check_netlist(netlist, as_it_is=as_it_is, progress=told)
    except VerificationError as error:
        if as_json:
            verdict = {"passed": False, "first_difference": error.as_written}
            show_json({"verification": verdict, "difference": error.difference})
        raise
    said = []
    if wave is not None:
        none = "No sample fails, so there is no waveform: give the number of one."
        said.append(none if wave == "failing" else f"The waveform of sample {wave} is {exported.waveform}.")
    if found is not None:
        cells = f"{sum(found.cells.values()):,} cells for {found.family}"
        said.append(f"The netlist of {cells} is bit-exact, too: {found.values:,} values of {found.samples} samples.")
    show(report, *said, f"Bit-exact. Next: quantnn build {typed(design)}", as_json=as_json)


def update_weights(
    design: Design,
    model: Model,
    activations: Activations = None,
    decision: Decision = None,
    calibration: Calibration = None,
    test: TestSet = None,
    label_column: LabelColumn = None,
    resize: Resize = False,
    input_scale: InputScale = None,
    input_bits: InputBits = None,
    input_signed: InputSigned = None,
    as_json: Json = False,
) -> None:
    """Put MODEL, a network of the same shape, into the hardware of DESIGN: only contents of memories change."""
    loaded = quantnn.load(
        model,
        activations=listed(activations),
        decision=decision or "",
        input_scale=input_scale,
        input_bits=input_bits,
        input_signed=input_signed,
    )
    with shown_progress() as told:
        update = quantnn.Design(design).update_weights(
            loaded,
            calibration=None if calibration is None else given_data(calibration, label_column, resize=resize),
            test=given_pair(test, label_column, resize=resize),
            progress=told,
        )
    changed = f"{len(update.memories)} memory files changed in {design / 'core'} and {design / 'board'}, no logic"
    steps = f"then quantnn build {typed(design)}"
    show(update.report, f"{changed}. Next: quantnn verify {typed(design)}, {steps}", as_json=as_json)


def simulate(
    design: Design,
    input: Input,
    labels: Labels = None,
    label_column: LabelColumn = None,
    resize: Resize = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write classes and every layer's outputs to this .npz.")
    ] = None,
    verbose: Verbose = False,
    as_json: Json = False,
) -> None:
    """Let the numpy reference answer for DESIGN: what the hardware will say, bit for bit."""
    with shown_progress() as told:
        x = given_data(input, label_column, resize=resize)
        y = None if labels is None else given_data(labels, label_column, resize=resize)
        answers = quantnn.Design(design).simulate(x, y, output=output, progress=told)
    if as_json:
        show_json(answers.values())
        return
    for line in answers.lines(whole=verbose, remedy=": -v shows them"):
        print(line)
    for note in answers.notes:
        say(f"note: {note}")
    say(f"{len(answers.logits):,} samples{answers.quality()}. Next: quantnn verify {typed(design)}")


def inspect(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A model, a network.npz, or an exported folder.", callback=existing)
    ],
    activations: Activations = None,
    as_json: Json = False,
) -> None:
    """Show what is in FILE: layers, ranges and formats of a model, a saved network or an exported design."""
    described = quantnn.inspect(file, activations=listed(activations))
    if as_json:
        show_json(described.values)
    else:
        show_table(described)


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write.")] = Path("digits-de10-lite"),
) -> None:
    """The whole way with an embedded example: 8×8 digits, for the DE10-Lite, verified bit-exact on every test image."""
    with shown_progress() as told:
        quantnn.export_demo(output, progress=told)
    verify(output)
