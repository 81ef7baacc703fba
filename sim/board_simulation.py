"""A board in the simulator, at a line that hosts connect to as they do to a real one."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import jinja2

from quantnn.errors import ToolError
from quantnn.sim.program import Program
from quantnn.system.scratch import scratch_folder

__all__ = ["BoardSimulation", "Shown"]

PERIOD_NS = 10
START_SECONDS = 60.0
STOP_SECONDS = 30.0


@dataclass(frozen=True)
class Shown:
    """What a board shows: lamps and segments, 1 is lit, the first signal of each group lowest."""

    led: int
    display: int


class BoardSimulation:
    """The top of a board's project, simulated while the context lasts.

    Parameters
    ----------
    folder : Path
        Holds the Verilog and the memory files.
    top : str
        Module to simulate.
    clock : str
        Its clock port.
    groups : mapping of str to sequence of dict
        Its other ports by purpose, as in pins.json.
    divisor : int
        Cycles of a bit on the serial line.
    listen : str or int
        ``pty`` for a pseudo-terminal, or a local TCP port, 0 for any.

    Members
    -------
    folder : Path
    groups : mapping of str to sequence of dict
    port : str
        Where the board is, for a host.

    Raises
    ------
    ToolError
        The simulator is missing, or broke off.
    """

    def __init__(
        self,
        folder: Path,
        top: str,
        clock: str,
        groups: Mapping[str, Sequence[Mapping[str, Any]]],
        divisor: int,
        listen: str | int = "pty",
    ):
        names = ("switch", "button", "led", "display", "uart_rx", "uart_tx")
        text = files("quantnn.sim").joinpath("board_bench.v.j2").read_text(encoding="utf-8")
        bench = jinja2.Template(text, undefined=jinja2.StrictUndefined).render(
            module=top,
            clock=clock,
            groups={name: list(groups.get(name, ())) for name in names},
            period_ns=PERIOD_NS,
            bit_ns=divisor * PERIOD_NS,
        )
        own = files("quantnn.sim")
        parts = [own.joinpath(name).read_text(encoding="utf-8") for name in ("board_terminal.v", "primitives.v")]
        designs = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.v"))]
        self._program = Program([*parts, bench, *designs], "board_bench")
        self.folder = folder
        self.groups = groups
        self._listen = listen
        self.port = ""

    def __enter__(self) -> Self:
        self._program.path  # noqa: B018  compiles
        with ExitStack() as stack:
            self._work = stack.enter_context(scratch_folder(keep=ToolError))
            for memory in self.folder.glob("*.mem"):
                shutil.copyfile(memory, self._work / memory.name)
            self._failure: ToolError | None = None
            self._done = threading.Event()
            with socket.create_server(("127.0.0.1", 0)) as server:
                server.settimeout(1.0)
                settings = {"control": server.getsockname()[1], "listen": self._listen, "period_ns": PERIOD_NS}
                self._thread = threading.Thread(target=self._run, args=(settings,), daemon=True)
                self._thread.start()
                self._control = self._accept(server)
            self._lines = self._control.makefile("r", encoding="utf-8")
            self.port = self._receive()["port"]
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._control.close()
        self._thread.join(STOP_SECONDS)
        failure = self._failure
        self._stack.__exit__(None if failure is None else type(failure), failure, None)

    def run(self, cycles: int, *, switch: int | None = None, button: int | None = None) -> Shown:
        """Set switches and buttons, 1 is on or pressed, and see what is shown some cycles later, 0 for now."""
        levels = {name: value for name, value in (("switch", switch), ("button", button)) if value is not None}
        self._control.sendall(json.dumps({**levels, "cycles": cycles}).encode() + b"\n")
        answer = self._receive()
        return Shown(answer["led"], answer["display"])

    def _run(self, settings: dict[str, Any]) -> None:
        try:
            self._program.run("quantnn.sim.board_bench", self._work, {"QUANTNN_BOARD": json.dumps(settings)})
        except ToolError as error:
            self._failure = error
        finally:
            self._done.set()

    def _accept(self, server: socket.socket) -> socket.socket:
        for _ in range(round(START_SECONDS)):
            try:
                return server.accept()[0]
            except TimeoutError:
                if self._done.is_set():
                    break
        raise self._failure or ToolError(f"The simulation did not start; its output is in {self._work}")

    def _receive(self) -> dict[str, Any]:
        line = self._lines.readline()
        if not line:
            self._done.wait(STOP_SECONDS)
            raise self._failure or ToolError(f"The simulation ended; its output is in {self._work}")
        message: dict[str, Any] = json.loads(line)
        return message
