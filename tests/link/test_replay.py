"""A replay from the export to the host, with the board simulated, and faults that its counts show."""

import shutil
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from as_found import as_found
from exported import SAMPLES, SHAPE, faulty_network, flip_weight, save_model, small_options
from reports import damage
from simulated import PATIENCE

from quantnn.board.board import load_board
from quantnn.design.export import export
from quantnn.design.fingerprint import IDENTITY
from quantnn.design.report import load_report
from quantnn.errors import InputError, LinkError, VerificationError
from quantnn.importers.npz import load_model
from quantnn.link import replay as module
from quantnn.link.client import Identity, Replayed
from quantnn.link.replay import ReplayRun, replay_on_board
from quantnn.link.run import run_on_board
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate
from quantnn.verify.simulated_board import simulated_board

pytestmark = pytest.mark.xdist_group("simulated boards")

SIGNS = {0x3F: "0", 0x06: "1", 0x5B: "2", 0x4F: "3", 0x66: "4", 0x6D: "5", 0x7D: "6", 0x07: "7", 0x7F: "8", 0x6F: "9",
         0x40: "-", 0x39: "C", 0: " "}  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(save_model(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module")
def design(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("replayed") / "design"
    export(model, folder, small_options(model, replay=True))
    return folder


@pytest.fixture(scope="module")
def board(design):
    with simulated_board(design) as board:
        yield board


def correct(design):
    classes, labels = (np.load(design / "vectors" / f"{name}.npy") for name in ("classes", "labels"))
    return int((classes[: len(labels)] == labels).sum())


class TestSimulated:
    def test_the_board_counts_what_the_reference_has(self, board, design):
        """Twice: each replay counts anew. Cycles are those that interval and latency of the plan make."""
        report = load_report(design)
        for _ in range(2):
            run = replay_on_board(design, board.port, patience=PATIENCE)
            run.check()
            assert (run.samples, run.correct, run.matching) == (SAMPLES, correct(design), SAMPLES)
            cycles = (SAMPLES - 1) * report.ii_cycles.planned + report.latency_cycles.planned
            assert run.cycles == run.planned_cycles == cycles
            assert run.cycles_per_sample == cycles / SAMPLES
            assert run.samples_per_second == pytest.approx(SAMPLES * 50e6 / cycles)

    def test_between_samples_of_the_host(self, board, design):
        inputs = np.load(design / "vectors" / "inputs.npy").astype(np.int64)
        run_on_board(design, inputs[:5], None, board.port, patience=PATIENCE).check()
        replay_on_board(design, board.port, patience=PATIENCE).check()
        run_on_board(design, inputs, None, board.port, patience=PATIENCE).check()

    def test_a_reset_in_mid_replay(self, board, design):
        board.run(40, button=2)
        board.run(20, button=3)
        board.run(4000, button=0)
        replay_on_board(design, board.port, patience=PATIENCE).check()

    def test_another_network_is_told_before(self, board, small):
        damaged = SimpleNamespace(**vars(load_report(small)))
        assert damaged.board_top.replay is None
        with pytest.raises(InputError, match="has no replay: export it with --replay"):
            replay_on_board(small, board.port)


AWAKE = 4000
"""Cycles after which a board has left the reset that it begins with."""


def sign(seen, place):
    """What a display shows, counted from the right."""
    return SIGNS[seen.display >> 8 * place & 0x7F]


class TestDisplays:
    def test_what_scrolls_past_until_a_switch_moves(self, design):
        """By KEY1, on a board that no host has spoken to: then the selected sample stands there, with its label."""
        labels = np.load(design / "vectors" / "labels.npy")
        with simulated_board(design) as board:
            board.run(AWAKE, switch=1)
            board.run(20, button=2)
            seen = board.run(2000, button=0)
            assert "".join(sign(seen, place) for place in reversed(range(6))) == f"{correct(design)}-{SAMPLES} "
            assert seen.led >> 9 & 1, "all were the reference's"
            assert sign(board.run(100, switch=2), 5) == str(labels[2]), "the label of what is selected"

    def test_behind_a_host_they_go_back_to_its_answer(self, design):
        """Built-in samples rest when a host was heard, so what a switch brings back is the class of its last sample."""
        inputs = np.load(design / "vectors" / "inputs.npy").astype(np.int64)
        classes = np.load(design / "vectors" / "classes.npy")
        with simulated_board(design) as board:
            run_on_board(design, inputs[:5], None, board.port, patience=PATIENCE).check()
            board.run(200, switch=1)
            board.run(20, button=2)
            assert sign(board.run(2000, button=0), 5) == f"{correct(design)}"[0]
            seen = board.run(100, switch=2)
            assert (sign(seen, 5), sign(seen, 0)) == ("-", str(classes[4])), "no label, and the host's class"


def flipped(path, line, bit):
    """A memory file with a bit turned."""
    lines = path.read_text().splitlines()
    digits = list(lines[line])
    digits[-1 - bit] = "10"[int(digits[-1 - bit])]
    lines[line] = "".join(digits)
    path.write_text("\n".join(lines) + "\n")


class TestFaults:
    """What is in the board is another thing than what was exported, and says to be the same."""

    @pytest.fixture
    def faulty(self, design, copy_of, monkeypatch):
        as_found(monkeypatch)
        return copy_of(design, "faulty")

    @pytest.mark.parametrize("line", [0, 13, SAMPLES - 1])
    def test_a_label(self, design, faulty, line):
        flipped(faulty / "board" / "quantnn_replay_counters_labels.mem", line, 0)
        with simulated_board(faulty, as_it_is=True) as board:
            run = replay_on_board(design, board.port, patience=PATIENCE)
        labels = np.load(design / "vectors" / "labels.npy").astype(int)
        classes = np.load(design / "vectors" / "classes.npy")
        labels[line] ^= 1
        found = int((classes[: len(labels)] == labels).sum())
        assert (run.correct, run.matching) == (found, SAMPLES)
        if found != correct(design):
            with pytest.raises(VerificationError) as caught:
                run.check()
            assert caught.value.exit_code == 1
            words = f"{found} right answers, expected {correct(design)}"
            assert str(caught.value) == f"The board's replay differs from the reference: {words}"

    def test_a_class_of_the_reference(self, design, faulty):
        flipped(faulty / "board" / "quantnn_replay_counters_expected.mem", 5, 1)
        with simulated_board(faulty, as_it_is=True) as board:
            run = replay_on_board(design, board.port, patience=PATIENCE)
        words = f"{SAMPLES - 1} answers of the reference's class, expected {SAMPLES}$"
        with pytest.raises(VerificationError, match=words):
            run.check()

    def test_the_core(self, design, faulty):
        """The sign of a weight of the last layer, one that makes some classes other ones."""
        report, network = load_report(faulty), load_network(faulty / "network.npz")
        inputs = np.load(design / "vectors" / "inputs.npy").astype(np.int64)[:SAMPLES]
        classes = evaluate(network, inputs).classes
        for place in product(range(SHAPE[2]), range(SHAPE[3])):
            fault = (2, *place, report.layers[2].weights.bits - 1)
            same = int((evaluate(faulty_network(network, *fault), inputs).classes == classes).sum())
            if same < SAMPLES:
                break
        flip_weight(faulty, report, *fault)
        for memory in (faulty / "core").glob("*.mem"):
            shutil.copy(memory, faulty / "board")
        shutil.copy(design / "board" / IDENTITY, faulty / "board")
        with simulated_board(faulty, as_it_is=True) as board:
            run = replay_on_board(design, board.port, patience=PATIENCE)
        assert (run.samples, run.matching) == (SAMPLES, same)
        with pytest.raises(VerificationError, match="answers of the reference's class, expected"):
            run.check()


IDLE = Identity(bytes(8), 1, 1, 3, 50_000_000, 0)


class Told:
    """A client that is told of a replay what the test says."""

    def __init__(self, found):
        self.found = found

    def __call__(self, *_):
        return self

    def hello(self):
        return IDLE

    def replay(self):
        return self.found


class TestToldOf:
    @pytest.fixture
    def told(self, monkeypatch, design):
        def told(**changes):
            found = replace(Replayed(SAMPLES, correct(design), SAMPLES, 100, 0), **changes)
            monkeypatch.setattr(module, "Client", Told(found))

        monkeypatch.setattr(module, "open_port", lambda *_: SimpleNamespace(close=lambda: None))
        monkeypatch.setattr(module, "check_identity", lambda *_: None)
        return told

    def test_other_samples(self, design, told):
        told(mark=1)
        with pytest.raises(LinkError) as caught:
            replay_on_board(design)
        assert str(caught.value) == f"The board keeps other samples than {design}: build and flash this design"

    @pytest.mark.parametrize("patience", [0, -1.0, float("inf"), float("nan")])
    def test_a_patience_that_is_no_time(self, design, patience):
        with pytest.raises(InputError, match="The patience must be a number of seconds above 0, not"):
            replay_on_board(design, patience=patience)

    def test_a_design_without_a_link(self, design, copy_of):
        other = copy_of(design)
        damage(other, link=None)
        with pytest.raises(InputError, match="has no host link"):
            replay_on_board(other)


RUN = ReplayRun(8, 6, 8, 40, 100_000_000, 8, 6, True, 38)


def test_what_is_printed_and_as_json():
    assert list(RUN.lines()) == [
        "8 samples, expected 8",
        "6 answers are the true class, expected 6",
        "8 answers are the reference's class, expected 8",
        "40 cycles, planned 38: 5.000 per sample",
        "20,000,000 samples/s at 100 MHz",
    ]
    assert RUN.values() == {
        "samples": 8, "correct": 6, "accuracy": 0.75, "matching": 8, "cycles": 40, "cycles_per_sample": 5.0,
        "clock_hz": 100_000_000, "samples_per_second": 2e7,
        "expected": {"samples": 8, "correct": 6, "matching": 8, "cycles": 38},
    }  # fmt: skip
    assert "as labels are unknown" in list(replace(RUN, labelled=False).lines())[1]
    assert replace(RUN, labelled=False).values()["accuracy"] is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, None),
        ({"cycles": 39}, None),
        ({"samples": 7}, "7 answers, expected 8"),
        ({"correct": 7, "matching": 7}, "7 right answers, expected 6; 7 answers of the reference's class, expected 8"),
    ],
)
def test_counts_of_answers_must_be_the_reference_s(changes, words):
    run = replace(RUN, **changes)
    if words is None:
        run.check()
        return
    with pytest.raises(VerificationError) as caught:
        run.check()
    assert str(caught.value) == f"The board's replay differs from the reference: {words}"


def test_every_board_with_a_line_has_a_replay(model, tmp_path):
    """On lamps alone, with a PLL, and where buttons select: the host asks, and is told the same."""
    for name in ("ulx3s-85f", "icebreaker"):
        folder = tmp_path / name
        export(model, folder, small_options(model, replay=True, board=load_board(name)))
        with simulated_board(folder) as board:
            replay_on_board(folder, board.port, patience=PATIENCE).check()
