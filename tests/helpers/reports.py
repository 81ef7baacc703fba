"""Reports that a test changes, by JSON values: into other valid ones, or into damaged files."""

import json

from quantnn.design.report import Report, load_report
from quantnn.files.record import read_record, record_values

__all__ = ["damage", "remade"]


def remade(report, **fields):
    """The report with other fields."""
    return read_record(Report, record_values(report) | json.loads(json.dumps(fields)))


def damage(design, **fields):
    """Change fields of report.json, whatever may come of it; ``...`` takes one away."""
    values = record_values(load_report(design)) | fields
    kept = {name: value for name, value in values.items() if value is not ...}
    (design / "report.json").write_text(json.dumps(kept))
