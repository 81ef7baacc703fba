"""The whole loop without a board: the same host code, a simulated board, bytes in between."""

import shutil
import struct

import numpy as np
import pytest
from as_found import as_found
from exported import faulty_network, flip_weight, small_board
from fake_board import ANSWER_BYTES, FakeBoard
from reports import damage
from simulated import COUNT, PATIENCE, segments, test_images
from told import Told

from quantnn.board.board import load_board
from quantnn.design.export import ExportOptions, export
from quantnn.design.fingerprint import IDENTITY, fingerprint, identity_with
from quantnn.design.report import load_report
from quantnn.errors import InputError, LinkError, VerificationError
from quantnn.hdl.board.seven_segment import DIGITS
from quantnn.link.run import BoardDifference, _compare, run_on_board
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate
from quantnn.verify.simulated_board import simulated_board

pytestmark = pytest.mark.xdist_group("simulated boards")


@pytest.fixture(scope="module")
def samples(digits):
    return test_images(digits)


@pytest.fixture(scope="module")
def board(digits):
    """The digits example on a simulated DE10-Lite."""
    with simulated_board(digits) as board:
        yield board


class TestDigits:
    def test_digits_in_classes_out_bit_exact(self, board, digits, samples):
        inputs, labels = samples[0][:COUNT], samples[1][:COUNT]
        expected = evaluate(load_network(digits / "network.npz"), inputs)
        told = Told()
        run = run_on_board(digits, inputs, labels, board.port, patience=PATIENCE, progress=told)
        assert (run.logits == expected.logits).all() and (run.classes == expected.classes).all()
        assert (run.wrong, run.difference, run.damaged) == (0, None, 0)
        assert run.accuracy == (expected.classes == labels).mean() > 0.9
        assert run.samples_per_second == COUNT / run.seconds
        run.check()
        assert told.steps[0] == "computing the expected answers" and told.steps[-1] == f"asking for {COUNT} samples"
        assert told.totals[told.steps[-1]] == told.done[told.steps[-1]] == COUNT

    def test_extreme_samples_are_bit_exact(self, board, digits, samples):
        run_on_board(digits, samples[0][-30:], None, board.port, patience=PATIENCE).check()

    def test_the_board_says_what_the_report_says(self, board, digits, samples):
        run = run_on_board(digits, samples[0][:1], samples[1][:1], board.port, patience=PATIENCE)
        report = load_report(digits)
        assert run.identity.fingerprint.hex() == report.fingerprint
        assert run.identity.window == report.link.window and run.identity.clock_hz == 50_000_000

    def test_somebody_impatient(self, board, digits, samples):
        """Who asks again every millisecond is answered too."""
        run = run_on_board(digits, samples[0][:30], None, board.port, patience=0.001)
        run.check()
        assert len(run.logits) == 30

    def test_the_display_shows_the_last_answer(self, board, digits, samples):
        for sample in samples[0][:3]:
            [found] = run_on_board(digits, sample[None], None, board.port, patience=PATIENCE).classes
            assert segments(board.run(10, switch=5))[-1] == DIGITS[found]

    def test_a_label_that_is_wrong_costs_accuracy(self, board, digits, samples):
        inputs, labels = samples[0][:4], samples[1][:4]
        labels = (labels + np.array([1, 0, 0, 0])) % 10
        assert run_on_board(digits, inputs, labels, board.port, patience=PATIENCE).accuracy == 0.75


PLACE = (0, 20, 5, 6)
"""Layer, input, neuron and bit of the weight that a wrong bitstream has otherwise."""


