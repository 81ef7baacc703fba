"""What nextpnr reports of a design that it placed and routed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from quantnn.build.places import describe_place
from quantnn.design.report import CriticalPath, Usage
from quantnn.errors import ToolError
from quantnn.files.record import in_a_line

__all__ = ["NextpnrReport"]

_CELL = re.compile(
    r"_(?:TRELLIS_|LUT[1-4]_|CCU2C|PFUMX|L6MUX21|MULT\d|DP16KD|SB_|DFF|ALU_|DPR16X4|RAM16|MUX2_LUT|[IO]BUF_).*$"
    r"|(\.\d+\.\d+)_[A-Z].*$"
)
"""What Yosys adds to a signal's name: the cell's type and port; to a memory's, the part's row and column and a port."""

_SHOWN = {
    "ecp5": {"TRELLIS_COMB": "LUT4", "TRELLIS_FF": "flip-flop", "DP16KD": "DP16KD", "MULT18X18D": "MULT18X18D"},
    "ice40": {"ICESTORM_LC": "LC", "ICESTORM_RAM": "EBR", "ICESTORM_DSP": "SB_MAC16"},
    "gowin": {
        "LUT4": "LUT4",
        "DFF": "flip-flop",
        "BSRAM": "BSRAM",
        "MULT9X9": "MULT9X9",
        "MULT18X18": "MULT18X18",
    },
}
"""The resources worth telling, by toolchain: nextpnr's name, and the vendor's."""


@dataclass(frozen=True)
class NextpnrReport:
    """Clock, resources and slowest path of one run.

    Parameters
    ----------
    fmax_mhz : float or None
        The highest clock of the design's own domain; None where no path limits it.
    resources : tuple of Usage
    critical_path : CriticalPath or None
    """

    fmax_mhz: float | None
    resources: tuple[Usage, ...]
    critical_path: CriticalPath | None

    @classmethod
    def load(cls, path: Path, toolchain: str) -> Self:
        """Read what ``nextpnr --report`` wrote.

        Raises
        ------
        ToolError
            It is missing or of another form.
        """
        try:
            report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            resources = tuple(
                Usage(_SHOWN[toolchain][name], int(entry["used"]), int(entry["available"]))
                for name, entry in report["utilization"].items()
                if name in _SHOWN[toolchain] and entry["available"]
            )
            paths = [_critical_path(found["path"]) for found in report["critical_paths"] if _synchronous(found)]
            slowest = max(paths, key=lambda path: path.delay_ns, default=None)
            fmax = [float(entry["achieved"]) for entry in report["fmax"].values()]
        except (OSError, LookupError, AttributeError, TypeError, ValueError) as error:
            raise ToolError(f"{path} cannot be read ({in_a_line(error)}): nextpnr of another version?") from None
        limit = 1000 / slowest.delay_ns if slowest and slowest.delay_ns else None
        return cls(min(fmax, default=limit), resources, slowest)


def _synchronous(found: dict[str, Any]) -> bool:
    """Whether a path begins and ends at the same clock."""
    ends = found["from"], found["to"]
    return ends[0] == ends[1] and "<async>" not in ends[0]


def _critical_path(steps: list[dict[str, Any]]) -> CriticalPath:
    delay = sum(float(step["delay"]) for step in steps)
    start, end = _start(steps), _place(steps[-1]["to"]["cell"])
    words = [describe_place(start), describe_place(end)]
    where = words[0] if words[0] == words[1] else f"from {words[0]} to {words[1]}"
    return CriticalPath(round(delay, 2), start, end, where)


def _start(steps: list[dict[str, Any]]) -> str:
    """What a path starts from, by the net that it drives: a cell may be named after the logic before it."""
    cell = steps[0]["from"]["cell"]
    net = next((str(step["net"]) for step in steps if "net" in step and step["from"]["cell"] == cell), cell)
    return _place(net)


def _place(cell: str) -> str:
    """The register or memory of a cell, without what synthesis added to its name."""
    return _CELL.sub(r"\1", cell) or cell
