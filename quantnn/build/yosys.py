"""Yosys as a program of its own: ``python -m quantnn.build.yosys FILE`` runs the commands in a file, one per line.

An error of Yosys ends the process it is in.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from quantnn.build.open_tool import run_tool

__all__ = ["run_yosys"]

_COMMANDS = "commands.ys"


def run_yosys(commands: Iterable[str], folder: Path, log: str) -> None:
    """Run commands in a folder; what Yosys says is added to the file ``log`` there.

    Raises
    ------
    ToolError
        A command failed.
    """
    (folder / _COMMANDS).write_text("".join(f"{command}\n" for command in commands), encoding="utf-8")
    run_tool("Yosys", ["-m", "quantnn.build.yosys", _COMMANDS], folder, log)


def main(script: str) -> None:
    """Run the commands in a file in the current folder."""
    from pyosys import libyosys

    design = libyosys.Design()
    for command in Path(script).read_text(encoding="utf-8").splitlines():
        libyosys.Pass.call(design, command)


if __name__ == "__main__":
    main(sys.argv[1])
