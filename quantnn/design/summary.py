"""The report as people read it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.console import Group, RenderableType

from quantnn.design.report import (
    BoardTop,
    BuildResult,
    Cycles,
    Format,
    LayerEntry,
    Report,
    ScaledFormat,
    Taken,
    TradeoffEntry,
    Verification,
    save_report,
)
from quantnn.design.report.display import plain, tables
from quantnn.files.whole_file import write_whole
from quantnn.network.class_names import numbered_names
from quantnn.system.paragraph import Paragraph
from quantnn.system.table import Table

__all__ = ["render_summary", "summary", "tradeoff_table", "write_report"]

_SHOWN = 8
_PARTS = ("multipliers", "m9k", "le")


@tables.register
def summary(report: Report) -> Group:
    """A report as tables."""
    parts: list[RenderableType] = [Paragraph(f"{report.model} on {report.board}", style="bold"), _layers(report)]
    parts += [_resources(report), _speed(report)]
    if report.tradeoff:
        parts.append(tradeoff_table(report.tradeoff))
    if report.build:
        parts.append(_build(report.build, report))
        parts += [Paragraph(f"warning: {warning}") for warning in report.build.warnings]
    parts += [Paragraph(f"note: {note}") for note in report.notes]
    return Group(*parts)


def render_summary(report: Report) -> str:
    """The same as plain text, 100 columns wide."""
    return plain(summary(report))


def write_report(report: Report, folder: Path) -> None:
    """Write report.json and summary.txt. Whatever fails, what was there stays whole.

    Raises
    ------
    OSError
        One cannot be written.
    """
    write_whole(folder / "summary.txt", render_summary(report))
    save_report(report, folder)


@tables.register
def tradeoff_table(tradeoff: TradeoffEntry) -> Table:
    """A front as a table, in which the pick is marked."""
    table = Table("rounding", "weights", "activations", "digits", "cells", tradeoff.measure, "may lose", right=4)
    for number, point in enumerate(tradeoff.points):
        between = ", ".join(map(str, point.activation_bits)) or "–"
        counts = (f"{point.digits:,}", f"{point.cells:,}", f"{point.quality:.4f}", f"{point.loss:.3f} %")
        picked = number == tradeoff.picked
        style = "bold" if picked else ""
        table.add_row("picked" if picked else "", str(point.weight_bits), between, *counts, style=style)
    table.add_row("float", "", "", "", "", f"{tradeoff.reference:.4f}", "")
    return table


def _bits(form: Format | ScaledFormat | None) -> str:
    return "–" if form is None else f"{'s' if form.signed else 'u'}{form.bits}"


def _layers(report: Report) -> Table:
    table = _table("layer", "shape", "activation", "in · weights → out", "accumulator, proven")
    for number, layer in enumerate(report.layers):
        accumulator = layer.accumulator
        table.add_row(
            f"{number} {layer.kind}",
            f"{layer.in_features}→{layer.out_features}",
            layer.activation,
            f"{_bits(layer.input)} · {_bits(layer.weights)} → {_bits(layer.output)}",
            f"{_bits(accumulator)} [{accumulator.lo}, {accumulator.hi}]",
        )
    return table


def _resources(report: Report) -> Table:
    """What each part takes; of logic, an estimate, and in total what a build used as soon as there is one."""
    units, built = report.units, _built_logic(report)
    logic = f"{units.le} (estimate)" if built is None else f"{units.le} (≈ estimate)"
    table = _table("hardware", "PE×SIMD", "cycles", "multipliers", units.m9k, logic, right=1)

    def counts(taken: LayerEntry | Taken | BoardTop) -> tuple[str, ...]:
        return str(taken.multipliers), str(taken.m9k), f"{'' if built is None else '≈'}{taken.le}"

    for number, layer in enumerate(report.layers):
        name = f"{number} {layer.kind}{' unrolled' if layer.engine == 'unrolled' else ''}"
        table.add_row(name, f"{layer.pe}×{layer.simd}", str(layer.cycles), *counts(layer))
    table.add_row("core", "", "", *counts(report.core))
    table.add_row("board top", "", "", *counts(report.board_top))
    total = report.totals if built is None else replace(report.totals, le=built)
    for heading, entry in (("total", total), ("available", report.limits)):
        table.add_row(heading, "", "", *(str(getattr(entry, part)) for part in _PARTS))
    shares = (100 * getattr(total, part) / getattr(report.limits, part) for part in _PARTS)
    table.add_row("used", "", "", *(f"{share:.1f} %" for share in shares), style="bold")
    return table


def _built_logic(report: Report) -> int | None:
    """Logic that a build used, in the unit of the estimate; None where there is none, or its tool counts otherwise."""
    usages = report.build.resources if report.build else ()
    return next((usage.used for usage in usages if usage.name == report.units.le), None)


def _table(*headings: str, right: int = 99) -> Table:
    """A table whose columns from number ``right`` on hold numbers."""
    return Table(*headings, right=right)


def _cycles(entry: Cycles) -> str:
    measured = entry.measured
    return f"{entry.planned} planned, " + ("not yet measured" if measured is None else f"{measured} measured")


def _facts() -> Table:
    """A table of headings and what there is to say of each."""
    return Table("", "")


def _speed(report: Report) -> Table:
    table = _facts()
    ratio = report.ii_cycles.planned / report.device_bound_cycles
    table.add_row("initiation interval, cycles", _cycles(report.ii_cycles))
    table.add_row("latency, cycles", _cycles(report.latency_cycles))
    table.add_row("device bound, cycles", f"{report.device_bound_cycles} (interval is {ratio:.2f} × the bound)")
    speed = f"{report.inferences_per_second:,.0f} inferences/s, {report.latency_us} µs latency"
    table.add_row(f"at {report.clock_mhz:g} MHz", speed)
    if entry := report.board_top.replay:
        stored = f"{entry.words:,} beats, {entry.m9k} {report.units.m9k}"
        table.add_row("replay", f"{entry.samples:,} samples on the board: {stored}")
    if report.class_names:
        table.add_row("classes", numbered_names(report.class_names))
    accuracy = report.accuracy
    if accuracy:
        rounded = "" if accuracy.rounded is None else f" ({accuracy.rounded:.4f} on inputs as the sensor rounds them)"
        exact = "" if accuracy.float is None else f"float {accuracy.float:.4f}{rounded}, "
        text = f"{exact}integer {accuracy.integer:.4f} on {accuracy.samples} samples"
        table.add_row("accuracy", text)
    if report.sqnr_db is not None:
        table.add_row("SQNR of the logits", f"{report.sqnr_db} dB")
    if each := report.sqnr_db_outputs:
        shown = ", ".join("–" if ratio is None else f"{ratio}" for ratio in each[:_SHOWN])
        table.add_row("SQNR of each output", f"{shown}{', …' if len(each) > _SHOWN else ''} dB")
    table.add_row("verification", _verification(report.verification))
    return table


def _verification(found: Verification | None) -> str:
    if found is None:
        return "not yet: run quantnn verify"
    verdict = "bit-exact" if found.passed else f"FAILED: {found.first_difference}"
    return (
        f"{verdict}; {found.values_compared:,} values of {found.layers} layers, {found.samples} samples,"
        f" {found.mismatches} mismatches ({found.simulator}, {found.seconds} s)"
    )


def _build(built: BuildResult, report: Report) -> Table:
    table = _facts()
    table.add_row("built by", f"{built.tool}, {built.seconds:,.0f} s")
    asked, reached = built.clock_mhz, built.fmax_mhz
    table.add_row("clock asked for", f"{asked:g} MHz: {_at(asked, report)}")
    most = "no path limits it" if reached is None else f"{reached:g} MHz: {_at(reached, report)}"
    table.add_row("clock reached", most)
    for usage in built.resources:
        share = 100 * usage.used / usage.available
        table.add_row(usage.name, f"{usage.used:,} of {usage.available:,} ({share:.1f} %)")
    if path := built.critical_path:
        table.add_row("slowest path", f"{path.delay_ns:g} ns, {path.where}")
    for slack in built.slacks:
        table.add_row(f"slack, {slack.check}", f"{slack.ns:g} ns")
    return table


def _at(clock_mhz: float, report: Report) -> str:
    """What a clock means for the core, by the cycles that were measured, or else planned."""
    interval, latency = report.ii_cycles.known, report.latency_cycles.known
    return f"{clock_mhz * 1e6 / interval:,.0f} inferences/s, {latency / clock_mhz:.3g} µs latency"
