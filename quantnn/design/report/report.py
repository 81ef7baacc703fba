"""The record of an exported design."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field
from pydantic.dataclasses import dataclass

from quantnn.design.report.build_result import BuildResult
from quantnn.design.report.display import plain, tables
from quantnn.design.report.layer_entry import LayerEntry
from quantnn.design.report.taken import Limits, Taken
from quantnn.design.report.tradeoff_entry import TradeoffEntry
from quantnn.design.report.verification import Verification
from quantnn.files.field_types import (
    AboveZero,
    AtLeastZero,
    Count,
    FileName,
    Hexadecimal,
    Must,
    Positive,
    Share,
    Text,
    UsbId,
)
from quantnn.files.record import RECORD
from quantnn.system.html import Shown

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = [
    "FORMAT", "VERSION", "Accuracy", "BoardTop", "Cycles", "LinkEntry", "PllEntry", "PrecisionEntry", "ReplayEntry",
    "Report", "Units",
]  # fmt: skip

FORMAT: Literal["quantnn report"] = "quantnn report"
VERSION: Literal[1] = 1


@dataclass(frozen=True, config=RECORD)
class LinkEntry:
    """The serial line through which a host can ask the board."""

    baud: Positive
    """Bits per second."""
    usb: tuple[UsbId, ...]
    """Vendor and product of the board's USB bridge, in hexadecimal; empty where an adapter of one's own is needed."""
    sample_bytes: Positive
    """Bytes of a sample on the line."""
    answer_bytes: Positive
    """Bytes of an answer on the line."""
    window: Annotated[int, Field(ge=3), Must("be an integer of at least 3")]
    """Samples that may be under way."""


@dataclass(frozen=True, config=RECORD)
class PrecisionEntry:
    """How the network was quantized."""

    weight_bits: Annotated[int, Field(ge=1, le=32), Must("be an integer from 1 to 32")]
    """Bits of the widest layer's weights."""
    activation_bits: Annotated[int, Field(ge=1, le=32), Must("be an integer from 1 to 32")]
    """Bits between layers."""
    calibration_samples: Count
    """Samples on which the scales were chosen; 0 where they come from proven bounds."""


@dataclass(frozen=True, config=RECORD)
class PllEntry:
    """A PLL and its dividers."""

    primitive: Text
    """The vendor's cell."""
    input: Positive
    """What its input is divided by."""
    multiplier: Positive
    """What that is multiplied by."""
    output: Positive
    """What that is divided by."""


@dataclass(frozen=True, config=RECORD)
class ReplayEntry:
    """The samples that a board sends through its core back to back."""

    samples: Positive
    """How many there are."""
    words: Positive
    """Beats of all of them."""
    m9k: Count
    """Block RAMs that they, and the classes that answers are compared with, take."""
    labels_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None
    """SHA-256 over their true classes, two bytes each; null where they are not known."""


@dataclass(frozen=True, config=RECORD)
class BoardTop:
    """What the board's top takes besides the core."""

    multipliers: Count
    """9-bit multiplier elements, or the board's multipliers."""
    m9k: Count
    """Block RAMs, by shape."""
    le: Count
    """Logic elements, an estimate."""
    samples: Count
    """Samples that are built in; 0 where nobody could choose one, or there is no room."""
    samples_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """SHA-256 over their beats; over those of all samples of a replay, if there is one."""
    labels: tuple[Count | None, ...] = ()
    """The true class of each, null where unknown."""
    pll: PllEntry | None = None
    """What makes the clock; missing for the oscillator itself."""
    replay: ReplayEntry | None = None
    """The set for a replay, of which the built-in samples are the first; missing where there is none."""


@dataclass(frozen=True, config=RECORD)
class Units:
    """What the device's vendor calls each of the resources."""

    multipliers: Text
    """Such as 9-bit multiplier element."""
    m9k: Text
    """A block of memory, such as M9K or EBR."""
    le: Text
    """A cell of logic, such as LE or LUT4."""

_CYCLES = Must("be a number of at least 1")


@dataclass(frozen=True, config=RECORD)
class Cycles:
    """A count of cycles."""

    planned: Positive
    """What the plan says."""
    measured: Annotated[Annotated[int, Field(ge=1)] | Annotated[float, Field(ge=1)], _CYCLES] | None
    """What the simulation showed; null before. Whole, unless the core stalled where it must not."""

    @property
    def known(self) -> int | float:
        """As measured, or else as planned."""
        return self.planned if self.measured is None else self.measured


@dataclass(frozen=True, config=RECORD)
class Accuracy:
    """Shares of right answers on the test samples."""

    samples: Positive
    """Test samples."""
    float: Share | None
    """Share of the float network; null where only the integer network is known."""
    integer: Share
    """Share of the integer network, which is the hardware's."""
    rounded: Share | None = None
    """Share of the float network on inputs as a sensor rounds them; missing where inputs are integers anyway."""


