"""report.json: what was exported, what it takes, how fast it is, and what was verified. See docs/formats.md."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quantnn import __version__
from quantnn.arithmetic import IntegerRange, Integers
from quantnn.board.board import Board
from quantnn.design.board_part import BoardPart
from quantnn.design.build_result import BuildResult
from quantnn.design.summary import render_summary
from quantnn.errors import InputError
from quantnn.model.network import FloatNetwork
from quantnn.network.layers import Dense
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import Evaluation, decide
from quantnn.plan.core import CorePlan
from quantnn.plan.cost import Cost, engine_cost
from quantnn.plan.planner import Planner

__all__ = ["FORMAT", "VERSION", "Quality", "build_report", "load_report", "save_report"]

FORMAT = "quantnn report"
VERSION = 1


@dataclass(frozen=True)
class Quality:
    """How close the integer network is to the float one.

    Parameters
    ----------
    samples : int
        Test samples.
    sqnr_db : float or None
        Signal to quantization noise of the logits: 10·log10(Σ float² / Σ (float − integer·scale)²); None where the
        noise is zero.
    float_correct, integer_correct : int or None
        Samples whose class is the label; None without labels.
    """

    samples: int
    sqnr_db: float | None
    float_correct: int | None = None
    integer_correct: int | None = None

    @classmethod
    def measure(
        cls,
        model: FloatNetwork,
        network: IntegerNetwork,
        inputs: Integers,
        evaluation: Evaluation,
        labels: Integers | None,
    ) -> Quality:
        """Compare on samples of shape (n, in_features)."""
        exact = model.logits(inputs)
        noise = float(np.square(exact - evaluation.logits * network.layers[-1].scale).sum())
        sqnr = 10 * np.log10(float(np.square(exact).sum()) / noise) if noise and exact.any() else None
        sqnr = None if sqnr is None else round(float(sqnr), 2)
        if labels is None or evaluation.classes is None:
            return cls(len(inputs), sqnr)
        return cls(
            len(inputs),
            sqnr,
            int((decide(exact) == labels).sum()),
            int((evaluation.classes == labels).sum()),
        )

    @property
    def accuracy(self) -> dict[str, float] | None:
        """As it stands in a report; None without labels."""
        if self.float_correct is None or self.integer_correct is None:
            return None
        return {
            "samples": self.samples,
            "float": self.float_correct / self.samples,
            "integer": self.integer_correct / self.samples,
        }


def build_report(
    *, name: str, board: Board, plan: CorePlan, planner: Planner, part: BoardPart, clock_mhz: float,
    quality: Quality | None, precision: dict[str, int], notes: list[str],
) -> dict[str, Any]:
    """The report of an export that is yet to be verified."""
    resources = board.resources
    core = planner.cost(plan)
    timing = plan.timing
    limits = Cost.limits(resources)
    return {
        "format": FORMAT,
        "version": VERSION,
        "quantnn": __version__,
        "model": name,
        "board": board.name,
        "clock_mhz": clock_mhz,
        "fingerprint": part.fingerprint.hex(),
        "link": part.link(board),
        "precision": precision,
        "layers": [_layer(plan, planner, number) for number in range(len(plan.engines))],
        "core": _cost(core),
        "board_top": {**_cost(part.cost), "samples": part.plan.samples},
        "totals": _cost(core + part.cost),
        "limits": _cost(limits),
        "units": {
            "multipliers": resources.multipliers.name,
            "m9k": resources.block_ram.name,
            "le": resources.logic.unit,
        },
        "estimates": ["le"],
        "logic_multipliers": sum(engine.logic_multipliers for engine in plan.engines),
        "macs": plan.network.macs,
        "ii_cycles": {"planned": timing.interval, "measured": None},
        "latency_cycles": {"planned": timing.latency, "measured": None},
        "device_bound_cycles": planner.device_bound,
        "inferences_per_second": round(clock_mhz * 1e6 / timing.interval, 1),
        "latency_us": round(timing.latency / clock_mhz, 3),
        "accuracy": quality.accuracy if quality else None,
        "sqnr_db": quality.sqnr_db if quality else None,
        "verification": None,
        "notes": notes,
        "files": [],
    }


def _cost(cost: Cost) -> dict[str, int]:
    return {"multipliers": cost.multipliers, "m9k": cost.block_ram, "le": cost.logic}


def _format(values: IntegerRange, scale: float | None = None) -> dict[str, Any]:
    described: dict[str, Any] = {"lo": values.lo, "hi": values.hi, "bits": values.width, "signed": values.signed}
    return described if scale is None else {**described, "scale": scale}


def _layer(plan: CorePlan, planner: Planner, number: int) -> dict[str, Any]:
    engine = plan.engines[number]
    layer = engine.layer
    return {
        "kind": layer.kind,
        "engine": engine.engine,
        "activation": layer.activation,
        "in_features": layer.in_features,
        "out_features": layer.out_features,
        "input": _format(engine.input),
        "weights": _format(layer.weight_range) if isinstance(layer, Dense) else None,
        "accumulator": _format(engine.parameters.accumulator),
        "output": _format(layer.output, layer.scale),
        "pe": getattr(engine, "pe", engine.lanes),
        "simd": getattr(engine, "simd", 1),
        "lanes": engine.lanes,
        "cycles": engine.interval,
        "macs": layer.macs,
        **_cost(engine_cost(engine, planner.resources)),
    }


def save_report(report: dict[str, Any], folder: Path) -> None:
    """Write report.json."""
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")


def load_report(folder: Path) -> dict[str, Any]:
    """Read report.json of an exported folder.

    Raises
    ------
    InputError
        There is none, or it is damaged or of another version.
    """
    path = folder / "report.json"
    try:
        report: dict[str, Any] = json.loads(path.read_text())
        if report["format"] != FORMAT:
            raise ValueError("it is no report")
        version = report.get("version")
        if version == VERSION:
            _check(report)
    except FileNotFoundError:
        raise InputError(f"{folder} is no exported design (report.json is missing): run quantnn export") from None
    except (OSError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else error
        raise InputError(f"{path} is damaged ({what}): export the model again") from None
    if version != VERSION:
        raise InputError(f"{path} has version {version}, this quantnn reads {VERSION}: export again")
    return report


def _check(report: dict[str, Any]) -> None:
    """Raise if a field that is read has gone, or is of another kind: whatever can be shown can be read."""
    render_summary(report)
    files = report["files"]
    if not isinstance(files, list) or not all(isinstance(name, str) for name in files):
        raise ValueError("files must be a list of names")
    if "build" in report:
        BuildResult.from_json(report["build"])
