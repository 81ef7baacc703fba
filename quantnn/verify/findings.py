"""What a simulation found, in the network's terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from quantnn.beats import BeatFormat
from quantnn.design.interface import CoreInterface
from quantnn.network.class_names import numbered_name

__all__ = ["Difference", "Findings"]

_CLASS = "class "
_Cycles = TypeVar("_Cycles", int, float)


@dataclass(frozen=True, order=True)
class Difference:
    """A value that is not the reference's.

    Parameters
    ----------
    sample, layer, neuron : int
        Where; ``layer`` is the number of layers for the core's output stream.
    got, expected : str
        Values; X where the simulator knows none.
    what : str
        What the value is.
    """

    sample: int
    layer: int
    neuron: int
    got: str
    expected: str
    what: str = "output"

    def __str__(self) -> str:
        return (
            f"layer {self.layer}, neuron {self.neuron}, sample {self.sample}: got {self.got}, expected {self.expected}"
            if self.what == "output"
            else f"{self.what} of sample {self.sample}, neuron {self.neuron}: got {self.got}, expected {self.expected}"
        )

    def values(self) -> dict[str, int | str]:
        """The same for programs: numbers as numbers, and no layer where the message names none."""
        place = {"sample": self.sample, "layer": self.layer, "neuron": self.neuron}
        if self.what != "output":
            del place["layer"]
        return {"what": self.what, **place, "got": _number(self.got), "expected": _number(self.expected)}


def _number(text: str) -> int | str:
    return int(text) if text.removeprefix("-").isdecimal() else text


@dataclass(frozen=True)
class Findings:
    """Counts and first difference of one or more simulations.

    Parameters
    ----------
    values : int
        Values compared: every layer's outputs, and what left the core.
    mismatches : int
        Beats that differ.
    failures : tuple
        What went wrong, the most telling first: a :class:`Difference`, or a text.
    interval, latency : int or None
        As measured, in cycles; None where too few samples came through.
    """

    values: int
    mismatches: int
    failures: tuple[Difference | str, ...]
    interval: int | float | None = None
    latency: int | None = None

    def __add__(self, other: Findings) -> Findings:
        """What both found; the timing is that of the first, as the others may be stalled."""
        failures = (*self.failures, *other.failures)
        differences = sorted(failure for failure in failures if isinstance(failure, Difference))
        texts = [failure for failure in failures if isinstance(failure, str)]
        return replace(
            self,
            values=self.values + other.values,
            mismatches=self.mismatches + other.mismatches,
            failures=(*differences, *dict.fromkeys(texts)),
        )

    @property
    def difference(self) -> Difference | None:
        """The first differing value, if a value differs."""
        return next((failure for failure in self.failures if isinstance(failure, Difference)), None)

    @property
    def named(self) -> dict[str, int | str] | None:
        """The values of the most telling failure, if it names a value."""
        first = self.failures[0] if self.failures else None
        return first.values() if isinstance(first, Difference) else None

    def prefixed(self, words: str) -> Findings:
        """These findings, with the circumstances in front of each failure; a sample's number says less there."""
        return replace(self, failures=tuple(f"{words}, {failure}" for failure in self.failures))

    def with_class_names(self, names: Sequence[str]) -> Findings:
        """These findings, with the names of classes behind their numbers."""

        def called(text: str) -> str:
            number = text.removeprefix(_CLASS)
            return f"{_CLASS}{numbered_name(names, int(number))}" if text == f"{_CLASS}{number}" else text

        failures = (
            replace(failure, got=called(failure.got), expected=called(failure.expected))
            if isinstance(failure, Difference)
            else failure
            for failure in self.failures
        )
        return replace(self, failures=tuple(failures))

    @classmethod
    def of_parts(cls, parts: Sequence[Findings], interface: CoreInterface) -> Findings:
        """What the parts of a run without stalls found together.

        Each part has to have the planned timing: if one has another, that is what was measured, and a failure.
        """
        interval = _measured((part.interval for part in parts), interface.interval)
        latency = _measured((part.latency for part in parts), interface.latency)
        first, *others = (part.with_timing(interface) for part in parts)
        return replace(sum(others, start=first), interval=interval, latency=latency)

    def with_timing(self, interface: CoreInterface) -> Findings:
        """These findings, and a failure for each measured cycle count that is not the planned one."""
        wrong = [
            f"the {name} is {measured} cycles, but {planned} were planned"
            for name, measured, planned in (
                ("initiation interval", self.interval, interface.interval),
                ("latency", self.latency, interface.latency),
            )
            if measured is not None and measured != planned
        ]
        return replace(self, failures=(*self.failures, *wrong))

    @classmethod
    def read(
        cls, raw: dict[str, Any], dut: int, interface: CoreInterface, samples: int, warm: int, first: int
    ) -> Findings:
        """From what the bench wrote of device ``dut``; its samples are numbered from ``first`` on."""
        found = raw["duts"][dut]
        formats = [tap.format for tap in interface.taps]
        checkers = [*zip(found["layers"], formats, strict=True), (found["output"], interface.output)]
        failures: list[Difference | str] = []
        for number, (checker, form) in enumerate(checkers):
            whole = number == len(formats)
            failures.extend(_differences(checker, form, number, "answer" if whole else "output", first))
        failures = [*sorted(failure for failure in failures if isinstance(failure, Difference))]
        for number, (checker, form) in enumerate(checkers):
            name = f"layer {number}" if number < len(formats) else "the core"
            if checker["beats"] != samples * form.beats:
                failures.append(f"{name} gave {checker['beats']} beats, but {samples * form.beats} were expected")
        if found["protocol_errors"]:
            failures.append(f"m_axis broke the AXI4-Stream handshake in {found['protocol_errors']} cycles")
        if raw["hung"] and found["samples"] < samples:
            failures.append(f"the core stopped after {found['samples']} of {samples} samples")
        values = sum(min(c["beats"], samples * f.beats) * f.elements // f.beats for c, f in checkers)
        classes = min(found["samples"], samples) if interface.output.class_width else 0
        interval: int | float | None = None
        if found["samples"] == samples and samples - 1 > warm:
            interval = (found["last_output"] - found["warm_output"]) / (samples - 1 - warm)
            interval = int(interval) if interval == int(interval) else round(interval, 3)
        latency = found["first_output"] - found["first_input"] if found["samples"] else None
        mismatches = sum(checker["mismatches"] for checker, _ in checkers)
        return cls(values + classes, mismatches, tuple(failures), interval, latency)


def _measured(values: Iterable[_Cycles | None], planned: int) -> _Cycles | None:
    """Of measured cycle counts the first that is not the planned one; None where nothing was measured."""
    found = [value for value in values if value is not None]
    return next((value for value in found if value != planned), found[0] if found else None)


def _differences(
    checker: dict[str, Any], form: BeatFormat, layer: int, what: str, first: int
) -> Iterator[Difference]:
    """The first difference that a checker saw, if it saw one."""
    if not checker["mismatches"]:
        return
    sample, beat = divmod(checker["first_beat"], form.beats)
    place = beat * form.per_beat
    if checker["surplus"]:
        yield Difference(first + sample, layer, place, "an output", "none", what)
        return
    expected, expected_class = form.unpack(checker["expected"])
    if isinstance(checker["got"], str):
        yield Difference(first + sample, layer, place, checker["got"].upper(), str(expected[0]), what)
        return
    got, got_class = form.unpack(checker["got"])
    for lane, (value, wanted) in enumerate(zip(got, expected, strict=True)):
        if value != wanted:
            yield Difference(first + sample, layer, place + lane, str(value), str(wanted), what)
            return
    yield Difference(first + sample, layer, place, f"{_CLASS}{got_class}", f"{_CLASS}{expected_class}", what)
