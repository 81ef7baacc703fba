"""A comparison as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType

from quantnn.speed.comparison import SpeedComparison
from quantnn.speed.cpu_speed import BATCH
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
    large = comparison.large
    table = Table("samples at once", "threads", "1", f"{BATCH}", f"{large:,}", "most a second", right=1)
    for speed in comparison.on_cpu:
        threads = "any" if speed.threads is None else str(speed.threads)
        times = (duration(timing.median) for timing in (speed.single, speed.batch, speed.large))
        table.add_row(speed.title, threads, *times, rate(speed.samples_per_second))
    for name, _ in comparison.not_measured:
        table.add_row(name, *"–––––")
    _add(table, f"FPGA core, {comparison.core.clock}", comparison.core, large)
    if comparison.link:
        _add(table, "FPGA behind its link", comparison.link, large)
    return table


def _add(table: Table, name: str, fpga: FpgaSpeed | LinkSpeed, large: int) -> None:
    times = (duration(fpga.latency_seconds), duration(fpga.seconds(BATCH)), duration(fpga.seconds(large)))
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
    timings = [timing for speed in comparison.on_cpu for timing in (speed.single, speed.batch, speed.large)]
    if any(timing.spread > _UNSTEADY for timing in timings):
        yield "warning: times differ much from run to run: something else keeps this computer busy"
    versions = sorted({f"{speed.name.split()[0]} {speed.version}" for speed in comparison.on_cpu})
    least = min((timing.runs for timing in timings), default=0)
    spread = f"{100 * max((timing.spread for timing in timings), default=0):.0f} %"
    runs = f"; medians of at least {least:,} runs, their quartiles at most {spread} apart" if timings else ""
    yield f"this computer: {', '.join((cpu.name, *versions))}{runs}"
    yield f"samples lie in its memory as {_elements(comparison)}; FPGA: one sample after the other, without a gap"
    if comparison.empty_call:
        taken = duration(comparison.empty_call.median)
        yield f"a call of onnxruntime that computes nothing takes {taken}: so much of its time is Python's"
    if comparison.agreement:
        equal, count = comparison.agreement.equal, comparison.agreement.samples
        yield f"float32 has the weights' real values; its class is the integers' for {equal:,} of {count:,} vectors"
    yield from _accuracies(comparison)
    cycles = "measured in simulation" if core.measured else "planned, not yet measured: run quantnn verify"
    yield f"FPGA cycles: latency {core.latency:,}, interval {core.interval:,}, {cycles}"
    yield f"FPGA clock: {core.clock_mhz:g} MHz, {_clock(core)}"
    if link:
        sizes = f"{line_bytes(link.sample_bytes):,} bytes there and {line_bytes(link.answer_bytes):,} back"
        yield f"link: {link.baud:,} bits/s, {sizes}; what the host and a USB bridge add is not in it"
    yield from comparison.feed.sentences


def _elements(comparison: SpeedComparison) -> str:
    """As what samples lie in memory, and for whom if that is not the same for all."""
    names: dict[str, list[str]] = {}
    for speed in comparison.on_cpu:
        names.setdefault(speed.elements, []).append(speed.name)
    others = (f"{elements} for {names[elements][0]}" for elements in names if elements != "float32")
    return ", ".join(("float32", *others))


def _accuracies(comparison: SpeedComparison) -> Iterator[str]:
    """How right each is on the samples with labels, and what became of the network that is set beside."""
    if comparison.right:
        each = {speed.title: str(speed.right) for speed in comparison.on_cpu if speed.right}
        listed = ", ".join(f"{name} {share}" for name, share in each.items())
        yield f"accuracy on {comparison.right.samples:,} labelled vectors: the FPGA {comparison.right}, {listed}"
    rivals = [speed for speed in comparison.on_cpu if speed.model]
    if rivals and comparison.rival_macs is not None:
        counts = all(map(comparison.counts, rivals))
        said = "" if counts else "; it is not as right as the design, or nobody knows, and does not count"
        yield f"{rivals[0].model} is another network, of {comparison.rival_macs:,} multiplications a sample{said}"
