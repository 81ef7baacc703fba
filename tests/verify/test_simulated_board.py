"""The exported design on a simulated board: what it shows, and what it makes of a host that does things wrong."""

import socket

import numpy as np
import pytest
from exported import save_model, small_options
from link_frames import ANSWER, ERROR, HELLO, IDENTITY, SAMPLE, encoded
from reports import damage
from simulated import PATIENCE, ask, segments, test_images

from quantnn.board.board import load_board
from quantnn.design.export import export
from quantnn.design.interface import CoreInterface
from quantnn.errors import InputError
from quantnn.hdl.board.seven_segment import DASH, DIGITS
from quantnn.importers.npz import load_model
from quantnn.link.client import Client
from quantnn.link.port import open_port
from quantnn.link.run import run_on_board
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate
from quantnn.verify.simulated_board import simulated_board

pytestmark = pytest.mark.xdist_group("simulated boards")


@pytest.fixture(scope="module")
def samples(digits):
    return test_images(digits)


@pytest.fixture(scope="module")
def board(digits):
    """The digits example on a simulated DE10-Lite, at a TCP port."""
    with simulated_board(digits, "socket://127.0.0.1:0") as board:
        yield board


@pytest.fixture
def port(board):
    """The line to that board, and nothing on it."""
    opened = open_port(board.port, 1)
    Client(opened, PATIENCE).hello()
    yield opened
    opened.close()


def test_every_switch_position_shows_what_the_reference_says(digits, samples):
    """The whole exported top with the real core: switches in, displays and lamps out, and KEY0."""
    classes = evaluate(load_network(digits / "network.npz"), samples[0][:16]).classes
    with simulated_board(digits) as board:
        for index, (found, label) in enumerate(zip(classes, samples[1][:16], strict=True)):
            shown = board.run(6000 if index == 0 else 600, switch=index)
            left, *off, right = segments(shown)
            assert (left, off, right) == (DIGITS[label], [0] * 4, DIGITS[found])
            assert [shown.led >> place & 1 for place in (1, 9)] == [1, found == label]
        assert segments(board.run(50, button=1))[-1] == DASH, "while KEY0 is pressed"
        assert segments(board.run(4000, button=0))[-1] == DIGITS[classes[15]]


