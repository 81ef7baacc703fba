"""The one place that starts external programs."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from quantnn.errors import ToolError
from quantnn.system.machine import missing_packages, remedy
from quantnn.system.programs import Programs, stop
from quantnn.system.stopping import held, is_stopped
from quantnn.system.watchdog import GRACE

__all__ = ["check_machine", "run"]

_TEMPORARY = ("TMPDIR", "TMP", "TEMP")
_programs = Programs()


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    log: Path,
    line: Callable[[str], None] | None = None,
) -> None:
    """Run a program to its end, with its output in ``log``; ``line`` is told each line of it as it comes.

    Its temporary files lie beside the log, so that they go with the folder.

    If ``line`` raises, or this process is stopped or killed, the program ends, and whatever it started too.

    Raises
    ------
    ToolError
        It could not be started, exited with another code than 0, or was stopped because this process is.
    """
    name = Path(command[0]).name
    if is_stopped():
        raise ToolError(f"{name} is not started any more")
    with ExitStack() as hold, log.open("a", encoding="utf-8", errors="replace") as output:
        hold.enter_context(held())
        try:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=cwd,
                env={**(os.environ if env is None else env), **dict.fromkeys(_TEMPORARY, str(log.parent))},
                stdin=subprocess.DEVNULL,
                stdout=output if line is None else subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise ToolError(f"{name} could not be started: {error}") from None
        _programs.add(process)
        with process:
            try:
                hold.close()
                for text in process.stdout or ():
                    output.write(text)
                    output.flush()
                    if line is not None:
                        line(text.rstrip("\n"))
                process.wait()
            except BaseException:
                _stop(process)
                raise
            finally:
                _programs.remove(process)
    if is_stopped():
        raise ToolError(f"{name} was stopped")
    if process.returncode != 0:
        raise ToolError(f"{name} failed with exit code {process.returncode}; its output is in {log}")


def _stop(process: subprocess.Popen[str]) -> None:
    """End a program and those that it started: a flow runs one program after another."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        stop(process, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)


def check_machine() -> None:
    """Check that everything the simulator needs from the system is there.

    Raises
    ------
    ToolError
        Names what is missing and the one line that installs all of it.
    """
    if packages := missing_packages():
        raise ToolError(remedy(packages))
