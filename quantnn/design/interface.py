"""The core's description beside its Verilog: streams, taps and planned timing, for any testbench."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field
from pydantic.dataclasses import dataclass

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.errors import InputError
from quantnn.files.field_types import Count, Must, Positive, Size
from quantnn.files.json_file import load_json, save_json
from quantnn.files.record import RECORD, read_record, record_values
from quantnn.network.network import IntegerNetwork
from quantnn.plan.core import CorePlan
from quantnn.plan.core_name import CORE, name_fault

__all__ = ["CoreInterface", "Element", "Stream", "TapSignals"]

_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,63}"
Signal = Annotated[
    str,
    Field(pattern=rf"^{_NAME}(\.{_NAME}){{0,15}}$"),
    Must("be a signal in the core, Verilog names with dots between"),
]


@dataclass(frozen=True, config=RECORD)
class Element:
    """Format of an element: its least and greatest value, and the bits that hold both."""

    lo: int
    hi: int
    bits: Size


@dataclass(frozen=True, config=RECORD)
class Stream:
    """What a stream carries.

    Parameters
    ----------
    elements, elements_per_beat, beats : int
        Of a sample.
    element : Element
    class_bits, tdata_bits : int
        Of a beat: the class index, 0 for none, and all.

    Raises
    ------
    ValueError
        They contradict each other.
    """

    elements: Size
    element: Element
    elements_per_beat: Size
    beats: Size
    class_bits: Annotated[int, Field(ge=0, le=64), Must("be an integer from 0 to 64")]
    tdata_bits: Positive

    def __post_init__(self) -> None:
        form = self.format
        stated = {"element.bits": self.element.bits, "beats": self.beats, "tdata_bits": self.tdata_bits}
        for name, right in zip(stated, (form.element.width, form.beats, form.tdata_width), strict=True):
            if stated[name] != right:
                raise ValueError(f"{name} must be {right} by the other fields, not {stated[name]}")

    @cached_property
    def format(self) -> BeatFormat:
        """How elements are spread over beats."""
        element = IntegerRange(self.element.lo, self.element.hi)
        return BeatFormat(self.elements, element, self.elements_per_beat, self.class_bits)

    @classmethod
    def of(cls, form: BeatFormat) -> Self:
        """What a stream of that format carries."""
        return cls(**_fields(form))


@dataclass(frozen=True, config=RECORD)
class _Signals:
    valid: Signal
    data: Signal


@dataclass(frozen=True, config=RECORD)
class TapSignals(Stream, _Signals):
    """Signals below the core that show a layer's results: a strobe, and the beat that it marks."""

    @classmethod
    def at(cls, valid: str, data: str, form: BeatFormat) -> Self:
        """A tap at two signals."""
        return cls(valid=valid, data=data, **_fields(form))


@dataclass(frozen=True, config=RECORD)
class CoreInterface:
    """What one needs to know to drive a core and to look into it.

    Parameters
    ----------
    module : str
        What it is called in Verilog.
    s_axis, m_axis : Stream
    taps : tuple of TapSignals
        One per layer.
    interval, latency : int
        As planned, in cycles.
    reset_cycles : int
        Cycles that a reset has to last.
    recovery_cycles : int
        Cycles after a reset in which the core takes no input and gives no output.
    """

    RESET: ClassVar[Literal[1]] = 1

    module: str
    s_axis: Stream
    m_axis: Stream
    taps: tuple[TapSignals, ...]
    interval: Positive
    latency: Positive
    reset_cycles: Literal[1]
    recovery_cycles: Count

    def __post_init__(self) -> None:
        if fault := name_fault(self.module):
            raise ValueError(f"module must {fault}")

    @classmethod
    def of(
        cls,
        input: BeatFormat,
        output: BeatFormat,
        taps: Iterable[TapSignals],
        interval: int,
        latency: int,
        recovery: int,
        module: str = CORE,
    ) -> Self:
        """The interface of a core with these streams."""
        streams = Stream.of(input), Stream.of(output)
        return cls(module, *streams, tuple(taps), interval, latency, cls.RESET, recovery)

    @classmethod
    def of_plan(cls, plan: CorePlan, module: str = CORE) -> Self:
        """The interface of the core that a plan describes."""
        taps = (
            TapSignals.at(f"layer_{number}.{tap.valid}", f"layer_{number}.{tap.data}", tap.format)
            for number, engine in zip(plan.places, plan.engines, strict=True)
            for tap in engine.taps
        )
        timing = plan.timing
        return cls.of(plan.input, plan.output, taps, timing.interval, timing.latency, plan.reset_cycles, module)

    @property
    def input(self) -> BeatFormat:
        """The stream ``s_axis``."""
        return self.s_axis.format

    @property
    def output(self) -> BeatFormat:
        """The stream ``m_axis``."""
        return self.m_axis.format

    def save(self, path: Path) -> None:
        """Write as JSON."""
        save_json(record_values(self, whole=True), path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what :meth:`save` wrote.

        Raises
        ------
        InputError
            The file is missing or damaged.
        """
        values = load_json(path)
        try:
            return read_record(cls, values)
        except ValueError as error:
            raise InputError(f"{path} is damaged ({error}): export the model again") from None

    def check(self, network: IntegerNetwork, path: Path) -> None:
        """Refuse an interface of another network, before samples are packed for it and answers unpacked.

        Raises
        ------
        InputError
            Names ``path``, where the interface was read.
        """
        own = (self.input.elements, self.input.element, self.output.elements, self.output.element)
        wanted = (network.in_features, network.input, network.out_features, network.layers[-1].output)
        if own != wanted or bool(self.output.class_width) != network.classify:
            raise InputError(f"{path} is not that of network.npz: export the model again")


def _fields(form: BeatFormat) -> dict[str, Any]:
    element = Element(form.element.lo, form.element.hi, form.element.width)
    return {
        "elements": form.elements,
        "element": element,
        "elements_per_beat": form.per_beat,
        "beats": form.beats,
        "class_bits": form.class_width,
        "tdata_bits": form.tdata_width,
    }
