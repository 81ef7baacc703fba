"""A build in the report of an exported folder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quantnn.design.build_result import BuildResult
from quantnn.design.report import load_report, save_report
from quantnn.design.summary import render_summary
from quantnn.files.staged_files import staged_files

__all__ = ["add_build", "build_files", "drop_build", "keep_files"]


def add_build(folder: Path, result: BuildResult) -> dict[str, Any]:
    """Put a build into ``report.json`` and ``summary.txt`` of an exported folder; returns the report.

    Both change together or not at all. An earlier build's entry goes. The files that were made join the list of what
    a later export may replace.

    Raises
    ------
    InputError
        The folder is no exported design, or cannot be written.
    """
    report = load_report(folder)
    drop_build(report)
    report["build"] = result.to_json()
    report["files"] = sorted({*report["files"], *build_files(report)})
    with staged_files(folder) as staged:
        _write(report, staged)
    return report


def keep_files(folder: Path, files: Mapping[str, Path]) -> None:
    """Copy what a build made, or left behind when it failed, into ``board/`` of an exported folder.

    The files of an earlier build go, and so does its entry in the report: what lies there is of one build. All changes
    together or nothing does.

    Parameters
    ----------
    folder : Path
    files : mapping of str to Path
        Where each file is, by its name in ``board/``.

    Raises
    ------
    InputError
        The folder is no exported design, or cannot be written.
    """
    report = load_report(folder)
    stale = drop_build(report)
    names = {f"board/{name}": path for name, path in files.items()}
    report["files"] = sorted({*report["files"], *names})
    with staged_files(folder, stale) as staged:
        for name, path in names.items():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, staged / name)
        _write(report, staged)


def build_files(report: dict[str, Any]) -> tuple[str, ...]:
    """The files of a report's build, as names in the exported folder; none where there is no build."""
    return tuple(f"board/{name}" for name in report.get("build", {"files": ()})["files"])


def drop_build(report: dict[str, Any]) -> tuple[str, ...]:
    """Take the build out of a report, because the design changes; returns the names of the files that are stale."""
    stale = build_files(report)
    report.pop("build", None)
    report["files"] = [name for name in report["files"] if name not in stale]
    return stale


def _write(report: dict[str, Any], folder: Path) -> None:
    save_report(report, folder)
    (folder / "summary.txt").write_text(render_summary(report))
