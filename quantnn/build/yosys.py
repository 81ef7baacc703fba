"""Yosys as a program of its own: ``python -m quantnn.build.yosys FILE`` runs the commands in a file, one per line.

An error of Yosys ends the process it is in.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from pyosys import libyosys

from quantnn import tools

__all__ = ["run_yosys"]


def run_yosys(commands: Iterable[str], folder: Path, log: Path) -> None:
    """Run commands in a folder; what Yosys says is added to ``log``.

    Raises
    ------
    ToolError
        A command failed.
    """
    script = folder / "commands.ys"
    script.write_text("".join(f"{command}\n" for command in commands))
    tools.run([sys.executable, "-m", "quantnn.build.yosys", script.name], cwd=folder, log=log)


def main() -> None:
    """Run the commands in a file in the current folder."""
    design = libyosys.Design()
    for command in Path(sys.argv[1]).read_text().splitlines():
        libyosys.Pass.call(design, command)


if __name__ == "__main__":
    main()