class TestWrongBitstream:
    @pytest.fixture
    def wrong(self, digits, copy_of, monkeypatch):
        """The digits example with another weight, as an export would have written it."""
        as_found(monkeypatch)
        design = copy_of(digits, "wrong")
        flip_weight(design, load_report(design), *PLACE)
        for memory in (design / "core").glob("*.mem"):
            shutil.copy(memory, design / "board")
        file = design / "board" / IDENTITY
        file.write_text(identity_with(file, fingerprint(design / "core")))
        return design

    def test_the_fingerprint_tells_before_a_sample_is_sent(self, digits, wrong, samples):
        told = Told()
        with simulated_board(wrong) as board, pytest.raises(LinkError) as caught:
            run_on_board(digits, samples[0][:5], None, board.port, patience=PATIENCE, progress=told)
        own = load_report(digits).fingerprint
        other = fingerprint(wrong / "core").hex()
        assert own != other
        assert str(caught.value) == (
            f"Another network is in the board: its fingerprint is {other}, that of {digits} is {own}."
            f" Build and flash this design: quantnn build {digits}, quantnn flash {digits}"
        )
        assert not any("samples" in step for step in told.steps)

    def test_a_forged_fingerprint_does_not_help(self, digits, wrong, samples):
        shutil.copy(digits / "board" / IDENTITY, wrong / "board")
        network = load_network(digits / "network.npz")
        faulty = faulty_network(network, *PLACE)
        inputs = samples[0][:8]
        with simulated_board(wrong) as board:
            run = run_on_board(digits, inputs, None, board.port, patience=PATIENCE)
        assert (run.logits == evaluate(faulty, inputs).logits).all(), "it computes what the wrong weight makes of it"
        differs = evaluate(faulty, inputs).logits != evaluate(network, inputs).logits
        sample = int(differs.any(axis=1).argmax())
        logit = int(differs[sample].argmax())
        got, expected = (evaluate(each, inputs).logits[sample, logit] for each in (faulty, network))
        with pytest.raises(VerificationError) as caught:
            run.check()
        assert caught.value.exit_code == 1
        assert str(caught.value) == (
            f"The board differs from the reference in {differs.any(axis=1).sum()} of 8 answers: sample {sample}, logit"
            f" {logit}: got {got}, expected {expected}"
        )


def test_a_board_of_another_shape(digits, small, samples, copy_of):
    """An identity that was copied, for example: nothing is asked of a board whose samples have other sizes."""
    with simulated_board(small, exact=True) as board:
        copy = copy_of(digits)
        damage(copy, fingerprint=load_report(small).fingerprint)
        with pytest.raises(LinkError, match="samples and answers have"):
            run_on_board(copy, samples[0][:1], None, board.port, patience=PATIENCE)


@pytest.fixture(scope="module")
def values(tmp_path_factory):
    """A network whose answer is values, of signed inputs of five bits, for a board of another make."""
    random = np.random.default_rng(5)
    layers = (
        FloatDense(random.normal(size=(6, 5)), random.normal(size=5), "relu"),
        FloatDense(random.normal(size=(5, 3)), random.normal(size=3)),
    )
    calibration = random.integers(-16, 16, (20, 6))
    model = FloatNetwork(layers, calibration=calibration, input_bits=5, input_signed=True, decision="none")
    folder = tmp_path_factory.mktemp("values") / "design"
    export(model, folder, ExportOptions(board=load_board("icebreaker"), test_inputs=calibration, name="values"))
    return folder


@pytest.fixture(scope="module")
def threshold(tmp_path_factory):
    """A network with one output, above 0 or not, of inputs of one bit."""
    random = np.random.default_rng(6)
    layers = (
        FloatDense(random.normal(size=(11, 4)), random.normal(size=4), "relu"),
        FloatDense(random.normal(size=(4, 1)), random.normal(size=1), "sigmoid"),
    )
    calibration = random.integers(0, 2, (20, 11))
    model = FloatNetwork(layers, calibration=calibration, input_bits=1)
    folder = tmp_path_factory.mktemp("threshold") / "design"
    export(model, folder, ExportOptions(board=small_board(), test_inputs=calibration, name="threshold"))
    return folder


class TestOtherAnswers:
    """Beats that are no whole bytes, both signs, and answers that are no class of several."""

    def test_values(self, values):
        inputs = np.random.default_rng(1).integers(-16, 16, (40, 6))
        with simulated_board(values) as board:
            run = run_on_board(values, inputs, None, board.port, patience=PATIENCE)
        assert (run.logits == evaluate(load_network(values / "network.npz"), inputs).logits).all()
        assert run.classes is None and run.accuracy is None and run.wrong == 0

    def test_a_threshold(self, threshold):
        inputs = np.random.default_rng(2).integers(0, 2, (60, 11))
        expected = evaluate(load_network(threshold / "network.npz"), inputs)
        assert 0 < expected.classes.sum() < 60
        with simulated_board(threshold) as board:
            run = run_on_board(threshold, inputs, expected.classes, board.port, patience=PATIENCE)
        assert (run.logits == expected.logits).all()
        assert run.accuracy == 1 and run.wrong == 0