@dataclass(frozen=True, config=RECORD)
class Report(Shown):
    """What was built, what it takes, how fast it is, and what was verified; printed, it is summary.txt.

    A field with a default is optional in the file, and written only where it is not the default.
    """

    format: Literal["quantnn report"]
    """What the file is."""
    version: Literal[1]
    """Grows when a field changes its meaning or goes away."""
    quantnn: Text
    """Version of quantnn that wrote it."""
    model: str
    """Name of the model file."""
    board: Text
    """Name of the board."""
    clock_mhz: AboveZero
    """The clock for which speeds are stated, in MHz."""
    fingerprint: Hexadecimal
    """First 8 bytes, in hexadecimal, of SHA-256 over the core's Verilog and memory files: what a board in which this
    network is says when it is asked."""
    link: LinkEntry | None
    """The serial line through which a host can ask the board; null where the board has none."""
    precision: PrecisionEntry
    """How the network was quantized."""
    layers: Annotated[tuple[LayerEntry, ...], Field(min_length=1)]
    """The layers, from input to output."""
    core: Taken
    """What the core takes of the device."""
    board_top: BoardTop
    """What the board's top takes besides."""
    totals: Taken
    """The sum of core and board_top."""
    limits: Limits
    """What the device has."""
    units: Units
    """What the device's vendor calls each of the resources."""
    estimates: tuple[Literal["multipliers", "m9k", "le"], ...]
    """Which of the resources are estimates and not counts."""
    logic_multipliers: Count
    """Multipliers made of logic; they count in le, not in multipliers."""
    macs: Count
    """Multiplications per sample."""
    ii_cycles: Cycles
    """Initiation interval, in cycles."""
    latency_cycles: Cycles
    """Latency of a sample, in cycles."""
    device_bound_cycles: Positive
    """Multiplications over multipliers, rounded up: no design with these multipliers has a smaller interval."""
    inferences_per_second: AboveZero
    """What the planned interval is at clock_mhz."""
    latency_us: AtLeastZero
    """What the planned latency is at clock_mhz, in microseconds."""
    accuracy: Accuracy | None
    """Shares of right answers on the test samples; null without labels."""
    sqnr_db: float | None
    """Signal to quantization noise of the logits on the test samples, or, after new weights, on those in vectors/, in
    dB; null without samples or without noise."""
    verification: Verification | None
    """What quantnn verify found; null before."""
    notes: tuple[str, ...]
    """Sentences for people: what was dropped, ignored or guessed."""
    files: Annotated[
        tuple[FileName, ...],
        Field(min_length=1, json_schema_extra={"uniqueItems": True, "contains": {"const": "report.json"}}),
    ]
    """Every file of the folder, so that a later export knows what it may replace."""
    sqnr_db_outputs: tuple[float | None, ...] = ()
    """sqnr_db of each output, in a network that gives several values; null where there is no noise or no signal."""
    class_names: tuple[Text, ...] = ()
    """What the classes, or the values of a network without, are called, in their order; missing where nobody said."""
    tradeoff: TradeoffEntry | None = None
    """Accuracy beside logic, where the rounding was searched for; missing where it was not."""
    build: BuildResult | None = None
    """What synthesis, placement and routing made of it; missing before quantnn build."""

    def __rich__(self) -> RenderableType:
        return tables(self)

    def __str__(self) -> str:
        return plain(tables(self))

    def __post_init__(self) -> None:
        if "report.json" not in self.files or len(set(self.files)) < len(self.files):
            raise ValueError("files must name report.json, and every file once")

    @property
    def build_files(self) -> tuple[str, ...]:
        """The files of the build, as names in the exported folder; none where there is no build."""
        return tuple(f"board/{name}" for name in self.build.files) if self.build else ()

    def with_files(self, *names: str) -> Self:
        """The same, with more files in the folder."""
        return replace(self, files=tuple(sorted({*self.files, *names})))

    def with_build(self, build: BuildResult) -> Self:
        """The same design, built; an earlier build goes."""
        report = replace(self.without_build(), build=build)
        return report.with_files(*report.build_files)

    def without_build(self) -> Self:
        """The design before it was built, because it changes: ``build_files`` are stale."""
        files = tuple(name for name in self.files if name not in self.build_files)
        return replace(self, build=None, files=files)

    def with_verification(
        self, verification: Verification, interval: int | float | None, latency: int | None
    ) -> Self:
        """The same design, simulated: what was found, and the cycles as measured."""
        return replace(
            self,
            verification=verification,
            ii_cycles=replace(self.ii_cycles, measured=interval),
            latency_cycles=replace(self.latency_cycles, measured=latency),
        )

    def verified_as(self, other: Report) -> Self:
        """The same, with what was found of the same core and measured of it, if anything, in another report."""
        cycles = {
            name: replace(getattr(self, name), measured=getattr(other, name).measured)
            for name in ("ii_cycles", "latency_cycles")
        }
        return replace(self, verification=other.verification, **cycles)

    def unverified(self) -> Self:
        """The design before a simulation, because it changes."""
        cycles = {name: replace(getattr(self, name), measured=None) for name in ("ii_cycles", "latency_cycles")}
        return replace(self, verification=None, **cycles)
