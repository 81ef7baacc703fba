"""What Quartus prints while it compiles."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from quantnn.build.quartus_memories import (
    LogicMemory,
    VerilogMemory,
    logic_memories,
    refuses_contents,
    unnamed_memories,
)
from quantnn.errors import BuildError

__all__ = ["CompileLog", "check_memories", "error_lines"]

_STAGES = {
    "Analysis & Synthesis": "synthesizing",
    "Fitter": "placing and routing",
    "Assembler": "writing the bitstream",
    "Timing Analyzer": "analysing the timing",
    "TimeQuest Timing Analyzer": "analysing the timing",
}
_RUNNING = re.compile(r"Info: Running Quartus (?:Prime|II(?: \d\d-[Bb]it)?) (.+)")
_ERROR = re.compile(r"^[ \t]*((?:Error|Internal Error|\*\*\* Fatal Error)\b.*?)\s*$", re.MULTILINE)
_COUNTS_ERRORS = re.compile(r"was unsuccessful|: (Peak virtual memory|Processing ended|Elapsed time|Total CPU time)")

_ERAM = (
    'MAX 10 initializes block RAM only with INTERNAL_FLASH_UPDATE_MODE "SINGLE IMAGE WITH ERAM", which'
    " quantnn_board.qsf must set: export again"
)
_REMEDIES = {276013: _ERAM}
_REPORT = "please report it, with board/output_files/quartus.log"
_SHOWN = 3


class CompileLog:
    """Follows a compilation line by line.

    Parameters
    ----------
    step : function
        Is told each stage as it begins.
    memories : mapping of str to VerilogMemory
        The memories that the design asks for; see :func:`~quantnn.build.quartus_memories.read_memories`.
    """

    def __init__(self, step: Callable[[str], None], memories: Mapping[str, VerilogMemory]) -> None:
        self._step = step
        self._memories = memories
        self._lines: list[str] = []

    def line(self, text: str) -> None:
        """Take a line.

        Raises
        ------
        BuildError
            Synthesis is done, and a memory became logic: there is no need to wait for the rest.
        """
        self._lines.append(text)
        running = _RUNNING.match(text.strip())
        if running is None or running[1] not in _STAGES:
            return
        if running[1] == "Fitter":
            check_memories(self.text, self._memories)
        self._step(f"Quartus: {_STAGES[running[1]]}")

    @property
    def text(self) -> str:
        """All lines so far."""
        return "\n".join(self._lines)


def check_memories(messages: str, memories: Mapping[str, VerilogMemory]) -> None:
    """Refuse memories that Quartus built of logic, but for those that the design wants so.

    Raises
    ------
    BuildError
        Names them in the network's terms, says why, and what to do.
    """
    if found := logic_memories(messages, memories):
        raise BuildError(_told(found))
    if count := unnamed_memories(messages):
        raise BuildError(f"Quartus built {count} memories of logic and does not say which (276014): {_REPORT}")
    if refuses_contents(messages):
        raise BuildError(f"Quartus refuses memories with contents (error 16031): {_ERAM}")


def _told(found: list[LogicMemory]) -> str:
    count = "a memory" if len(found) == 1 else f"{len(found)} memories"
    shown = ", ".join(map(str, found[:_SHOWN]))
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    reasons = {memory.code: memory.reason for memory in found}
    why = "; ".join(f"{reason} ({code})" for code, reason in reasons.items())
    remedy = next((_REMEDIES[code] for code in reasons if code in _REMEDIES), _REPORT)
    return f"Quartus built {count} of logic instead of block RAM: {shown}{more}, because of: {why}. {remedy}"


def error_lines(log: str) -> list[str]:
    """The errors in Quartus' output, in their order and each once, without those that only count others."""
    return list(dict.fromkeys(line for line in _ERROR.findall(log) if not _COUNTS_ERRORS.search(line)))