def flipped(data, place):
    """The bytes with a bit turned, or another if that would make a zero."""
    value = data[place // 8] ^ 1 << place % 8
    return data[: place // 8] + bytes([value or 0xFF]) + data[place // 8 + 1 :]


DAMAGES = {
    "noise": lambda sample: np.random.default_rng(1).bytes(300) + b"\0",
    "a wrong bit": lambda sample: flipped(encoded(SAMPLE, 1, sample), 100),
    "half a frame": lambda sample: encoded(SAMPLE, 1, sample)[:25] + b"\0",
    "an oversized frame": lambda sample: encoded(SAMPLE, 1, bytes(3000))[:-4] + b"\0",
    "zeros": lambda sample: bytes(50),
}


class TestRecovery:
    """Whatever comes over the line, the next frame is answered, and nothing else is."""

    @pytest.fixture
    def question(self, digits, samples):
        interface = CoreInterface.load(digits / "core" / "interface.json")
        network = load_network(digits / "network.npz")
        [payload] = interface.input.pack(samples[0][7:8])
        logits = evaluate(network, samples[0][7:8]).logits[0]

        def is_answer(frame, sequence):
            form = interface.output
            found = []
            for beat in range(form.beats):
                word = int.from_bytes(frame.payload[beat * form.bytes : (beat + 1) * form.bytes], "little")
                found += form.unpack(word)[0]
            return (frame.type, frame.sequence) == (ANSWER, sequence) and found[: form.elements] == logits.tolist()

        return payload.tobytes(), is_answer

    @pytest.mark.parametrize("damage", DAMAGES)
    def test_a_damaged_frame(self, port, question, damage):
        sample, is_answer = question
        [frame] = ask(port, DAMAGES[damage](sample) + encoded(SAMPLE, 2, sample), 2, seconds=2)
        assert is_answer(frame, 2)

    @pytest.mark.parametrize(
        ("frame", "code"),
        [
            (lambda sample: encoded(SAMPLE, 9, sample, version=2), 1),
            (lambda sample: encoded(0x44, 9), 2),
            (lambda sample: encoded(SAMPLE, 9, sample + b"!"), 3),
        ],
        ids=["wrong version", "unknown type", "wrong length"],
    )
    def test_a_whole_frame_that_makes_no_sense(self, port, question, frame, code):
        sample, is_answer = question
        refusal, answer = ask(port, frame(sample) + encoded(SAMPLE, 3, sample), 2)
        assert (refusal.type, refusal.sequence, refusal.payload) == (ERROR, 9, bytes([code]))
        assert is_answer(answer, 3)

    def test_a_host_that_leaves_in_mid_frame(self, board, digits, samples, question):
        sample, _ = question
        first = open_port(board.port, 1)
        first.write(encoded(SAMPLE, 4, sample)[:30])
        first.close()
        run_on_board(digits, samples[0][:3], None, board.port, patience=PATIENCE).check()

    def test_a_host_that_leaves_without_its_answers(self, board, digits, samples, question):
        """The next host never takes them for its own, not even with the same sequence numbers."""
        sample, is_answer = question
        first = open_port(board.port, 1)
        first.write(b"".join(encoded(SAMPLE, sequence, sample) for sequence in range(10)))
        first.close()
        second = open_port(board.port, 1)
        try:
            frames = ask(second, encoded(HELLO, 77), 12, seconds=3)
        finally:
            second.close()
        assert (frames[-1].type, frames[-1].sequence) == (IDENTITY, 77), "nothing comes behind the identity"
        assert all(is_answer(frame, frame.sequence) for frame in frames[:-1])
        run_on_board(digits, samples[0][:10], None, board.port, patience=PATIENCE).check()

    def test_the_same_sample_twice(self, port, question):
        sample, is_answer = question
        first, second = ask(port, 2 * encoded(SAMPLE, 6, sample), 2)
        assert is_answer(first, 6) and is_answer(second, 6)

    def test_a_host_that_does_not_read(self, board, digits, samples):
        """Hundreds of answers that nobody takes are lost, and the link goes on."""
        interface = CoreInterface.load(digits / "core" / "interface.json")
        slow = open_port(board.port, 1)
        for sample in interface.input.pack(samples[0][:300]):
            slow.write(encoded(SAMPLE, 8, sample.tobytes()))
        slow.close()
        run_on_board(digits, samples[0][:5], None, board.port, patience=PATIENCE).check()

    def test_answers_that_are_lost_are_asked_for_again(self, board, digits, samples):
        interface = CoreInterface.load(digits / "core" / "interface.json")
        expected = evaluate(load_network(digits / "network.npz"), samples[0][:20]).logits

        class Lossy:
            """A port that swallows some bytes."""

            def __init__(self, port):
                self.port, self.draw = port, np.random.default_rng(3)

            def read(self, size):
                data = self.port.read(size)
                return data if self.draw.random() > 0.01 else data[1:]

            def __getattr__(self, name):
                return getattr(self.port, name)

        opened = open_port(board.port, 1)
        try:
            client = Client(Lossy(opened), patience=0.4, attempts=50)
            packed = [sample.tobytes() for sample in interface.input.pack(samples[0][:20])]
            answers = list(client.infer(packed, client.hello().window))
        finally:
            opened.close()
        form = interface.output
        for answer, logits in zip(answers, expected, strict=True):
            words = [answer[place : place + form.bytes] for place in range(0, len(answer), form.bytes)]
            assert [form.unpack(int.from_bytes(word, "little"))[0][0] for word in words] == logits.tolist()


@pytest.fixture(scope="module")
def on_ulx3s(tmp_path_factory):
    """A small network for a board with a PLL, four switches and eight lamps."""
    folder = tmp_path_factory.mktemp("ulx3s")
    model = load_model(save_model(folder))
    export(model, folder / "design", small_options(model, board=load_board("ulx3s-85f"), clock_mhz=100.0))
    return folder / "design"


class TestOtherBoard:
    def test_a_pll_lamps_and_a_link(self, on_ulx3s):
        """The reset lasts until the PLL is locked; the class stands on the lamps, in binary."""
        inputs = np.load(on_ulx3s / "vectors" / "inputs.npy").astype(np.int64)
        labels = np.load(on_ulx3s / "vectors" / "labels.npy")
        classes = evaluate(load_network(on_ulx3s / "network.npz"), inputs[:16]).classes
        with simulated_board(on_ulx3s) as board:
            for index in range(16):
                shown = board.run(4000 if index == 0 else 400, switch=index).led
                assert shown & 0b11 == classes[index]
                assert shown >> 2 & 1 == (classes[index] == labels[index]) and shown >> 3 & 1
            run = run_on_board(on_ulx3s, inputs, None, board.port, patience=PATIENCE)
        run.check()
        assert run.identity.clock_hz == 100_000_000

    def test_the_pll_of_a_max10(self, tmp_path):
        """At 100 MHz, with the exported link: its bits are a hundred cycles long."""
        model = load_model(save_model(tmp_path))
        options = small_options(model, board=load_board("de10-lite"), clock_mhz=100.0)
        export(model, tmp_path / "design", options)
        assert "altpll #(" in (tmp_path / "design" / "board" / "quantnn_board.v").read_text()
        inputs = np.load(tmp_path / "design" / "vectors" / "inputs.npy").astype(np.int64)
        with simulated_board(tmp_path / "design", exact=True) as board:
            run = run_on_board(tmp_path / "design", inputs[:4], None, board.port, patience=PATIENCE)
        run.check()
        assert run.identity.clock_hz == 100_000_000

    def test_bits_as_long_as_on_the_board(self, small):
        """Then every file is the one that was exported."""
        inputs = np.load(small / "vectors" / "inputs.npy").astype(np.int64)
        with simulated_board(small, exact=True) as board:
            run_on_board(small, inputs[:4], None, board.port, patience=PATIENCE).check()
            for exported in (small / "board").glob("quantnn_*.mem"):
                assert (board.folder / exported.name).read_bytes() == exported.read_bytes()


class TestRefused:
    @pytest.mark.parametrize("listen", ["tty", "socket://", "socket://0.0.0.0:5", "127.0.0.1:5", "socket://127.0.0.1:x"])
    def test_a_place_to_listen(self, small, listen):
        with pytest.raises(InputError) as caught, simulated_board(small, listen):
            pass
        message = f"A simulated board must listen at pty or socket://127.0.0.1:PORT, not {listen!r}"
        assert str(caught.value) == message

    @pytest.mark.parametrize("far", [0, 65_536])
    def test_a_port_that_nobody_can_have(self, small, far):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            listen = f"socket://127.0.0.1:{taken.getsockname()[1] + far}"
            with pytest.raises(InputError) as caught, simulated_board(small, listen):
                pass
        assert str(caught.value).startswith(f"Nobody can listen at {listen} (")

    def test_a_design_without_a_link(self, small, copy_of):
        design = copy_of(small)
        damage(design, link=None)
        with pytest.raises(InputError, match="has no host link"), simulated_board(design):
            pass

    @pytest.mark.parametrize("name", ["pins.json", "quantnn_link_identity.mem"])
    @pytest.mark.parametrize("content", [None, "{", "2", '{"clock": "c; initial $system(1);", "groups": {}}'])
    def test_a_damaged_folder(self, small, copy_of, name, content):
        design = copy_of(small)
        (design / "board" / name).unlink()
        if content is not None:
            (design / "board" / name).write_text(content)
        missing = "is missing: export" if content is None else None
        with pytest.raises(InputError, match=missing or "where this quantnn writes"), simulated_board(design):
            pass
        damaged = simulated_board(design, as_it_is=True)
        with pytest.raises(InputError, match=missing or "is incomplete or damaged"), damaged:
            pass
