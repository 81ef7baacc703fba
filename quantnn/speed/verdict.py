"""Which wins where, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Figure", "duration", "rate", "verdicts"]

_DRAW = 1.1
"""Up to this ratio, neither wins: a computer's times differ as much from one day to the next."""

ENERGY = "Energy was not measured, neither on this computer nor on a board."


@dataclass(frozen=True)
class Figure:
    """How fast something is.

    Parameters
    ----------
    name : str
        As in a sentence.
    latency : float
        Seconds from a sample to its answer.
    samples_per_second : float
    """

    name: str
    latency: float
    samples_per_second: float


def verdicts(on_cpu: Sequence[Figure], core: Figure, link: Figure | None) -> tuple[str, ...]:
    """A sentence each on latency and throughput, without and with the link, and on energy.

    On this computer what counts is the fastest, for latency and throughput apart.
    """
    if not on_cpu:
        return ("Nothing was measured on this computer.", ENERGY)
    soonest = min(on_cpu, key=lambda figure: figure.latency)
    most = max(on_cpu, key=lambda figure: figure.samples_per_second)
    sentences = [
        _latency("Latency of one sample", soonest, core),
        _throughput("Throughput", most, core),
    ]
    if link is None:
        sentences.append("The board has no link to a host, so nothing is said of one.")
    else:
        sentences.append(_latency("Latency, the link included", soonest, link))
        sentences.append(_throughput("Throughput, the link included", most, link))
    return (*sentences, ENERGY)


def _latency(what: str, a: Figure, b: Figure) -> str:
    faster, slower = sorted((a, b), key=lambda figure: figure.latency)
    return _sentence(what, faster, slower, slower.latency / faster.latency, lambda f: duration(f.latency))


def _throughput(what: str, a: Figure, b: Figure) -> str:
    slower, faster = sorted((a, b), key=lambda figure: figure.samples_per_second)
    ratio = faster.samples_per_second / slower.samples_per_second
    return _sentence(what, faster, slower, ratio, lambda f: f"{rate(f.samples_per_second)} samples/s")


def _sentence(what: str, faster: Figure, slower: Figure, ratio: float, shown: Callable[[Figure], str]) -> str:
    if ratio <= _DRAW:
        return f"{what}: a draw, {shown(faster)} of {faster.name} and {shown(slower)} of {slower.name}."
    times = f"{ratio:.1f}" if ratio < 10 else rate(ratio)
    against = f"{shown(faster)} against {shown(slower)} of {slower.name}"
    return f"{what}: {faster.name} wins, {against}, {times} times as fast."


def duration(seconds: float) -> str:
    """Seconds to three digits, in the unit that suits them."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= 0.9995 * size:
            return f"{rate(seconds / size)} {unit}"
    return f"{rate(seconds / 1e-9)} ns"


def rate(value: float) -> str:
    """A number to three digits."""
    digits = float(f"{value:.3g}")
    return f"{digits:,.0f}" if digits >= 100 else f"{value:#.3g}"
