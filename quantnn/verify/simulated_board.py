"""A simulated board for those who have none: the exported design, with a port that ``quantnn run`` connects to."""

from __future__ import annotations

import json
import shutil
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quantnn.board.project import PINS, PROJECT
from quantnn.design.board_folder import LINK
from quantnn.design.fingerprint import IDENTITY
from quantnn.design.interface import CoreInterface
from quantnn.design.report import load_report
from quantnn.errors import InputError
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.hdl.link.link import Link
from quantnn.plan.link import FINGERPRINT_BYTES, LinkPlan
from quantnn.sim.board_simulation import BoardSimulation
from quantnn.system.scratch import scratch_folder

__all__ = ["PTY", "simulated_board"]

PTY = "pty"
_FAST_DIVISOR = 5
_LAST_PORT = 65535


@contextmanager
def simulated_board(design: Path, listen: str = PTY, *, exact: bool = False) -> Iterator[BoardSimulation]:
    """An exported design on a simulated board: its whole top, as a compiled simulation, while the context lasts.

    Bits on the line are shorter than on the board, which makes the link's module another one, unless ``exact`` is set;
    everything else are the exported files.

    Parameters
    ----------
    design : Path
        A folder that ``quantnn export`` wrote.
    listen : str
        ``pty`` for a pseudo-terminal, or ``socket://127.0.0.1:PORT``, where 0 is any port.
    exact : bool
        Whether bits are as long as on the board.

    Raises
    ------
    InputError
        The folder is no exported design or has no link, or ``listen`` is something else or taken.
    ToolError
        The simulator is missing or failed.
    """
    link = load_report(design).link
    if link is None:
        raise InputError(f"{design} has no host link: its board has no serial line, or an old quantnn exported it")
    where = _listen(listen)
    with scratch_folder() as folder:
        try:
            for file in (design / "board").iterdir():
                if file.suffix in (".v", ".mem"):
                    shutil.copyfile(file, folder / file.name)
            pins = json.loads((design / "board" / PINS).read_text(encoding="utf-8"))
            identity = bytes(int(line, 2) for line in (folder / IDENTITY).read_text(encoding="utf-8").split())
            clock_hz = struct.unpack_from("<I", identity, FINGERPRINT_BYTES + 6)[0]
            arguments = (PROJECT, pins["clock"], pins["groups"])
        except (OSError, LookupError, TypeError, ValueError, struct.error) as error:
            raise InputError(f"{design / 'board'} is incomplete or damaged ({error}): export the model again") from None
        interface = CoreInterface.load(design / "core" / "interface.json")
        baud = link.baud if exact else clock_hz // _FAST_DIVISOR
        plan = LinkPlan(interface.input, interface.output, clock_hz, baud, link.window - 1)
        if not exact:
            emit_verilog(Link(plan, identity[:FINGERPRINT_BYTES]), LINK, folder)
        with BoardSimulation(folder, *arguments, plan.divisor, where) as simulation:
            yield simulation


def _listen(listen: str) -> str | int:
    host, _, port = listen.removeprefix("socket://").rpartition(":")
    if listen == PTY:
        return listen
    if not listen.startswith("socket://") or host not in ("127.0.0.1", "localhost") or not port.isdecimal():
        raise InputError(f"A simulated board must listen at pty or socket://127.0.0.1:PORT, not {listen!r}")
    remedy = "choose another port, or 0 for any"
    if int(port) > _LAST_PORT:
        raise InputError(f"Nobody can listen at {listen} (ports end at {_LAST_PORT}): {remedy}")
    try:
        socket.create_server(("127.0.0.1", int(port))).close()
    except OSError as error:
        raise InputError(f"Nobody can listen at {listen} ({error.strerror}): {remedy}") from None
    return int(port)
