"""The cocotb test that keeps a simulated board running: moves bytes, obeys commands.

Runs inside the simulator. ``QUANTNN_BOARD`` holds JSON: ``control``, the local TCP port at which the other process
takes this one's connection; ``listen``, ``pty`` or a local TCP port for the host, 0 for any; ``period_ns`` of the
clock.

The control connection carries a JSON object per line. The first goes out: ``port``, where the host finds the board.
Each one that comes in may set ``switch`` and ``button`` and is answered, ``cycles`` later, with ``led`` and ``display``
as integers; 0 cycles only look, and do not keep an idle simulation awake. When the connection ends, so does the
simulation.
"""

import json
import os
import select
import socket
import tty
from contextlib import suppress

import cocotb
from cocotb.triggers import Timer

CHUNK = 128
STEP = 2000
"""Cycles between two looks at the outside; at a bit of 4 cycles they carry 50 bytes."""
PATIENCE = 200
IDLE_SECONDS = 0.02
"""After so many looks at which nothing moved, the simulation slows down and waits that long for something to come."""


class PseudoTerminal:
    """A line that hosts open like a serial device."""

    def __init__(self):
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.address = os.ttyname(self._slave)

    def fileno(self):
        """For select."""
        return self._master

    def read(self, size):
        """Up to ``size`` bytes, none if there are none."""
        try:
            return os.read(self._master, size)
        except BlockingIOError:
            return b""

    def write(self, data):
        """What the host does not read in time is lost, as on a real line."""
        with suppress(BlockingIOError):
            os.write(self._master, data)

    def close(self):
        """No more line."""
        os.close(self._master)
        os.close(self._slave)


class TcpLine:
    """A line that one host at a time connects to."""

    def __init__(self, port):
        self._server = socket.create_server(("127.0.0.1", port))
        self._server.setblocking(False)
        self._client = None
        self.address = f"socket://127.0.0.1:{self._server.getsockname()[1]}"

    def fileno(self):
        """For select."""
        return (self._client or self._server).fileno()

    def read(self, size):
        """Up to ``size`` bytes, none if there are none or nobody is connected."""
        try:
            if self._client is None:
                self._client, _ = self._server.accept()
                self._client.setblocking(False)
            data = self._client.recv(size)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data and self._client is not None:
            self._client.close()
            self._client = None
        return data

    def write(self, data):
        """What nobody reads in time is lost, as on a real line."""
        with suppress(OSError):
            if self._client is not None:
                self._client.send(data)

    def close(self):
        """No more line."""
        self._server.close()
        if self._client is not None:
            self._client.close()


class Control:
    """The connection to the process that started this one."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setblocking(False)
        self._partial = b""
        self.open = True

    def fileno(self):
        """For select."""
        return self._socket.fileno()

    def send(self, message):
        """Send an object."""
        self._socket.setblocking(True)
        self._socket.sendall(json.dumps(message).encode() + b"\n")
        self._socket.setblocking(False)

    def receive(self):
        """The next object, or None."""
        try:
            data = self._socket.recv(4096)
            self.open = bool(data)
            self._partial += data
        except BlockingIOError:
            pass
        except OSError:
            self.open = False
        line, end, rest = self._partial.partition(b"\n")
        if not end:
            return None
        self._partial = rest
        return json.loads(line)

    def close(self):
        """End the connection."""
        self._socket.close()


def exchange(terminal, line):
    """Move what can be moved between the line's outside and the terminal; whether anything was."""
    moved = False
    room = CHUNK if terminal.give.value == terminal.given.value else 0
    if room and terminal.unsent.value.to_unsigned() <= CHUNK and (data := line.read(room)):
        terminal.give_data.value = int.from_bytes(data, "little")
        terminal.give_count.value = len(data)
        terminal.give.value = not terminal.give.value
        moved = True
    if terminal.take.value == terminal.taken.value and (count := terminal.take_count.value.to_unsigned()):
        line.write(terminal.take_data.value.to_unsigned().to_bytes(CHUNK, "little")[:count])
        terminal.take.value = not terminal.take.value
        moved = True
    return moved


@cocotb.test()
async def board(dut):
    """Run until the control connection ends."""
    settings = json.loads(os.environ["QUANTNN_BOARD"])
    control = Control(settings["control"])
    line = PseudoTerminal() if settings["listen"] == "pty" else TcpLine(settings["listen"])
    control.send({"port": line.address})
    idle, left = 0, None
    while control.open:
        if left is None and (command := control.receive()) is not None:
            for name in ("switch", "button"):
                if name in command:
                    getattr(dut, name).value = command[name]
            left = command["cycles"]
        idle = 0 if exchange(dut.terminal, line) or left else idle + 1
        if idle > PATIENCE and left is None:
            select.select([line, control], [], [], IDLE_SECONDS)
        cycles = STEP if left is None else min(STEP, left)
        await Timer(max(1, cycles) * settings["period_ns"], "ns")
        if left is not None and (left := left - cycles) == 0:
            control.send({name: getattr(dut, name).value.to_unsigned() for name in ("led", "display")})
            left = None
    line.close()
    control.close()
