"""From a model or a network to an FPGA design."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath
from typing import Literal, cast, get_args

from quantnn.adders.solve import Effort, Level
from quantnn.api.arguments import check_flags, check_numbers, check_texts, check_wholes
from quantnn.api.design import Design
from quantnn.api.model import Model, check_model, load
from quantnn.api.network import Network
from quantnn.api.optimized import DROP, searched
from quantnn.api.told import Telling, told
from quantnn.board.board import load_board
from quantnn.design.export import ExportOptions
from quantnn.design.export import export as write_design
from quantnn.design.planning import Quantized
from quantnn.errors import InputError, naming_parameters
from quantnn.model.given import Given, pair
from quantnn.model.input_data import InputData
from quantnn.model.quantized import AnyNetwork, QuantizedNetwork
from quantnn.model.user_data import UserData
from quantnn.plan.core_name import CORE
from quantnn.plan.engine_choice import EngineChoice
from quantnn.plan.planner import Goal
from quantnn.quantization.precision import Precision
from quantnn.system.tools import check_machine

__all__ = ["export", "export_demo"]

_BITS = 8
"""Of weights and between layers, unless told otherwise; with auto, the widest weights that are tried."""

_FASTEST_MHZ = 1_000_000


@naming_parameters()
def export(
    source: Model | Network,
    *,
    board: str | Path = "de10-lite",
    output: str | Path | None = None,
    calibration: Given | None = None,
    test: Given | tuple[Given, Given] | None = None,
    weight_bits: int | Literal["auto"] | None = None,
    activation_bits: int | None = None,
    target_ii: int | None = None,
    max_latency: int | None = None,
    logic_multipliers: bool = False,
    engine: str | None = None,
    pipeline_every: int | None = None,
    effort: str = "standard",
    clock_mhz: float | None = None,
    name: str = CORE,
    onnx: bool = False,
    replay: bool | None = None,
    optimize: Literal["cells"] | None = None,
    max_accuracy_drop: float | None = None,
    validation: Given | tuple[Given, Given] | None = None,
    progress: Telling = False,
) -> Design:
    """Write an FPGA design: Verilog, a board project, vectors and a report, in a folder that stands on its own.

    Parameters
    ----------
    source : Model or Network
        A model is quantized first, unless its file holds integers already; a network is taken as it is.
    board : str or Path
        By name, or a TOML file of your own.
    output : str or Path, optional
        The folder; by default named after the model and the board. An earlier export there is replaced.
    calibration : array of shape (n, features), or the path of a file or folder, optional
        Typical samples, on which a model's scales are chosen, as :func:`quantnn.quantize` has them.
    test : (samples, labels), or the path of a file or folder with both, optional
        Arrays of shape (n, features) and (n,), or paths, or :class:`quantnn.Data`: what the design is verified and its
        accuracy measured with.
    weight_bits : int or "auto", optional
        Of a model's weights, 2 to 16, 8 by default; or the widest up to 8 that fit the board.
    activation_bits : int, optional
        Between a model's layers, 2 to 16, 8 by default.
    target_ii : int, optional
        Initiation interval to reach with the least resources, in cycles.
    max_latency : int, optional
        Cycles that a sample may take at most.
    logic_multipliers : bool
        Whether multipliers are made of logic too, for a shorter interval.
    engine : str
        "folded": weights in memory, used one after the other. "unrolled": weights are wires, and a sample goes in every
        clock. "auto": what is fastest, or with ``target_ii`` smallest. Or "folded" or "unrolled" for each layer, with
        commas between.
    pipeline_every : int, optional
        Levels of adders between registers of unrolled layers; by default as the clock needs.
    effort : str
        How long to look for sums that unrolled layers share: "low", "standard" or "high".
    clock_mhz : float, optional
        The clock that the board's PLL makes, and that speeds are stated for.
    name : str
        The core's module, and the prefix of all below it and of its files.
    onnx : bool
        Whether the folder gets the integer network as ONNX, too: :meth:`quantnn.Network.to_onnx`.
    replay : bool, optional
        Whether the board keeps as many samples as fit, to send them through the core back to back and count:
        :meth:`quantnn.Design.replay`. By default if the network is unrolled and there is room.
    optimize : "cells", optional
        Look for the rounding of a model that takes the least logic unrolled, :func:`quantnn.optimize`; its Pareto front
        stands in the report. The engine is then "unrolled" unless said otherwise.
    max_accuracy_drop : float, optional
        Percentage points that such a rounding may lose, 0.5 by default.
    validation : (samples, labels), or the path of a file or folder with both, optional
        What it is judged by; by default calibration samples that are held out. Never the test samples.
    progress : bool
        Whether to show how far it is.

    Raises
    ------
    InputError
        An option or a sample cannot be used, or ``output`` holds something else.
    DoesNotFitError
        The network needs more than the board has.
    """
    if not isinstance(source, Network):
        check_model(source, "export")
    check_wholes(activation_bits=activation_bits, target_ii=target_ii, max_latency=max_latency)
    check_wholes(1, pipeline_every=pipeline_every)
    if weight_bits != "auto":
        check_wholes(weight_bits=weight_bits)
    if clock_mhz == "max":  # type: ignore[comparison-overlap]
        raise InputError("--clock-mhz max takes placing and routing: export without, then build with it")
    check_numbers(clock_mhz=clock_mhz, max_accuracy_drop=max_accuracy_drop)
    if clock_mhz is not None and not 0 < clock_mhz < _FASTEST_MHZ:
        raise InputError(f"--clock-mhz must lie between 0 and {_FASTEST_MHZ}, not be {clock_mhz:g}")
    if optimize is None and (max_accuracy_drop, validation) != (None, None):
        raise InputError("--max-accuracy-drop and --validation are for --optimize cells: give it, or leave them out")
    if optimize is not None and (isinstance(source, Network) or (weight_bits, activation_bits) != (None, None)):
        raise InputError("--optimize chooses the bits of a model: leave --weight-bits and --activation-bits out")
    if optimize not in (None, "cells"):
        raise InputError(f"--optimize must be cells, not {optimize!r}")
    if engine is None:
        engine = "unrolled" if optimize else "folded"
    check_texts(name=name, engine=engine, effort=effort)
    check_flags(logic_multipliers=logic_multipliers, onnx=onnx, replay=replay)
    fitting = load_board(board)
    options = ExportOptions(
        board=fitting,
        goal=Goal(target_ii, max_latency),
        logic_multipliers=logic_multipliers,
        engines=EngineChoice.parse(engine),
        pipeline_every=pipeline_every,
        effort=_effort(effort),
        clock_mhz=clock_mhz,
        name=source.name,
        core=name,
        onnx=onnx,
        replay=replay,
    )
    quantized: AnyNetwork | Quantized
    if isinstance(source, Network):
        if any(option is not None for option in (calibration, weight_bits, activation_bits)):
            raise InputError(
                "calibration, weight_bits and activation_bits must be left out for a network, which is quantized"
                " already: give them to quantize"
            )
        quantized, options = source.quantized, _tested(options, source, test)
    else:
        if isinstance(source.network, QuantizedNetwork) and (weight_bits, activation_bits) != (None, None):
            raise InputError(
                f"{source.name} is quantized already: leave --weight-bits and --activation-bits out"
            )
        data = UserData.load(source.network, calibration, test)
        quantized = data.network
        widest = _BITS if weight_bits is None or weight_bits == "auto" else weight_bits
        options = replace(
            options,
            precision=Precision(widest, _BITS if activation_bits is None else activation_bits),
            widest_that_fit=weight_bits == "auto",
            calibration=data.calibration,
            test_inputs=data.inputs,
            test_labels=data.labels,
            test_values=data.values,
        )
    folder = Path(f"{PurePath(source.name).stem}-{fitting.name}") if output is None else Path(output)
    with told(progress) as telling:
        if optimize is not None and not isinstance(source, Network):
            drop = DROP if max_accuracy_drop is None else max_accuracy_drop
            found = searched(source.name, data, validation, drop, telling)
            quantized, options = found.pick.quantized, replace(options, tradeoff=found.entry)
        write_design(quantized, folder, options, telling)
    return Design(folder, board=board if fitting.name != board else None)


def _tested(options: ExportOptions, source: Network, test: Given | tuple[Given, Given] | None) -> ExportOptions:
    """With test samples for a network, whose sensor is what it is."""
    if test is None:
        return options
    x, y = pair(test)
    data = InputData.load(source.integers, x, y, purpose="test", what=("test x", "test y"))
    if not len(data.samples):
        raise InputError("test x holds no samples: give some, or leave --test out")
    return replace(options, test_inputs=data.samples, test_labels=data.labels, test_values=data.values)


@naming_parameters()
def export_demo(output: str | Path, *, progress: Telling = False) -> Design:
    """Export the embedded example: 8×8 digits, for the DE10-Lite.

    Raises
    ------
    QuantnnError
        The machine lacks something, or ``output`` holds something else.
    """
    from quantnn.demo_files import demo_files

    check_machine()
    with demo_files() as files:
        return export(load(files.model), output=output, test=(files.inputs, files.labels), progress=progress)


def _effort(name: str) -> Effort:
    if name not in get_args(Level):
        raise InputError(f"--effort must be one of {', '.join(get_args(Level))}, not {name[:40]!r}")
    return Effort.named(cast(Level, name))
