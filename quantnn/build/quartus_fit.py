"""What Quartus' fitter says: how much of the device is used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from quantnn.build.report_tables import ReportTable, read_tables
from quantnn.design.report import Usage
from quantnn.errors import ToolError

__all__ = ["FitReport"]

_USAGES = {
    "Total logic elements": "LE",
    "Logic utilization (in ALMs)": "ALM",
    "Combinational ALUTs": "ALUT",
    "M4Ks": "M4K",
    "M9Ks": "M9K",
    "M9K blocks": "M9K",
    "M10K blocks": "M10K",
    "M20K blocks": "M20K",
    "Total block memory bits": "memory bits",
    "Total memory bits": "memory bits",
    "Embedded Multiplier 9-bit elements": "9-bit multiplier elements",
    "Total DSP Blocks": "DSP blocks",
    "Dedicated logic registers": "registers",
}
"""Rows of the fitter's reports and what we call them; the first of those with the same name counts."""

_LOGIC = {"LE", "ALM", "ALUT"}
_COUNTS = re.compile(r"([\d,]+) / ([\d,]+) \(")
_NO_TABLE = ReportTable("", ())


@dataclass(frozen=True)
class FitReport:
    """What placement and routing took of the device.

    Parameters
    ----------
    tool : str
        Quartus' version and edition.
    family : str
    resources : tuple of Usage
    memories : tuple of str
        The memories in block RAM, as Quartus names them.
    """

    tool: str
    family: str
    resources: tuple[Usage, ...]
    memories: tuple[str, ...]

    @classmethod
    def read(cls, summary: str, report: str) -> Self:
        """Read the contents of ``.fit.summary`` and ``.fit.rpt``.

        Raises
        ------
        ToolError
            Fitting failed, or the reports do not say what was used.
        """
        facts = dict(re.findall(r"^\s*([^:\n]+?) : (.*?)\s*$", summary, re.MULTILINE))
        tables = {table.title: table for table in read_tables(report)}
        for row in tables.get("Fitter Summary", _NO_TABLE).rows:
            facts.setdefault(row[0], row[-1])
        status = facts.get("Fitter Status", "Successful")
        if not status.startswith("Successful"):
            raise ToolError(
                f"Quartus could not fit the design ({status}): see board/output_files/quantnn_board.fit.rpt; a smaller"
                " design needs less: export with a greater --target-ii"
            )
        used, rams = (tables.get(f"Fitter {name} Summary", _NO_TABLE) for name in ("Resource Usage", "RAM"))
        # Some families have the percentage in a cell of its own, others in brackets behind the counts.
        rows = [(row[0].removeprefix("--").strip(), " ( ".join(row[1:])) for row in used.rows]
        usages: dict[str, Usage] = {}
        for heading, text in [*facts.items(), *rows]:
            counts = _COUNTS.match(text)
            if counts and heading in _USAGES and _USAGES[heading] not in usages and _integer(counts[2]):
                name = _USAGES[heading]
                usages[name] = Usage(name, _integer(counts[1]), _integer(counts[2]))
        blocks = any(name.startswith("M") for name in usages) or "memory bits" not in usages
        if not (used.whole and rams.whole and blocks and _LOGIC & usages.keys()):
            raise ToolError(
                "Quartus' fitter report says nothing of logic and block RAM, so the build cannot be checked:"
                " please report it, with output_files/quantnn_board.fit.rpt"
            )
        return cls(
            _tool(next((value for name, value in facts.items() if name.endswith("Version")), "")),
            facts.get("Family", ""),
            tuple(usages[name] for name in dict.fromkeys(_USAGES.values()) if name in usages),
            tuple(row[0] for row in rams.rows[1:]),
        )

    def used(self, name: str) -> int | None:
        """How many are used of a resource, None if the report does not say."""
        return next((usage.used for usage in self.resources if usage.name == name), None)


def _integer(text: str) -> int:
    return int(text.replace(",", ""))


def _tool(version: str) -> str:
    """Of ``24.1std.0 Build 1077 03/04/2025 SC Lite Edition`` the version and the edition."""
    found = re.match(r"(\S+).*?(\w+ Edition)?$", version)
    return f"Quartus {found[1]} {found[2] or ''}".strip() if found else "Quartus"
