import random
import struct
from types import SimpleNamespace

import pytest
import serial
from fake_board import BUSY, FINGERPRINT, FakeBoard, answer_to
from link_frames import ANSWER, ERROR, HELLO, IDENTITY, REPLAY, REPLAYED, SAMPLE, encoded

from quantnn.errors import LinkError
from quantnn.link import client as module
from quantnn.link.client import Client, Identity, Replayed

SAMPLES = [random.Random(number).randbytes(6) for number in range(40)]
ANSWERS = [answer_to(sample) for sample in SAMPLES]


def client(board, patience=0.01, attempts=4):
    return Client(board, patience, attempts)


def failure(call):
    with pytest.raises(LinkError) as caught:
        list(call() or ())
    assert "\n" not in str(caught.value) and caught.value.exit_code == 2
    return str(caught.value)


class LateBoard(FakeBoard):
    """A board that takes so many seconds for each thing it is asked, one after the other; time is what it says."""

    def __init__(self, monkeypatch, seconds):
        super().__init__(window=17)
        self.seconds, self.now, self.free = seconds, 0.0, 0.0
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))

    def reply(self, data):
        self.free = max(self.free, self.now) + self.seconds
        self.replies.append((self.free, data))

    def read(self, size):
        self.now += 0.005
        while self.replies and self.replies[0][0] <= self.now:
            self.out += self.replies.pop(0)[1]
        data, self.out = bytes(self.out[:size]), self.out[size:]
        return data


class TestHello:
    def test_the_board_says_who_it_is(self):
        assert client(FakeBoard(window=5)).hello() == Identity(FINGERPRINT, 6, 3, 5, 50_000_000, 0)

    def test_what_was_on_the_line_before_does_not_matter(self):
        board = FakeBoard()
        board.heard += b"half a fra"
        board.out += b"\3noise" + encoded(IDENTITY, 1, bytes(20)) + encoded(ANSWER, 7, b"abc") + b"\x05\x99"
        board.out += b"\0"
        found = client(board)
        assert found.hello().fingerprint == FINGERPRINT
        assert found.damaged == 2

    def test_a_lost_hello_is_said_again(self):
        class Deaf(FakeBoard):
            def question(self, kind, sequence, payload):
                self.asked.append(sequence)
                if len(self.asked) == 3:
                    super().question(kind, sequence, payload)

        board = Deaf()
        assert client(board).hello().window == 3
        assert len(set(board.asked)) == 3

    @pytest.mark.parametrize("seconds", [0.1, 0.7, 2.5])
    def test_a_board_that_takes_longer_than_the_patience(self, monkeypatch, seconds):
        """Its answer to the first hello comes when the second, or the sixth, was said."""
        board = LateBoard(monkeypatch, seconds)
        assert client(board, 0.5, 6).hello().fingerprint == FINGERPRINT
        assert board.now < seconds + 0.1

    def test_an_identity_for_somebody_else_is_none(self):
        class Others(FakeBoard):
            def question(self, kind, sequence, payload):
                self.reply(encoded(IDENTITY, sequence ^ 0x8000, self.identity))

        assert "bytes came, but no answer" in failure(client(Others()).hello)

    def test_a_board_that_lets_nothing_be_under_way(self):
        board = FakeBoard(identity=struct.pack("<8sHHHIH", FINGERPRINT, 6, 3, 0, 50_000_000, 0))
        assert failure(client(board).hello).startswith("The board's window must be at least 1 sample, not 0: build and")

    def test_fields_that_a_later_version_adds_are_ignored(self):
        board = FakeBoard()
        board.identity += b"more"
        assert client(board).hello().window == 3

    def test_nobody(self):
        class Nobody(FakeBoard):
            def write(self, data):
                pass

        assert failure(client(Nobody()).hello).startswith("Nothing answers: flash the design")

    def test_an_echo(self):
        class Echo(FakeBoard):
            def write(self, data):
                self.out += data

        assert failure(client(Echo()).hello).startswith("The port only echoes what is sent")

    def test_somebody_else(self):
        class Modem(FakeBoard):
            def write(self, data):
                self.out += b"AT OK\r\n"

        message = failure(client(Modem()).hello)
        assert "bytes came, but no answer: another design is in the board, or the port is another one" in message

    @pytest.mark.parametrize("version", [0, 2])
    def test_an_identity_of_another_version(self, version):
        message = failure(client(FakeBoard(version=version)).hello)
        assert message.startswith(f"The board speaks version {version} of the protocol, not 1: build and flash")

    def test_a_board_that_refuses_the_version(self):
        class Later(FakeBoard):
            def question(self, kind, sequence, payload):
                self.reply(encoded(ERROR, sequence, b"\1", 2))

        assert failure(client(Later()).hello).startswith("The board speaks version 2 of the protocol, not 1")

    def test_another_error_is_no_answer_to_a_hello(self):
        """As of a board that takes it for a sample."""

        class Confused(FakeBoard):
            def question(self, kind, sequence, payload):
                self.reply(encoded(ERROR, sequence, b"\2"))
                super().question(kind, sequence, payload)

        assert client(Confused()).hello().fingerprint == FINGERPRINT

    def test_half_an_identity(self):
        message = failure(client(FakeBoard(identity=bytes(19))).hello)
        assert message.startswith("The board's identity has 19 bytes instead of 20")


