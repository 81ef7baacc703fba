"""The report of a design that is yet to be verified, from its plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from quantnn.arithmetic import IntegerRange
from quantnn.board.board import Board
from quantnn.design.board_part import BoardPart
from quantnn.design.quality import Quality
from quantnn.design.report import (
    FORMAT,
    VERSION,
    Cycles,
    Format,
    LayerEntry,
    Limits,
    PrecisionEntry,
    Report,
    ScaledFormat,
    Taken,
    TradeoffEntry,
    Units,
)
from quantnn.network.layers import Dense, Layer
from quantnn.plan.core import CorePlan
from quantnn.plan.cost import Cost, engine_cost
from quantnn.plan.engine import EnginePlan
from quantnn.plan.planner import Planner
from quantnn.plan.resources import Resources
from quantnn.plan.unrolled_engine import UnrolledPlan
from quantnn.version import __version__

__all__ = ["planned_report", "scale_entry"]


def planned_report(
    *, name: str, board: Board, plan: CorePlan, planner: Planner, part: BoardPart, clock_mhz: float,
    quality: Quality | None, precision: PrecisionEntry, notes: tuple[str, ...], files: tuple[str, ...],
    tradeoff: TradeoffEntry | None = None,
) -> Report:
    """The report of an export."""
    resources, core, timing = board.resources, planner.cost(plan), plan.timing
    return Report(
        format=FORMAT,
        version=VERSION,
        quantnn=__version__,
        model=name,
        board=board.name,
        clock_mhz=clock_mhz,
        fingerprint=part.fingerprint.hex(),
        link=part.link(board),
        precision=precision,
        layers=tuple(entry for engine in plan.engines for entry in _entries(engine, resources)),
        core=_taken(core),
        board_top=part.entry(_taken(part.cost)),
        totals=_taken(core + part.cost),
        limits=Limits(**vars(_taken(Cost.limits(resources)))),
        units=Units(resources.multipliers.name, resources.block_ram.name, resources.logic.unit),
        estimates=("le",),
        logic_multipliers=sum(engine.logic_multipliers for engine in plan.engines),
        macs=plan.network.macs,
        ii_cycles=Cycles(timing.interval, None),
        latency_cycles=Cycles(timing.latency, None),
        device_bound_cycles=planner.device_bound,
        inferences_per_second=round(clock_mhz * 1e6 / timing.interval, 1),
        latency_us=round(timing.latency / clock_mhz, 3),
        accuracy=quality.accuracy if quality else None,
        sqnr_db=quality.sqnr_db if quality else None,
        sqnr_db_outputs=quality.sqnr_db_outputs if quality else (),
        verification=None,
        notes=notes,
        files=files,
        class_names=plan.network.class_names,
        tradeoff=tradeoff,
    )


def _taken(cost: Cost) -> Taken:
    return Taken(cost.multipliers, cost.block_ram, cost.logic)


def _format(values: IntegerRange) -> Format:
    return Format(values.lo, values.hi, values.width, values.signed)


def scale_entry(layer: Layer) -> float | tuple[float, ...]:
    """A layer's scale as it stands in a report."""
    return layer.scale if isinstance(layer.scale, float) else tuple(layer.scale.tolist())


def _entries(engine: EnginePlan, resources: Resources) -> Iterator[LayerEntry]:
    """The layers of an engine. Its memories and multipliers are its last layer's, its logic is shared among them."""
    whole = engine_cost(engine, resources)
    before = engine.layer_logic[:-1]
    costs = [*(Cost(logic=logic) for logic in before), whole - Cost(logic=sum(before))]
    input = engine.input
    adders = engine.pipeline.layer_adders if isinstance(engine, UnrolledPlan) else (0,)
    for layer, accumulator, cost, count in zip(engine.layers, engine.accumulators, costs, adders, strict=True):
        yield replace(_layer(layer, input, accumulator, engine, cost), adders=count)
        input = layer.output


def _layer(
    layer: Layer, input: IntegerRange, accumulator: IntegerRange, engine: EnginePlan, cost: Cost
) -> LayerEntry:
    return LayerEntry(
        kind=layer.kind,
        engine=engine.engine,
        activation=layer.activation,
        in_features=layer.in_features,
        out_features=layer.out_features,
        input=_format(input),
        weights=_format(layer.weight_range) if isinstance(layer, Dense) else None,
        accumulator=_format(accumulator),
        output=ScaledFormat(**vars(_format(layer.output)), scale=scale_entry(layer)),
        pe=layer.out_features if isinstance(engine, UnrolledPlan) else getattr(engine, "pe", engine.lanes),
        simd=layer.in_features if isinstance(engine, UnrolledPlan) else getattr(engine, "simd", 1),
        lanes=engine.lanes,
        cycles=engine.interval,
        macs=layer.macs,
        **vars(_taken(cost)),
    )
