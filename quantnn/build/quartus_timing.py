"""What Quartus' timing analysis says: clocks, slacks, and what it could not check."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from quantnn.build.report_tables import ReportTable, read_tables
from quantnn.errors import ToolError

__all__ = ["ClockSlack", "PathEnds", "TimingReport", "read_path"]

_CHECKS = {
    "Setup": "setup",
    "Hold": "hold",
    "Recovery": "recovery",
    "Removal": "removal",
    "Minimum Pulse Width": "minimum pulse width",
}
_SLACK_TABLE = re.compile(rf"(?:(.+ Model) )?({'|'.join(_CHECKS)}) Summary")
_SLACK_ENTRY = re.compile(rf"^Type *: (.+ Model) ({'|'.join(_CHECKS)}) '(.*)'\s*^Slack *: (-?[\d.]+)", re.MULTILINE)
_NO_CONSTRAINTS = re.compile(r"\(332012\)|derive_clocks -period")
"""The message that a file of constraints is missing, and what Quartus then does: every clock is to have 1 GHz."""

_UNCONSTRAINED = ("Unconstrained Paths Summary", "Unconstrained Paths")
"""The table of what has no constraints; the second name is that of Quartus II."""

_CORNER = "Worst-Case Operating Conditions"
"""The column that names the corner where one table tells of all corners, as in the Pro Edition."""

_JTAG = "altera_reserved_tck"
_REPORT = "so the build cannot be checked: please report it, with output_files/quantnn_board.sta.rpt"


@dataclass(frozen=True)
class ClockSlack:
    """The least slack of one check in one clock domain and one corner."""

    check: str
    corner: str
    clock: str
    ns: float


@dataclass(frozen=True)
class TimingReport:
    """What the timing analysis found.

    Parameters
    ----------
    constrained : bool
        Whether a file of constraints was read.
    clocks : dict of str to float
        MHz that each clock was asked to have.
    fmax : dict of str to float
        MHz that each clock can have in the slowest conditions; clocks without a path are missing.
    slacks : tuple of ClockSlack
    unconstrained : tuple of str
        What has no constraints, in words; empty if everything has.
    """

    constrained: bool
    clocks: dict[str, float]
    fmax: dict[str, float]
    slacks: tuple[ClockSlack, ...]
    unconstrained: tuple[str, ...]

    @classmethod
    def read(cls, report: str, summary: str = "") -> Self:
        """Read the contents of ``.sta.rpt``, and of ``.sta.summary``, which repeats the slacks.

        Raises
        ------
        ToolError
            The report lacks a table or breaks off, so that nothing can be said.
        """
        tables = read_tables(report)
        titles = {table.title: table for table in tables}
        clocks, unconstrained = _needed(titles, "Clocks"), _needed(titles, *_UNCONSTRAINED)
        fmax: dict[str, float] = {}
        for table in tables:
            if table.title.endswith("Fmax Summary"):
                for entry in table.records("Clock Name", "Restricted Fmax"):
                    clock, most = entry["Clock Name"], _number(entry, "Restricted Fmax")
                    if most is not None:
                        fmax[clock] = min(most, fmax.get(clock, most))
        found = "SDC File List" in titles or "(332104)" in report  # 332104: reading a file
        repeated = _SLACK_ENTRY.findall(summary)
        return cls(
            found and not _NO_CONSTRAINTS.search(report),
            {
                entry["Clock Name"]: round(1000 / period, 3)
                for entry in clocks.records("Clock Name", "Period")
                if (period := _number(entry, "Period"))
            },
            fmax,
            (*_slacks(tables), *(ClockSlack(_CHECKS[e[1]], e[0], e[2], float(e[3])) for e in repeated)),
            _unconstrained(unconstrained, titles),
        )

    @property
    def critical_clock(self) -> str | None:
        """The clock that comes nearest to its limit; of several without paths the fastest; JTAG's does not count."""
        own = {name: mhz for name, mhz in self.clocks.items() if name != _JTAG}
        return min(own, key=lambda name: (self.fmax.get(name, float("inf")) / own[name], -own[name]), default=None)

    @property
    def worst(self) -> tuple[ClockSlack, ...]:
        """The least slack of each check over all corners and clocks."""
        found = {check: [slack for slack in self.slacks if slack.check == check] for check in _CHECKS.values()}
        return tuple(min(slacks, key=lambda slack: slack.ns) for slacks in found.values() if slacks)


@dataclass(frozen=True)
class PathEnds:
    """A timing path: its ends as Quartus names them, and the delay of its data in ns."""

    start: str
    end: str
    delay_ns: float


def read_path(report: str) -> PathEnds | None:
    """The path with the least setup slack in a report of ``report_timing``, or in ``.sta.rpt`` where it lists paths.

    Lists that break off are left out.
    """
    headings = ("Slack", "From Node", "To Node", "Data Delay")
    paths = [
        (slack, PathEnds(entry["From Node"], entry["To Node"], delay))
        for table in read_tables(report)
        if table.whole and table.rows and set(headings) <= set(table.rows[0])
        and not re.search(r" Model (Hold|Recovery|Removal)", table.title)
        for entry in table.records()
        if (slack := _number(entry, "Slack")) is not None and (delay := _number(entry, "Data Delay")) is not None
    ]
    return min(paths, key=lambda path: path[0], default=(0.0, None))[1]


def _needed(titles: dict[str, ReportTable], *names: str) -> ReportTable:
    """The table with one of the titles."""
    found = next((titles[name] for name in names if name in titles), None)
    if found is None:
        raise ToolError(f"Quartus' timing report has no table {names[0]!r}, {_REPORT}")
    return found


def _slacks(tables: list[ReportTable]) -> list[ClockSlack]:
    return [
        ClockSlack(_CHECKS[title[2]], title[1] or entry.get(_CORNER, ""), entry["Clock"], slack)
        for table in tables
        if (title := _SLACK_TABLE.fullmatch(table.title))
        for entry in table.records("Clock", "Slack")
        if (slack := _number(entry, "Slack")) is not None
    ]


def _unconstrained(summary: ReportTable, titles: dict[str, ReportTable]) -> tuple[str, ...]:
    """The properties that are not 0, and the names of what they count where there are lists."""
    counts = {
        entry["Property"]: max(int(_number(entry, check) or 0) for check in ("Setup", "Hold"))
        for entry in summary.records("Property", "Setup", "Hold")
    }
    if not counts:
        raise ToolError(f"Quartus' timing report breaks off at the table {summary.title!r}, {_REPORT}")
    words = []
    for name, count in counts.items():
        ports = name.replace(" Port Paths", " Ports")
        if not count or (ports != name and counts.get(ports)):
            continue  # paths of ports are told by the ports
        found = titles.get(name, ReportTable("", ())).records()
        if name == "Unconstrained Clocks" and "Clock Status Summary" in titles:
            status = titles["Clock Status Summary"].records("Target", "Status")
            found = [row for row in status if row["Status"] == "Unconstrained"]
        names = [next(iter(row.values())) for row in found]
        shown = ", ".join(names[:3]) + (" and more" if len(names) > 3 else "")
        words.append(f"{count} {name.lower()}" + (f" ({shown})" if shown else ""))
    return tuple(words)


def _number(entry: dict[str, str], heading: str) -> float | None:
    """A number in a row of a table, None where it is said not to apply."""
    text = entry[heading]
    try:
        return None if text == "N/A" else float(text.removesuffix("MHz").replace(",", ""))
    except ValueError:
        raise ToolError(f"Quartus' timing report states {text!r} as {heading}, {_REPORT}") from None