class TestRefused:
    def test_a_design_without_a_link(self, small, copy_of, samples):
        design = copy_of(small)
        damage(design, link=None)
        with pytest.raises(InputError, match="has no host link: its board has no serial line"):
            run_on_board(design, samples[0][:1])

    def test_samples_of_another_network(self, small, samples):
        with pytest.raises(InputError, match="The samples do not suit the network"):
            run_on_board(small, samples[0][:1])

    def test_no_samples(self, small):
        with pytest.raises(InputError, match="There must be at least one sample"):
            run_on_board(small, np.zeros((0, 6), dtype=np.int64))

    @pytest.mark.parametrize("patience", [0, -1, float("nan"), float("inf")])
    def test_a_patience_that_is_no_time(self, small, patience):
        with pytest.raises(InputError, match=f"^The patience must be a number of seconds above 0, not {patience}$"):
            run_on_board(small, np.zeros((1, 6), dtype=np.int64), None, "/dev/nothing", patience=patience)

    def test_labels_where_there_are_no_classes(self, values):
        samples, labels = np.zeros((1, 6), dtype=np.int64), np.zeros(1, dtype=np.int64)
        with pytest.raises(InputError, match=r"gives values and no classes: leave the labels out$"):
            run_on_board(values, samples, labels, "/dev/nothing")

    def test_no_board(self, small):
        with pytest.raises(LinkError, match=r"^/dev/nothing cannot be opened: there is no such port"):
            run_on_board(small, np.zeros((1, 6), dtype=np.int64), None, "/dev/nothing")

    def test_answers_of_another_length(self, small, monkeypatch):
        """From a board that says it is the right one, asked as patiently as its line takes."""
        link, fingerprint = load_report(small).link, bytes.fromhex(load_report(small).fingerprint)
        fields = fingerprint, link.sample_bytes, link.answer_bytes, 3, 50_000_000, 0
        board = FakeBoard(identity=struct.pack("<8sHHHIH", *fields))
        monkeypatch.setattr("quantnn.link.run.open_port", lambda *_: board)
        monkeypatch.setattr(board, "close", lambda: None, raising=False)
        assert link.answer_bytes != ANSWER_BYTES
        message = f"^The answer to sample 0 has {ANSWER_BYTES} bytes, not {link.answer_bytes}$"
        with pytest.raises(LinkError, match=message):
            run_on_board(small, np.zeros((2, 6), dtype=np.int64))


class TestCompare:
    """The first difference in order of samples; within one, logits before the class."""

    EXPECTED = np.array([[1, 2], [3, 4], [6, 5]])
    CLASSES = np.array([1, 1, 0])

    @pytest.mark.parametrize(
        ("changes", "wrong", "difference"),
        [
            ({}, 0, None),
            ({(1, 1): 9}, 1, BoardDifference(1, 1, 9, 4)),
            ({(2, 0): -6, (1, None): 0}, 2, BoardDifference(1, None, 0, 1)),
            ({(0, None): 7, (0, 0): 8}, 1, BoardDifference(0, 0, 8, 1)),
        ],
    )
    def test_with_classes(self, changes, wrong, difference):
        logits, classes = self.EXPECTED.copy(), self.CLASSES.copy()
        for (sample, logit), value in changes.items():
            if logit is None:
                classes[sample] = value
            else:
                logits[sample, logit] = value
        assert _compare(logits, classes, self.EXPECTED, self.CLASSES) == (wrong, difference)

    def test_values(self):
        logits = self.EXPECTED + np.array([[0, 0], [0, 1], [0, 0]])
        assert _compare(logits, None, self.EXPECTED, None) == (1, BoardDifference(1, 1, 5, 4))

    def test_a_difference_in_words(self):
        assert str(BoardDifference(3, 1, -5, 5)) == "sample 3, logit 1: got -5, expected 5"
        assert str(BoardDifference(3, None, 2, 7)) == "sample 3, class: got 2, expected 7"
        names = tuple("abc")
        assert str(BoardDifference(3, None, 2, 7, names)) == "sample 3, class: got 2 (c), expected 7"
        assert str(BoardDifference(3, 1, 2, 1, names)) == "sample 3, logit 1: got 2, expected 1"
