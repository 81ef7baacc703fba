"""From a network to a folder that stands on its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2

from quantnn.adders.file import save_graphs
from quantnn.adders.solve import Effort
from quantnn.arithmetic import Integers
from quantnn.board.board import Board
from quantnn.design.board_folder import board_clock, reserve, stated_clock, write_board
from quantnn.design.folder import export_folder
from quantnn.design.hardware import GRAPHS
from quantnn.design.interface import CoreInterface
from quantnn.design.planned_report import planned_report
from quantnn.design.planning import Aim, Planned, Quantized
from quantnn.design.quality import Quality
from quantnn.design.remarks import remarks
from quantnn.design.report import PrecisionEntry, Report, TradeoffEntry
from quantnn.design.stimulus import extreme_samples
from quantnn.design.summary import write_report
from quantnn.design.vectors import Vectors
from quantnn.errors import InputError
from quantnn.hdl.core.core import Core
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.model.quantized import AnyNetwork, QuantizedNetwork
from quantnn.model.sample_file import Values
from quantnn.network.file import save_network
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.network.onnx_graph import save_onnx
from quantnn.network.reference import answers
from quantnn.network.samples import Joined, Samples
from quantnn.plan.clock import ClockPlan
from quantnn.plan.core import CorePlan
from quantnn.plan.core_name import CORE, name_fault
from quantnn.plan.core_record import CoreRecord
from quantnn.plan.engine_choice import EngineChoice
from quantnn.plan.planner import Goal
from quantnn.plan.unrolled.device_delays import DEVICE_DELAYS
from quantnn.plan.unrolled.device_logic import DEVICE_LOGIC
from quantnn.plan.unrolled.schedule import Pipelining
from quantnn.quantization.precision import Precision
from quantnn.system.progress import SILENT, Progress

__all__ = ["ONNX", "ExportOptions", "export"]

ONNX = "network.onnx"
"""The integer network as ONNX, if the folder has it."""


@dataclass(frozen=True, eq=False)
class ExportOptions:
    """What to export for, and what with.

    Parameters
    ----------
    board : Board
    precision : Precision
        What a model is quantized to.
    widest_that_fit : bool
        Whether ``precision.weight_bits`` is only the widest, and the widest that fits the board is taken.
    goal : Goal
        What the planner aims for.
    logic_multipliers : bool
        Whether the planner may make multipliers of logic, for a shorter interval.
    engines : EngineChoice
        Which layers are unrolled.
    pipeline_every : int, optional
        Levels of adders between registers of unrolled layers; by default as the clock needs.
    effort : Effort
        How hard to look for adder graphs of unrolled layers.
    calibration : int64 of shape (n, in_features), optional
        Raw inputs that the scales of a model are chosen on.
    test_inputs, test_labels : int64 of shape (n, in_features) and int64 array of shape (n,), optional
        What the design is verified and its accuracy measured with.
    test_values : float64 of shape (n, in_features), optional
        The test inputs before a sensor rounded them.
    clock_mhz : float, optional
        The clock, of which the board's PLL makes the nearest below; where there is no PLL, the clock for which speeds
        are stated. The board's own by default.
    name : str
        What the report calls the model.
    core : str
        What the core is called in Verilog: its module, the prefix of all modules below and of its files.
    onnx : bool
        Whether to write the integer network as ONNX, too.
    replay : bool, optional
        Whether the board keeps samples for a replay; by default if the core is unrolled and there is room.
    tradeoff : TradeoffEntry, optional
        Where the network comes from, if it was searched for: goes into the report.
    """

    board: Board
    precision: Precision = Precision()
    widest_that_fit: bool = False
    goal: Goal = Goal()
    logic_multipliers: bool = False
    engines: EngineChoice = EngineChoice()
    pipeline_every: int | None = None
    effort: Effort = Effort()
    calibration: Samples | None = None
    test_inputs: Samples | None = None
    test_labels: Integers | None = None
    test_values: Values | None = None
    clock_mhz: float | None = None
    name: str = "model"
    core: str = CORE
    onnx: bool = False
    replay: bool | None = None
    tradeoff: TradeoffEntry | None = None

    def __post_init__(self) -> None:
        if fault := name_fault(self.core):
            raise InputError(f"a core's name must {fault}")


def export(
    source: AnyNetwork | Quantized, destination: Path, options: ExportOptions, progress: Progress = SILENT
) -> Report:
    """Plan and write everything, of a model after quantizing it; returns the report. ``progress`` is told what is
    being done.

    A model that is quantized already is taken as it is: precision and calibration are the file's.

    Nothing is left behind if it fails, and an earlier export at ``destination`` is replaced only at the end.

    Raises
    ------
    InputError
        ``destination`` holds something else.
    DoesNotFitError
        The network needs more than the board has.
    """
    with export_folder(destination) as folder:
        board = options.board
        clock = board_clock(board, options.clock_mhz)
        planned = _planned(source, clock, options, progress)
        quantized, plan = planned.quantized, planned.plan
        network = quantized.network
        progress("writing the core")
        (folder / "core").mkdir()
        emit_verilog(Core(plan), options.core, folder / "core")
        CoreInterface.of_plan(plan, options.core).save(folder / "core" / "interface.json")
        CoreRecord.of(plan).save(folder / "core" / "plan.json")
        if planned.graphs:
            save_graphs(planned.graphs, folder / "core" / GRAPHS)
        _write_template(plan, options.core, folder / "core")
        save_network(network, folder / "network.npz")
        if options.onnx:
            save_onnx(network, folder / ONNX)

        own = options.test_inputs if options.test_inputs is not None else quantized.calibration
        vectors = _vectors(network, own, options.test_labels)
        (folder / "vectors").mkdir()
        vectors.save(folder / "vectors", progress)

        progress("writing the board's project")
        cost = planned.planner.cost(plan)
        part = write_board(plan, cost, board, clock, vectors, folder, options.core, options.replay)

        quality = None
        if options.test_inputs is not None:
            quality = Quality.measure(
                quantized.model,
                network,
                options.test_inputs,
                answers(network, options.test_inputs),
                options.test_labels,
                options.test_values,
            )
        notes = [*_notes(planned, own, options)]
        stated, clock_notes = stated_clock(board, clock, options.clock_mhz)
        names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        report = planned_report(
            name=options.name,
            board=board,
            plan=plan,
            planner=planned.planner,
            part=part,
            clock_mhz=stated,
            quality=quality,
            precision=PrecisionEntry(
                max(layer.weight_range.width for layer in network.layers if isinstance(layer, Dense)),
                quantized.activation_bits,
                0 if quantized.calibration is None else len(quantized.calibration),
            ),
            notes=(*notes, *clock_notes),
            files=tuple(sorted(names | {"report.json", "summary.txt"})),
            tradeoff=options.tradeoff,
        )
        write_report(report, folder)
    return report


def _planned(
    source: AnyNetwork | Quantized, clock: ClockPlan, options: ExportOptions, progress: Progress
) -> Planned:
    board = options.board
    network = source.network if isinstance(source, Quantized) else source
    aim = Aim(
        board.resources,
        reserve(network, board, clock, replay=bool(options.replay)),
        options.goal,
        options.logic_multipliers,
        options.engines,
        _pipelining(board, clock, options.pipeline_every),
        options.effort,
        DEVICE_LOGIC[board.toolchain.name],
    )
    if isinstance(source, QuantizedNetwork):
        source = Quantized.of(source, None, options.precision)
    if isinstance(source, Quantized):
        progress("planning")
        return Planned.of(source, aim, advise=not isinstance(source.model, QuantizedNetwork), progress=progress)
    return Planned.of_model(
        source,
        options.calibration,
        options.precision,
        aim,
        widest_that_fit=options.widest_that_fit,
        progress=progress,
    )


def _pipelining(board: Board, clock: ClockPlan, every: int | None) -> Pipelining:
    """Registers behind so many levels of logic, or as the clock needs them, with a tenth to spare."""
    if every is not None:
        return Pipelining(every)
    return Pipelining(max(1, 9 * 10**11 // clock.frequency_hz), DEVICE_DELAYS[board.toolchain.name])


def _notes(planned: Planned, own: Samples | None, options: ExportOptions) -> Iterator[str]:
    """What there is to say of a design, for which the samples ``own`` are known."""
    quantized = planned.quantized
    model = quantized.model
    if model is not None:
        yield from model.notes
        if quantized.calibration is None and not isinstance(model, QuantizedNetwork):
            yield (
                "no calibration samples: scales come from the proven interval bounds, which cost accuracy;"
                " give --calibration"
            )
        if own is not None:
            yield from remarks(
                model,
                quantized.network,
                own,
                labels=options.test_labels,
                values=options.test_values,
                calibration=quantized.calibration,
                activation_bits=quantized.activation_bits,
            )
    if planned.planner.effort.cut:
        yield "the planner kept the most promising of very many choices of folds: a slightly better plan may exist"


def _vectors(network: IntegerNetwork, own: Samples | None, labels: Integers | None) -> Vectors:
    extremes = extreme_samples(network)
    return Vectors(network, extremes if own is None else Joined((own, extremes)), labels)


def _write_template(plan: CorePlan, core: str, folder: Path) -> None:
    """An instantiation to copy into somebody's project."""
    loader = jinja2.PackageLoader("quantnn.design", ".")
    template = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined).get_template("core_template.v.j2")
    text = template.render(core=core, input=plan.input, output=plan.output)
    (folder / f"{core}_template.v").write_text(text + "\n", encoding="utf-8")
