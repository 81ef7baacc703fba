import os
import socket
import threading
from types import SimpleNamespace

import pytest

from quantnn.errors import LinkError
from quantnn.link import port as module
from quantnn.link.port import find_port, open_port


def plug(device, usb, location=None, serial="A1", description="USB Serial"):
    """A port as pyserial lists it."""
    vid, pid = (int(half, 16) for half in usb.split(":")) if usb else (None, None)
    return SimpleNamespace(
        device=device, vid=vid, pid=pid, location=location, serial_number=serial, description=description
    )


@pytest.fixture
def plugged(monkeypatch):
    """Lets pyserial find these ports."""
    return lambda *ports: monkeypatch.setattr(module.list_ports, "comports", lambda: list(ports))


BOARD = "0403:6015"


class TestFind:
    def test_the_only_board(self, plugged):
        plugged(plug("/dev/ttyS0", None), plug("/dev/ttyUSB0", BOARD), plug("/dev/ttyACM0", "2341:0043"))
        assert find_port([BOARD]) == "/dev/ttyUSB0"

    @pytest.mark.parametrize("swap", [False, True])
    def test_of_a_bridge_with_two_ports_the_second(self, plugged, swap):
        both = [
            plug("/dev/ttyUSB0", "0403:6010", "1-2:1.0"),
            plug("/dev/ttyUSB1", "0403:6010", "1-2:1.1"),
        ]
        plugged(*(reversed(both) if swap else both))
        assert find_port(["0403:6010"]) == "/dev/ttyUSB1"

    def test_one_of_several_kinds(self, plugged):
        plugged(plug("COM7", "1a86:7523"))
        assert find_port([BOARD, "1a86:7523"]) == "COM7"

    def test_any_adapter_where_the_board_has_none_of_its_own(self, plugged):
        plugged(plug("/dev/ttyS0", None), plug("/dev/ttyUSB3", "10c4:ea60"))
        assert find_port([]) == "/dev/ttyUSB3"

    def test_two_boards_have_to_be_told_apart(self, plugged):
        plugged(plug("/dev/ttyUSB0", BOARD, "1-2", "A1"), plug("/dev/ttyUSB1", BOARD, "1-3", "A2", "FT231X"))
        with pytest.raises(LinkError) as caught:
            find_port([BOARD])
        assert str(caught.value) == (
            "There are 2 serial ports of a USB bridge 0403:6015: choose with --port. Found: /dev/ttyUSB0, 0403:6015"
            " USB Serial; /dev/ttyUSB1, 0403:6015 FT231X"
        )

    def test_two_boards_with_the_same_serial_number(self, plugged):
        plugged(plug("/dev/ttyUSB0", BOARD, "1-2", None), plug("/dev/ttyUSB1", BOARD, "1-3", None))
        with pytest.raises(LinkError, match="There are 2 serial ports"):
            find_port([BOARD])

    def test_no_board_but_something_else(self, plugged):
        plugged(plug("/dev/ttyACM0", "2341:0043", description="Arduino Uno"))
        with pytest.raises(LinkError) as caught:
            find_port([BOARD])
        assert str(caught.value) == (
            "No serial port of a USB bridge 0403:6015 was found (/dev/ttyACM0, 2341:0043 Arduino Uno): plug the board"
            " in, or give --port"
        )

    def test_nothing_at_all(self, plugged):
        plugged(plug("/dev/ttyS0", None))
        with pytest.raises(LinkError, match=r"of a USB serial adapter was found \(no other either\): plug the board"):
            find_port([])


class TestOpen:
    def test_a_pseudo_terminal(self):
        master, slave = os.openpty()
        port = open_port(os.ttyname(slave), 1_000_000)
        try:
            port.write(b"to the board")
            assert os.read(master, 100) == b"to the board"
            os.write(master, b"\x00\xff\x03\x04\r\n")
            data = b""
            while len(data) < 6:
                data += port.read(1)
            assert data == b"\x00\xff\x03\x04\r\n", "no byte means anything to a terminal in between"
            assert port.in_waiting == 0 and port.read(5) == b""
        finally:
            port.close()
            os.close(master)
            os.close(slave)

    def test_a_port_that_somebody_else_has_open(self):
        master, slave = os.openpty()
        port = open_port(os.ttyname(slave), 1_000_000)
        try:
            with pytest.raises(LinkError, match=r"another program has it open: close that$"):
                open_port(os.ttyname(slave), 1_000_000)
        finally:
            port.close()
            os.close(master)
            os.close(slave)

    def test_a_socket(self):
        with socket.create_server(("127.0.0.1", 0)) as server:

            def echo():
                client, _ = server.accept()
                with client:
                    client.sendall(client.recv(100))

            thread = threading.Thread(target=echo)
            thread.start()
            port = open_port(f"socket://127.0.0.1:{server.getsockname()[1]}", 1)
            try:
                port.write(b"abc")
                thread.join()
                assert b"".join(port.read(1) for _ in range(3)) == b"abc"
            finally:
                port.close()

    def test_the_board_s_own_is_found(self, plugged, monkeypatch):
        opened = []
        plugged(plug("/dev/ttyUSB5", BOARD))
        monkeypatch.setattr(module.serial, "serial_for_url", lambda name, **options: opened.append((name, options)))
        open_port("auto", 115_200, [BOARD])
        [(name, options)] = opened
        assert (name, options["baudrate"]) == ("/dev/ttyUSB5", 115_200)
        assert 0 < options["timeout"] < 1 and options["write_timeout"], "a dead port must not hang anybody"

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("/dev/no-such-port", "there is no such port: plug the board in"),
            ("/dev/no such\nport", "there is no such port: plug the board in"),
            ("/dev/null", "it is no serial port: plug the board in"),
            ("/", "it is no serial port: plug the board in"),
            ("socket://127.0.0.1:1", "nobody listens there: start the simulated board first"),
            ("socket://nowhere", "it must be socket://host:port, with a port of 1 to 65535"),
            ("socket://", "it must be socket://host:port, with a port of 1 to 65535"),
            ("socket://127.0.0.1:x", "it must be socket://host:port, with a port of 1 to 65535"),
            ("socket://127.0.0.1:70000", "it must be socket://host:port, with a port of 1 to 65535"),
            ("hwgrep://[", "unterminated character set"),
            ("carrier-pigeon://", "invalid URL"),
        ],
    )
    def test_a_port_that_cannot_be_opened_says_why_in_one_line(self, name, words):
        with pytest.raises(LinkError) as caught:
            open_port(name, 9600)
        assert str(caught.value).startswith(f"{' '.join(name.split())} cannot be opened: {words}")

    def test_a_port_without_a_name(self):
        with pytest.raises(LinkError, match=r"^A port without a name cannot be opened: there is no such port"):
            open_port("", 9600)

    def test_a_port_that_the_system_holds(self, monkeypatch):
        def refuse(*_, **__):
            raise module.serial.SerialException(16, "could not open port: [Errno 16] Device or resource busy")

        monkeypatch.setattr(module.serial, "serial_for_url", refuse)
        with pytest.raises(LinkError, match=r"^COM3 cannot be opened: another program has it open: close that$"):
            open_port("COM3", 9600)

    def test_missing_rights_say_what_to_do(self, monkeypatch):
        def refuse(*_, **__):
            raise module.serial.SerialException("[Errno 13] could not open port: [Errno 13] Permission denied")

        monkeypatch.setattr(module.serial, "serial_for_url", refuse)
        with pytest.raises(LinkError, match="join the group that owns it, mostly dialout"):
            open_port("/dev/ttyUSB0", 9600)
