"""A simulated board for those who have none: the exported design, with a port that ``quantnn run`` connects to."""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quantnn.board.board import Board
from quantnn.board.project import PINS, PROJECT
from quantnn.design.board_folder import LINK
from quantnn.design.exported_board import exported_board
from quantnn.design.fingerprint import IDENTITY
from quantnn.design.report import load_report
from quantnn.errors import InputError
from quantnn.files.json_file import json_values
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.hdl.link.link import Link
from quantnn.plan.link import FINGERPRINT_BYTES, LinkPlan
from quantnn.sim.board_simulation import BoardSimulation
from quantnn.system.scratch import scratch_folder
from quantnn.verify.genuine_board import GenuineBoard

__all__ = ["PTY", "simulated_board"]

PTY = "pty"
_FAST_DIVISOR = 5
_LAST_PORT = 65535
_PORT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@contextmanager
def simulated_board(
    design: Path, listen: str = PTY, *, exact: bool = False, board: Board | None = None, as_it_is: bool = False
) -> Iterator[BoardSimulation]:
    """An exported design on a simulated board: its whole top, as a compiled simulation, while the context lasts.

    Bits on the line are shorter than on the board, which makes the link's module another one, unless ``exact`` is set;
    everything else are the exported files, compared with what this quantnn makes of the network.

    Parameters
    ----------
    design : Path
        A folder that ``quantnn export`` wrote.
    listen : str
        ``pty`` for a pseudo-terminal, or ``socket://127.0.0.1:PORT``, where 0 is any port.
    exact : bool
        Whether bits are as long as on the board.
    board : Board, optional
        The board that it was exported for; by default the one of the report, which has to come with quantnn.
    as_it_is : bool
        Whether files of ``board/`` are simulated that this quantnn would write otherwise, see
        :meth:`~quantnn.verify.genuine_board.GenuineBoard.load`.

    Raises
    ------
    VerificationError
        A memory file does not hold the network.
    InputError
        The folder is no exported design, was changed or has no link, or ``listen`` is something else or taken.
    ToolError
        The simulator is missing or failed.
    """
    report = load_report(design)
    link = report.link
    if link is None:
        raise InputError(f"{design} has no host link: its board has no serial line, or an old quantnn exported it")
    where = _listen(listen)
    genuine = GenuineBoard.load(design, report, exported_board(design, report, board), as_it_is=as_it_is)
    with scratch_folder() as folder:
        genuine.write(folder)
        try:
            pins = json_values(genuine.files[PINS])
            identity = bytes(int(line, 2) for line in genuine.files[IDENTITY].split())
            clock_hz = struct.unpack_from("<I", identity, FINGERPRINT_BYTES + 6)[0]
            arguments = (PROJECT, *_ports(pins))
        except (LookupError, TypeError, ValueError, struct.error) as error:
            raise InputError(f"{design / 'board'} is incomplete or damaged ({error}): export the model again") from None
        interface = genuine.core.interface
        baud = link.baud if exact else clock_hz // _FAST_DIVISOR
        replay = report.board_top.replay is not None
        plan = LinkPlan(interface.input, interface.output, clock_hz, baud, link.window - 1, replay)
        if not exact:
            emit_verilog(Link(plan, identity[:FINGERPRINT_BYTES]), LINK, folder)
        with BoardSimulation(folder, *arguments, plan.divisor, where) as simulation:
            yield simulation


def _ports(pins: Any) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """The top's clock and its other ports by what they are for; ValueError where a port is no identifier."""
    groups = {str(name): list(ports) for name, ports in pins["groups"].items()}
    for port in (pins["clock"], *(entry["port"] for entries in groups.values() for entry in entries)):
        if not isinstance(port, str) or not _PORT.fullmatch(port):
            raise ValueError(f"a port must be an identifier, not {str(port)[:60]!r}")
    return pins["clock"], {
        name: [{"port": e["port"], "bits": int(e["bits"]), "active_low": bool(e["active_low"])} for e in entries]
        for name, entries in groups.items()
    }


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
