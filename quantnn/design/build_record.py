"""A build in the report of an exported folder."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from quantnn.design.report import BuildResult, Report, current_report
from quantnn.design.summary import write_report
from quantnn.files.staged_files import staged_files

__all__ = ["add_build", "keep_files"]


def add_build(folder: Path, result: BuildResult, begun: Report) -> Report:
    """Put a build into ``report.json`` and ``summary.txt`` of an exported folder; returns the report.

    Both change together or not at all. An earlier build's entry goes. The files that were made join the list of what
    a later export may replace.

    Parameters
    ----------
    folder : Path
    result : BuildResult
    begun : Report
        The folder's when the build began.

    Raises
    ------
    InputError
        The folder is no exported design, is another one by now, or cannot be written.
    """
    report = current_report(folder, begun).with_build(result)
    with staged_files(folder) as staged:
        write_report(report, staged)
    return report


def keep_files(folder: Path, files: Mapping[str, Path], begun: Report) -> tuple[str, ...]:
    """Copy what a build made, or left behind when it failed, into ``board/`` of an exported folder.

    The files of an earlier build go, and so does its entry in the report: what lies there is of one build. All changes
    together or nothing does.

    Parameters
    ----------
    folder : Path
    files : mapping of str to Path
        Where each file is, by its name in ``board/``.
    begun : Report
        The folder's when the build began.

    Returns
    -------
    tuple of str
        The SHA-256 of each of them, in their order.

    Raises
    ------
    InputError
        The folder is no exported design, is another one by now, or cannot be written.
    """
    report = current_report(folder, begun)
    digests = []
    names = {f"board/{name}": path for name, path in files.items()}
    with staged_files(folder, report.build_files) as staged:
        for name, path in names.items():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, staged / name)
            digests.append(hashlib.sha256((staged / name).read_bytes()).hexdigest())
        write_report(report.without_build().with_files(*names), staged)
    return tuple(digests)
