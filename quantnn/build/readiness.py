"""Whether an exported folder may be built: what was verified is what would go onto the board."""

from __future__ import annotations

from pathlib import Path

from quantnn.board.project import PROJECT
from quantnn.design.fingerprint import fingerprint
from quantnn.design.interface import CoreInterface
from quantnn.design.report import Report
from quantnn.errors import InputError

__all__ = ["check_ready"]


def check_ready(design: Path, report: Report) -> None:
    """Refuse what a later comparison of answers might not find, before minutes have passed.

    ``verify`` simulates the core in ``core/``, and the tools build the one in ``board/``: both have to be the exported
    one, by its fingerprint.

    Raises
    ------
    InputError
        A file is missing or was changed, or the verification failed.
    """
    module = CoreInterface.load(design / "core" / "interface.json").module
    for part in ("core", "board"):
        if fingerprint(design / part, name=module).hex() != report.fingerprint:
            raise InputError(f"{design / part} holds another core than was exported to {design}: export again")
    top = design / "board" / f"{PROJECT}.v"
    if not top.is_file():
        raise InputError(f"{top} is missing: export again")
    found = report.verification
    if found is not None and not found.passed:
        raise InputError(f"{design} failed its verification ({found.first_difference}): export again, and verify")
