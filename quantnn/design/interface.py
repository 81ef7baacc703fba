"""The core's description beside its Verilog: streams, taps and planned timing, for any testbench."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.errors import InputError
from quantnn.plan.core import CorePlan
from quantnn.plan.core_name import CORE, name_fault

__all__ = ["CoreInterface", "TapInterface"]

_SIGNAL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*){0,9}")


@dataclass(frozen=True)
class TapInterface:
    """Signals below the core that show a layer's results: a strobe, and the beat that it marks.

    Raises
    ------
    ValueError
        A signal is no hierarchical name: identifiers with dots between them.
    """

    valid: str
    data: str
    format: BeatFormat

    def __post_init__(self) -> None:
        for signal in (self.valid, self.data):
            if not isinstance(signal, str) or not _SIGNAL.fullmatch(signal):
                raise ValueError(f"a tap must be identifiers with dots between them, not {str(signal)[:60]!r}")


@dataclass(frozen=True)
class CoreInterface:
    """What one needs to know to drive a core and to look into it.

    Parameters
    ----------
    input, output : BeatFormat
        The streams ``s_axis`` and ``m_axis``.
    taps : tuple of TapInterface
        One per layer.
    interval, latency : int
        As planned, in cycles.
    recovery : int
        Cycles after a reset in which the core takes no input and gives no output.
    module : str
        What it is called in Verilog.
    """

    RESET: ClassVar[int] = 1
    """Cycles that a reset has to last."""

    input: BeatFormat
    output: BeatFormat
    taps: tuple[TapInterface, ...]
    interval: int
    latency: int
    recovery: int
    module: str = CORE

    def __post_init__(self) -> None:
        if fault := name_fault(self.module):
            raise ValueError(f"a core's name must {fault}")

    @classmethod
    def of_plan(cls, plan: CorePlan, module: str = CORE) -> CoreInterface:
        """The interface of the core that a plan describes."""
        taps = tuple(
            TapInterface(
                f"layer_{number}.drain.valid",
                f"layer_{number}.drain.results",
                BeatFormat(engine.layer.out_features, engine.layer.output, engine.lanes),
            )
            for number, engine in enumerate(plan.engines)
        )
        timing = plan.timing
        return cls(plan.input, plan.output, taps, timing.interval, timing.latency, plan.reset_cycles, module)

    def save(self, path: Path) -> None:
        """Write as JSON."""
        description = {
            "module": self.module,
            "s_axis": _stream(self.input),
            "m_axis": _stream(self.output),
            "taps": [{"valid": tap.valid, "data": tap.data, **_stream(tap.format)} for tap in self.taps],
            "interval": self.interval,
            "latency": self.latency,
            "reset_cycles": self.RESET,
            "recovery_cycles": self.recovery,
        }
        path.write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> CoreInterface:
        """Read what :meth:`save` wrote.

        Raises
        ------
        InputError
            The file is missing or damaged.
        """
        try:
            description = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                _beat_format(description["s_axis"]),
                _beat_format(description["m_axis"]),
                tuple(TapInterface(tap["valid"], tap["data"], _beat_format(tap)) for tap in description["taps"]),
                int(description["interval"]),
                int(description["latency"]),
                int(description["recovery_cycles"]),
                str(description["module"]),
            )
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path} is missing or damaged ({error}): export the model again") from None


def _stream(form: BeatFormat) -> dict[str, Any]:
    return {
        "elements": form.elements,
        "element": {"lo": form.element.lo, "hi": form.element.hi, "bits": form.element.width},
        "elements_per_beat": form.per_beat,
        "beats": form.beats,
        "class_bits": form.class_width,
        "tdata_bits": form.tdata_width,
    }


def _beat_format(entry: dict[str, Any]) -> BeatFormat:
    element = IntegerRange(int(entry["element"]["lo"]), int(entry["element"]["hi"]))
    return BeatFormat(int(entry["elements"]), element, int(entry["elements_per_beat"]), int(entry["class_bits"]))