class TestInfer:
    @pytest.mark.parametrize("window", [1, 3, 17])
    @pytest.mark.parametrize("delay", [0, 1, 4])
    def test_answers_come_in_order_and_no_more_than_the_window_are_under_way(self, window, delay):
        board = FakeBoard(window=window, delay=delay)
        found = client(board, patience=1)
        assert list(found.infer(SAMPLES, window)) == ANSWERS
        assert (found.repeated, found.damaged) == (0, 0)
        assert len(board.asked) == len(set(board.asked)) == len(SAMPLES)

    def test_sequence_numbers_wrap(self, monkeypatch):
        monkeypatch.setattr(random, "randrange", lambda _: 0xFFF8)
        board = FakeBoard()
        assert list(client(board).infer(SAMPLES[:20], 3)) == ANSWERS[:20]
        assert board.asked == [*range(0xFFF9, 0x10000), *range(13)]

    def test_sequence_numbers_wrap_while_answers_are_lost(self, monkeypatch):
        monkeypatch.setattr(random, "randrange", lambda _: 0xFFF0)

        class Lossy(FakeBoard):
            draw = random.Random(8)

            def reply(self, data):
                if self.draw.random() < 0.7:
                    super().reply(data)

        board = Lossy()
        assert list(client(board, attempts=50).infer(SAMPLES, 3)) == ANSWERS
        assert {0xFFFF, 0} < set(board.asked) and len(board.asked) > len(SAMPLES)

    def test_a_board_slower_than_the_patience_is_not_swamped(self, monkeypatch):
        """17 samples take it 1.7 s, of which the host only learns when it is asked."""
        board = LateBoard(monkeypatch, 0.1)
        found = client(board, 0.5, 8)
        assert list(found.infer(10 * SAMPLES, 17)) == 10 * ANSWERS
        assert found.repeated < 100, "each of the first questions a few times, and then hardly any"
        assert board.now < 50, "400 samples take 40 s"

    def test_after_a_slow_board_what_is_lost_is_asked_again_soon(self, monkeypatch):
        board = LateBoard(monkeypatch, 0.1)
        found = client(board, 0.5, 8)
        list(found.infer(SAMPLES, 17))
        board.seconds = 0.001
        list(found.infer(SAMPLES, 17))
        started, reply = board.now, board.reply
        board.reply = lambda data: setattr(board, "reply", reply)
        assert list(found.infer(SAMPLES[:1], 17)) == ANSWERS[:1]
        assert 0.5 <= board.now - started < 0.6

    def test_no_samples(self):
        assert list(client(FakeBoard()).infer([], 3)) == []

    @pytest.mark.parametrize("lost", ["questions", "answers"])
    def test_what_is_lost_is_asked_again(self, lost):
        class Lossy(FakeBoard):
            draw = random.Random(5)

            def question(self, kind, sequence, payload):
                if lost == "answers" or self.draw.random() < 0.7:
                    super().question(kind, sequence, payload)

            def reply(self, data):
                if lost == "questions" or self.draw.random() < 0.7:
                    super().reply(data)

        found = client(Lossy(), attempts=50)
        assert list(found.infer(SAMPLES, 3)) == ANSWERS
        assert found.repeated > 0

    def test_damaged_answers_are_asked_for_again(self):
        class Noisy(FakeBoard):
            draw = random.Random(6)

            def reply(self, data):
                if self.draw.random() < 0.3:
                    place = self.draw.randrange(len(data) - 1)
                    data = data[:place] + bytes([data[place] ^ self.draw.randrange(1, 256)]) + data[place + 1 :]
                super().reply(data)

        found = client(Noisy(), attempts=50)
        assert list(found.infer(SAMPLES, 3)) == ANSWERS
        assert found.damaged > 0

    def test_a_second_answer_to_a_sample_does_no_harm(self):
        class Twice(FakeBoard):
            def reply(self, data):
                super().reply(data)
                self.replies.append(self.replies[-1])

        assert list(client(Twice(window=20)).infer(SAMPLES, 3)) == ANSWERS

    def test_an_answer_that_comes_too_late_is_still_its_sample_s(self):
        """Asked again meanwhile: both answers arrive, the second when other samples are under way."""

        class Slow(FakeBoard):
            def question(self, kind, sequence, payload):
                self.delay = 3 if len(self.asked) % 5 == 0 else 0
                super().question(kind, sequence, payload)

        found = client(Slow(window=100), patience=1e-9, attempts=10**9)
        assert list(found.infer(SAMPLES, 3)) == ANSWERS
        assert found.repeated > 0

    def test_answers_may_come_in_any_order(self):
        class Shuffled(FakeBoard):
            def reply(self, data):
                self.replies.insert(0, (0, data))

        assert list(client(Shuffled()).infer(SAMPLES, 3)) == ANSWERS

    def test_what_is_no_answer_is_ignored_though_it_has_a_sample_s_number(self):
        class Greeting(FakeBoard):
            def question(self, kind, sequence, payload):
                if kind == SAMPLE:
                    self.replies.append((self.reads, encoded(IDENTITY, sequence, self.identity)))
                super().question(kind, sequence, payload)

        assert list(client(Greeting()).infer(SAMPLES, 3)) == ANSWERS

    def test_answers_to_nobody_are_ignored(self):
        class Strange(FakeBoard):
            def reply(self, data):
                super().reply(data)
                self.out += encoded(ANSWER, (self.asked[-1] + 1000) % 65536, b"xyz") + encoded(0x90, 3, b"new")

        assert list(client(Strange()).infer(SAMPLES, 3)) == ANSWERS

    def test_a_busy_board_is_asked_again_soon(self):
        class Busy(FakeBoard):
            def question(self, kind, sequence, payload):
                if sequence not in self.asked:
                    self.asked.append(sequence)
                    self.reply(encoded(ERROR, sequence, bytes([BUSY])))
                else:
                    super().question(kind, sequence, payload)

        found = client(Busy(), patience=10)
        assert list(found.infer(SAMPLES[:6], 3)) == ANSWERS[:6]
        assert found.repeated >= 6

    def test_a_board_that_is_busy_for_ever_is_given_up(self):
        class Busy(FakeBoard):
            def question(self, kind, sequence, payload):
                self.reply(encoded(ERROR, sequence, bytes([BUSY])))

        message = failure(lambda: client(Busy()).infer(SAMPLES, 3))
        assert message.startswith("The board stopped answering after 0 of 40 samples")

    @pytest.mark.parametrize("after", [0, 13])
    def test_a_board_that_stops_is_given_up_with_a_word(self, after):
        class Dies(FakeBoard):
            def question(self, kind, sequence, payload):
                if len(self.asked) < after:
                    super().question(kind, sequence, payload)

        message = failure(lambda: client(Dies()).infer(SAMPLES, 3))
        assert message == (
            f"The board stopped answering after {after} of 40 samples: check cable and power, then reset it"
        )

    @pytest.mark.parametrize(
        ("code", "word"), [(1, "its version"), (2, "its type"), (3, "its length"), (9, "an unknown")]
    )
    def test_a_refused_sample(self, code, word):
        class Refuses(FakeBoard):
            def question(self, kind, sequence, payload):
                self.reply(encoded(ERROR, sequence, bytes([code])))

        assert f"The board refuses sample 0 for {word}" in failure(lambda: client(Refuses()).infer(SAMPLES, 3))

    @pytest.mark.parametrize("call", ["read", "write"])
    def test_an_unplugged_cable(self, call):
        class Unplugged(FakeBoard):
            pass

        def fail(self, *_):
            raise serial.SerialException("device reports readiness to read but returned no data")

        setattr(Unplugged, call, fail)
        assert failure(lambda: client(Unplugged()).infer(SAMPLES, 3)).startswith("The connection to the board broke: ")


