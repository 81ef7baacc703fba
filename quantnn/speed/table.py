"""A comparison as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType

from quantnn.speed.comparison import BATCH, SpeedComparison
from quantnn.speed.fpga import FpgaSpeed, LinkSpeed, line_bytes
from quantnn.speed.verdict import duration, rate
from quantnn.system.paragraph import Paragraph
from quantnn.system.table import Table

__all__ = ["speed_table"]

_UNSTEADY = 0.25
"""Spread from which on a reader has to know that the computer was busy."""


def speed_table(comparison: SpeedComparison) -> Group:
    """The figures side by side, which wins where, and where they come from."""
    heading = f"{comparison.model}, {comparison.macs:,} multiplications a sample: this computer and {comparison.board}"
    parts: list[RenderableType] = [Paragraph(heading, style="bold"), _figures(comparison)]
    parts += [Paragraph(sentence) for sentence in comparison.verdicts]
    parts.append(Paragraph(""))
    parts += [Paragraph(note) for note in _notes(comparison)]
    return Group(*parts)


def _figures(comparison: SpeedComparison) -> Table:
    table = Table("", "threads", "one sample", f"{BATCH} samples", "samples/s", right=1)
    for speed in comparison.on_cpu:
        threads = "any" if speed.threads is None else str(speed.threads)
        times = (duration(timing.median) for timing in (speed.single, speed.batch))
        table.add_row(speed.name, threads, *times, rate(speed.samples_per_second))
    for name, _ in comparison.not_measured:
        table.add_row(name, "–", "–", "–", "–")
    _add(table, f"FPGA core, {comparison.core.clock}", comparison.core)
    if comparison.link:
        _add(table, "FPGA behind its link", comparison.link)
    return table


def _add(table: Table, name: str, fpga: FpgaSpeed | LinkSpeed) -> None:
    times = (duration(fpga.latency_seconds), duration(fpga.seconds(BATCH)))
    table.add_row(name, "", *times, rate(fpga.samples_per_second), style="bold")


def _clock(core: FpgaSpeed) -> str:
    if not core.built:
        return "the target, not yet placed and routed: run quantnn build"
    most = "" if core.fmax_mhz is None else f"; place and route would allow {core.fmax_mhz:.4g} MHz"
    return f"what the bitstream is built for{most}"


def _notes(comparison: SpeedComparison) -> Iterator[str]:
    core, link, cpu = comparison.core, comparison.link, comparison.cpu
    for name, reason in comparison.not_measured:
        yield f"not measured: {name}: {reason}"
    yield from (f"warning: {fault}" for fault in comparison.faults)
    timings = [timing for speed in comparison.on_cpu for timing in (speed.single, speed.batch)]
    if any(timing.spread > _UNSTEADY for timing in timings):
        yield "warning: times differ much from run to run: something else keeps this computer busy"
    versions = sorted({f"{speed.name.split()[0]} {speed.version}" for speed in comparison.on_cpu})
    least = min((timing.runs for timing in timings), default=0)
    spread = f"{100 * max((timing.spread for timing in timings), default=0):.0f} %"
    runs = f"; medians of at least {least:,} runs, their quartiles at most {spread} apart" if timings else ""
    yield f"this computer: {', '.join((cpu.name, *versions))}{runs}"
    yield "samples lie in its memory as float32; FPGA: one sample after the other, without a gap"
    if comparison.empty_call:
        taken = duration(comparison.empty_call.median)
        yield f"a call of onnxruntime that computes nothing takes {taken}: so much of its time is Python's"
    if comparison.agreement:
        equal, count = comparison.agreement
        yield f"float32 has the weights' real values; its class is the integers' for {equal:,} of {count:,} vectors"
    cycles = "measured in simulation" if core.measured else "planned, not yet measured: run quantnn verify"
    yield f"FPGA cycles: latency {core.latency:,}, interval {core.interval:,}, {cycles}"
    yield f"FPGA clock: {core.clock_mhz:g} MHz, {_clock(core)}"
    if link:
        sizes = f"{line_bytes(link.sample_bytes):,} bytes there and {line_bytes(link.answer_bytes):,} back"
        yield f"link: {link.baud:,} bits/s, {sizes}; what the host and a USB bridge add is not in it"
