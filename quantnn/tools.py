"""The one place that starts external programs."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from quantnn.errors import ToolError
from quantnn.machine import missing_packages, remedy

__all__ = ["check_machine", "run"]

def run(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None, log: Path) -> None:
    """Run a program to its end, with its output in ``log``.

    Raises
    ------
    ToolError
        It could not be started or exited with another code than 0.
    """
    name = Path(command[0]).name
    with log.open("a") as output:
        try:
            result = subprocess.run(
                [str(word) for word in command], cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT, check=False
            )
        except OSError as error:
            raise ToolError(f"{name} could not be started: {error}") from None
    if result.returncode != 0:
        raise ToolError(f"{name} failed with exit code {result.returncode}; its output is in {log}")


def check_machine() -> None:
    """Check that everything the simulator needs from the system is there.

    Raises
    ------
    ToolError
        Names what is missing and the one line that installs all of it.
    """
    if packages := missing_packages():
        raise ToolError(remedy(packages))