def test_the_fields_of_an_identity():
    payload = struct.pack("<8sHHHIH", b"abcdefgh", 1, 2, 3, 4, 5)
    assert Identity.read(payload) == Identity(b"abcdefgh", 1, 2, 3, 4, 5)


def test_the_client_says_hello_and_asks_as_the_page_has_it():
    said = []

    class Listens(FakeBoard):
        def question(self, kind, sequence, payload):
            said.append((kind, payload))
            super().question(kind, sequence, payload)

    board = Listens()
    found = client(board)
    found.hello()
    list(found.infer(SAMPLES[:2], 3))
    assert said == [(HELLO, b""), (SAMPLE, SAMPLES[0]), (SAMPLE, SAMPLES[1])]


COUNTS = struct.pack("<5I", 9, 7, 8, 1234, 0xABCD)


class Replaying(FakeBoard):
    """A board that replays, and answers the first of ``deaf`` + 1 requests that it hears."""

    def __init__(self, payload=COUNTS, deaf=0, kind=REPLAYED):
        super().__init__()
        self.payload, self.deaf, self.kind = payload, deaf, kind

    def question(self, kind, sequence, payload):
        assert (kind, payload) == (REPLAY, b"")
        self.asked.append(sequence)
        if len(self.asked) > self.deaf:
            self.reply(encoded(self.kind, sequence ^ 1, self.payload) + encoded(self.kind, sequence, self.payload))


class TestReplay:
    @pytest.mark.parametrize("deaf", [0, 2])
    def test_the_counts(self, deaf):
        """It is asked again with the same sequence number; what answers another is not taken."""
        board = Replaying(deaf=deaf)
        asking = client(board)
        assert asking.replay() == Replayed(9, 7, 8, 1234, 0xABCD)
        assert len(board.asked) == deaf + 1 and len(set(board.asked)) == 1 and asking.repeated == deaf

    def test_fields_that_a_later_version_adds_are_ignored(self):
        assert client(Replaying(bytes(20) + b"more")).replay() == Replayed(0, 0, 0, 0, 0)

    def test_counts_that_are_cut_off(self):
        message = "The board's counts have 19 bytes instead of 20: build and flash the design with this quantnn"
        assert failure(client(Replaying(bytes(19))).replay) == message

    def test_a_board_without(self):
        message = "The board has no replay: export with --replay, then build and flash the design"
        assert failure(client(Replaying(b"\2", kind=ERROR)).replay) == message

    def test_a_board_that_never_ends(self):
        message = "The board did not finish its replay: check cable and power, reset it, or give more --patience"
        assert failure(client(Replaying(deaf=99)).replay) == message
