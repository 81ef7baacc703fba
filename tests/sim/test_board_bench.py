"""What the bench inside the simulator talks through, without a simulation."""

import os
import socket
import threading
import time

from quantnn.sim import board_bench
from quantnn.sim.board_bench import PseudoTerminal, TcpLine


def read(line, size=100):
    for _ in range(200):
        if data := line.read(size):
            return data
        time.sleep(0.01)
    return b""


class TestLines:
    """The two kinds of lines without a simulation."""

    def test_a_pseudo_terminal(self):
        line = PseudoTerminal()
        assert line.read(10) == b""
        host = os.open(line.address, os.O_RDWR | os.O_NOCTTY)
        os.write(host, b"\x03\x04\r\n\x00")
        assert read(line) == b"\x03\x04\r\n\x00", "no byte means anything to it"
        line.write(b"\x03\r\x00")
        assert os.read(host, 10) == b"\x03\r\x00"
        os.close(host)
        assert line.read(10) == b"", "the line stays when the host goes"
        line.close()

    def test_a_host_that_does_not_read_loses_bytes_and_stops_nobody(self):
        line = PseudoTerminal()
        for _ in range(300):
            line.write(bytes(1000))
        line.close()

    def test_a_tcp_line(self):
        line = TcpLine(0)
        line.write(b"nobody hears this")
        assert line.read(10) == b""
        host, port = line.address.removeprefix("socket://").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"abc")
            assert read(line) == b"abc"
            line.write(b"def")
            assert client.recv(10) == b"def"
        assert read(line) == b""
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"again")
            assert read(line) == b"again"
        line.close()

    def test_control(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            accepted = []
            thread = threading.Thread(target=lambda: accepted.append(server.accept()[0]))
            thread.start()
            control = board_bench.Control(server.getsockname()[1])
            thread.join()
            [parent] = accepted
            control.send({"port": "x"})
            assert parent.recv(100) == b'{"port": "x"}\n'
            assert control.receive() is None and control.open
            parent.sendall(b'{"cycles": 1}\n{"cyc')
            time.sleep(0.1)
            assert control.receive() == {"cycles": 1}
            parent.sendall(b'les": 2}\n')
            time.sleep(0.1)
            assert control.receive() == {"cycles": 2}
            parent.close()
            time.sleep(0.1)
            assert control.receive() is None and not control.open
            control.close()
