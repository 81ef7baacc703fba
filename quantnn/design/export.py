"""From a float network to a folder that stands on its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import jinja2

from quantnn.arithmetic import Integers
from quantnn.board.board import Board
from quantnn.design.board_folder import board_clock, reserve, stated_clock, write_board
from quantnn.design.folder import export_folder
from quantnn.design.interface import CoreInterface
from quantnn.design.planned_report import planned_report
from quantnn.design.quality import Quality
from quantnn.design.remarks import remarks
from quantnn.design.report import PrecisionEntry, Report
from quantnn.design.stimulus import extreme_samples
from quantnn.design.summary import write_report
from quantnn.design.vectors import Vectors
from quantnn.errors import DoesNotFitError, InputError
from quantnn.hdl.core.core import Core
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.model.network import FloatNetwork
from quantnn.model.sample_file import Values
from quantnn.network.file import save_network
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import answers
from quantnn.network.samples import Joined, Samples
from quantnn.plan.core import CorePlan
from quantnn.plan.core_name import CORE, name_fault
from quantnn.plan.core_record import CoreRecord
from quantnn.plan.cost import Cost
from quantnn.plan.planner import Goal, Planner
from quantnn.quantization.post_training import quantize
from quantnn.quantization.precision import Precision
from quantnn.system.progress import SILENT, Progress

__all__ = ["ExportOptions", "export"]


@dataclass(frozen=True, eq=False)
class ExportOptions:
    """What to export for, and what with.

    Parameters
    ----------
    board : Board
    precision : Precision
    widest_that_fit : bool
        Whether ``precision.weight_bits`` is only the widest, and the widest that fits the board is taken.
    goal : Goal
        What the planner aims for.
    logic_multipliers : bool
        Whether the planner may make multipliers of logic, for a shorter interval.
    calibration : int64 of shape (n, in_features), optional
        Raw inputs that the scales are chosen on.
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
    """

    board: Board
    precision: Precision = Precision()
    widest_that_fit: bool = False
    goal: Goal = Goal()
    logic_multipliers: bool = False
    calibration: Samples | None = None
    test_inputs: Samples | None = None
    test_labels: Integers | None = None
    test_values: Values | None = None
    clock_mhz: float | None = None
    name: str = "model"
    core: str = CORE

    def __post_init__(self) -> None:
        if fault := name_fault(self.core):
            raise InputError(f"a core's name must {fault}")


def export(
    model: FloatNetwork, destination: Path, options: ExportOptions, progress: Progress = SILENT
) -> Report:
    """Quantize, plan and write everything; returns the report. ``progress`` is told what is being done.

    Nothing is left behind if it fails, and an earlier export at ``destination`` is replaced only at the end.

    Raises
    ------
    InputError
        ``destination`` holds something else.
    DoesNotFitError
        The network needs more than the board has.
    """
    with export_folder(destination) as folder:
        clock = board_clock(options.board, options.clock_mhz)
        network, planner, plan = _design(model, options, reserve(model, options.board, clock), progress)
        progress("writing the core")
        (folder / "core").mkdir()
        emit_verilog(Core(plan), options.core, folder / "core")
        CoreInterface.of_plan(plan, options.core).save(folder / "core" / "interface.json")
        CoreRecord.of(plan).save(folder / "core" / "plan.json")
        _write_template(plan, options.core, folder / "core")
        save_network(network, folder / "network.npz")

        own = options.test_inputs if options.test_inputs is not None else _calibration(model, options)
        vectors = _vectors(network, own, options.test_labels)
        (folder / "vectors").mkdir()
        vectors.save(folder / "vectors", progress)

        progress("writing the board's project")
        part = write_board(plan, planner.cost(plan), options.board, clock, vectors, folder, options.core)

        quality = None
        if options.test_inputs is not None:
            inputs = options.test_inputs
            quality = Quality.measure(
                model, network, inputs, answers(network, inputs), options.test_labels, options.test_values
            )
        calibration = _calibration(model, options)
        calibrated = 0 if calibration is None else len(calibration)
        notes = list(model.notes)
        if calibration is None:
            notes.append(
                "no calibration samples: scales come from the proven interval bounds, which cost accuracy;"
                " give --calibration"
            )
        if own is not None:
            notes += remarks(
                model,
                network,
                own,
                labels=options.test_labels,
                values=options.test_values,
                calibration=calibration,
                activation_bits=options.precision.activation_bits,
            )
        if planner.effort.cut:
            notes.append(
                "the planner kept the most promising of very many choices of folds: a slightly better plan may exist"
            )
        stated, clock_notes = stated_clock(options.board, clock, options.clock_mhz)
        names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        report = planned_report(
            name=options.name,
            board=options.board,
            plan=plan,
            planner=planner,
            part=part,
            clock_mhz=stated,
            quality=quality,
            precision=PrecisionEntry(
                max(layer.weight_range.width for layer in network.layers if isinstance(layer, Dense)),
                options.precision.activation_bits,
                calibrated,
            ),
            notes=(*notes, *clock_notes),
            files=tuple(sorted(names | {"report.json", "summary.txt"})),
        )
        write_report(report, folder)
    return report


def _design(
    model: FloatNetwork, options: ExportOptions, reserved: Cost, progress: Progress
) -> tuple[IntegerNetwork, Planner, CorePlan]:
    """The quantized network and its plan, with narrower weights if need and leave be."""
    resources = options.board.resources
    weights = sum(layer.weights.size for layer in model.layers)
    widest = options.precision.weight_bits
    widths = [widest]
    if options.widest_that_fit:
        room = Cost.limits(resources) - reserved
        held = [bits for bits in range(widest, 2, -1) if room.holds(bits * weights, resources)]
        widths = [*held, 2]
    for bits in widths:
        progress(f"quantizing to weights of {bits} bits")
        network = quantize(model, options.calibration, replace(options.precision, weight_bits=bits))
        planner = Planner(network, resources, reserved, options.logic_multipliers)
        progress(f"planning with weights of {bits} bits")
        try:
            return network, planner, planner.best(options.goal, advise=bits == widths[-1])
        except DoesNotFitError:
            if bits == widths[-1]:
                raise
    raise AssertionError("the last width is planned or refused")


def _calibration(model: FloatNetwork, options: ExportOptions) -> Samples | None:
    return options.calibration if options.calibration is not None else model.calibration


def _vectors(network: IntegerNetwork, own: Samples | None, labels: Integers | None) -> Vectors:
    extremes = extreme_samples(network)
    return Vectors(network, extremes if own is None else Joined((own, extremes)), labels)


def _write_template(plan: CorePlan, core: str, folder: Path) -> None:
    """An instantiation to copy into somebody's project."""
    loader = jinja2.PackageLoader("quantnn.design", ".")
    template = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined).get_template("core_template.v.j2")
    text = template.render(core=core, input=plan.input, output=plan.output)
    (folder / f"{core}_template.v").write_text(text + "\n", encoding="utf-8")
