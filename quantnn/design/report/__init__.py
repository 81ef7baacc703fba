"""report.json: what was exported, what it takes, how fast it is, and what was verified. See docs/folder.md."""

from quantnn.design.report.build_result import BuildResult, CriticalPath, Slack, Usage
from quantnn.design.report.file import current_report, load_report, report_schema, save_report
from quantnn.design.report.layer_entry import Format, LayerEntry, ScaledFormat
from quantnn.design.report.report import (
    FORMAT,
    VERSION,
    Accuracy,
    BoardTop,
    Cycles,
    LinkEntry,
    PllEntry,
    PrecisionEntry,
    ReplayEntry,
    Report,
    Units,
)
from quantnn.design.report.taken import Limits, Taken
from quantnn.design.report.tradeoff_entry import TradeoffEntry, TradeoffPoint
from quantnn.design.report.verification import Verification

__all__ = [
    "FORMAT",
    "VERSION",
    "Accuracy",
    "BoardTop",
    "BuildResult",
    "CriticalPath",
    "Cycles",
    "Format",
    "LayerEntry",
    "Limits",
    "LinkEntry",
    "PllEntry",
    "PrecisionEntry",
    "ReplayEntry",
    "Report",
    "ScaledFormat",
    "Slack",
    "Taken",
    "TradeoffEntry",
    "TradeoffPoint",
    "Units",
    "Usage",
    "Verification",
    "current_report",
    "load_report",
    "report_schema",
    "save_report",
]
