"""Programs of the open toolchain, and why one of them failed."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from quantnn.errors import ToolError
from quantnn.system import tools

__all__ = ["run_tool"]

_ERROR = re.compile(r"ERROR: ?(.*)")
"""Yosys leaves out the blank where it cannot open a file."""

_RAISED = re.compile(r"[A-Za-z_.]*Error: ")
"""How the traceback of a program ends that is written in Python."""


def run_tool(
    name: str, words: Sequence[str], folder: Path, log: str, line: Callable[[str], None] | None = None
) -> None:
    """Run Python with some arguments in a folder; what it says is added to the file ``log`` there.

    Parameters
    ----------
    name : str
        What runs, for people.
    line : function, optional
        Is told each line that the program says; if it raises, the program is stopped.

    Raises
    ------
    ToolError
        It failed: says why, if the program did, and which log to look into.
    """
    try:
        tools.run([sys.executable, *words], cwd=folder, log=folder / log, line=line)
    except ToolError as error:
        lines = (folder / log).read_text(encoding="utf-8", errors="replace").splitlines()
        # The first: what follows from it is said behind it, down to "loading failed".
        reason = next((text.replace(found[0], found[1]) for text in lines if (found := _ERROR.search(text))), None)
        if reason is None:
            reason = next((text for text in reversed(lines) if _RAISED.match(text)), None)
        why = f" ({reason})" if reason else ""
        raise ToolError(f"{name} failed{why}: see {log}") from error
