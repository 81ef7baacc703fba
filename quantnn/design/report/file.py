"""report.json of an exported folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from quantnn.design.contents import check_contents
from quantnn.design.report.report import FORMAT, VERSION, Report
from quantnn.errors import InputError
from quantnn.files.json_file import load_json, save_json
from quantnn.files.plain_file import check_plain
from quantnn.files.record import read_record, record_schema, record_values

__all__ = ["current_report", "load_report", "report_schema", "save_report"]

_FILE = "report.json"


def load_report(folder: Path, *, whole: bool = True) -> Report:
    """Read report.json of an exported folder, and with ``whole`` look through all that lies there first.

    Raises
    ------
    InputError
        There is none, or it is damaged or of another version; or, as :func:`check_contents`, what lies beside it.
    """
    path = folder / _FILE
    if not os.path.lexists(path):
        raise InputError(f"{folder} is no exported design ({_FILE} is missing): run quantnn export")
    check_plain(path)
    if whole:
        check_contents(folder)
    try:
        values = load_json(path)
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise ValueError("it is no report")
        version = values.get("version")
        if version != VERSION or isinstance(version, bool):
            found = f"version {version!r:.20}, this quantnn reads {VERSION}"
            raise InputError(f"{path} has {found}: export the model again")
        return read_record(Report, values)
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}): export the model again") from None


def current_report(folder: Path, begun: Report, *, core: bool = False) -> Report:
    """Read the report anew before a result goes into it, as another command may have ended since.

    Parameters
    ----------
    folder : Path
    begun : Report
        What it was when the work began.
    core : bool
        Whether the result is one of the core alone, which does not depend on board and clock.

    Raises
    ------
    InputError
        As :func:`load_report`; or the design is another one now, to which the result does not belong.
    """
    report = load_report(folder)
    fields: list[tuple[str, object, object]] = [("fingerprint", report.fingerprint, begun.fingerprint)]
    if not core:
        fields.append(("board", report.board, begun.board))
        fields.append(("clock in MHz", report.clock_mhz, begun.clock_mhz))
    for words, now, before in fields:
        if now != before:
            raise InputError(
                f"{folder} must stay the design that it was at the start; its {words} is {now}, and was {before}:"
                " run the command again"
            )
    return report


def save_report(report: Report, folder: Path) -> None:
    """Write report.json. Whatever fails, the one that was there stays whole.

    Raises
    ------
    OSError
        It cannot be written.
    """
    save_json(record_values(report), folder / _FILE)


def report_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of report.json."""
    return record_schema(Report)
