import json
import sys
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from quantnn.board.board import load_board
from quantnn.design.report import BuildResult, load_report
from quantnn.link.flash import Flashed
from quantnn.link.replay import ReplayRun
from quantnn.link.run import BoardDifference, BoardRun
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate


@pytest.mark.parametrize(
    "board, reached, hint",
    [
        ("icebreaker", 44.1, "44.1 MHz were reached, 24 asked for: quantnn build {} --clock-mhz max"),
        ("de10-lite", 99.5, "99.5 MHz were reached, 24 asked for: export again with --clock-mhz 99"),
        ("icebreaker", 28.0, None),
        ("icebreaker", None, None),
    ],
)
def test_a_build_that_could_be_much_quicker_says_so(run, small, monkeypatch, board, reached, hint):
    result = BuildResult("tools", 24.0, reached, (), None, 1, ("output_files/a.bit",), 1.0, (), ())
    monkeypatch.setattr("quantnn.api.exported_folder.exported_board", lambda *_: load_board(board))
    monkeypatch.setattr("quantnn.build.open_flow.build_open", lambda *_, **__: result)
    monkeypatch.setattr("quantnn.build.quartus.compile_quartus", lambda *_, **__: result)
    add = "quantnn.design.build_record.add_build"
    monkeypatch.setattr(add, lambda folder, built, begun: begun.with_build(built))
    code, out, _ = run("build", small)
    assert code == 0
    assert ("MHz were reached" in out) is (hint is not None)
    assert hint is None or f"{hint.format(small)}\nBuilt {small}/board/output_files/a.bit. Next: " in out


def test_the_highest_clock(run, small, monkeypatch):
    result = BuildResult("tools", 44.0, 44.1, (), None, 1, ("output_files/a.bit",), 1.0, (), ())
    monkeypatch.setattr("quantnn.api.exported_folder.exported_board", lambda *_: load_board("icebreaker"))
    monkeypatch.setattr("quantnn.build.fastest.build_fastest", lambda *_, **__: load_report(small).with_build(result))
    code, out, _ = run("build", small, "--clock-mhz", "max")
    assert code == 0 and f"Built {small}/board/output_files/a.bit. Next: " in out


def test_another_clock_is_a_matter_of_export(run, small, monkeypatch):
    monkeypatch.setattr("quantnn.api.exported_folder.exported_board", lambda *_: load_board("icebreaker"))
    code, _, err = run("build", small, "--clock-mhz", "44")
    assert code == 2
    assert "--clock-mhz must be max, not 44: another clock is chosen with quantnn export" in err[0]


class TestFlash:
    @pytest.mark.parametrize(("words", "lasts", "stays"), [
        ([], False, "it is gone after power-off"), (["--lasting"], True, "it stays"),
    ])  # fmt: skip
    def test_it_says_what_was_loaded_and_for_how_long(self, run, small, monkeypatch, words, lasts, stays):
        asked = []

        def flash(design, board, **options):
            asked.append((design, board.name, options.pop("step") and options))
            return Flashed("tool", design / "board" / "output_files" / "a.bit", options["lasting"])

        monkeypatch.setattr("quantnn.link.flash.flash", flash)
        code, out, lines = run("flash", small, *words)
        assert (code, lines) == (0, [])
        assert out == f"tool loaded a.bit; {stays}. Next: quantnn run {small} --input images.npy\n"
        assert asked == [(small, "de10-lite", {"lasting": lasts, "as_it_is": False})]


class TestRun:
    """A board that answers as a test says."""

    SAMPLES = np.random.default_rng(3).integers(0, 256, (12, 6))

    @pytest.fixture
    def board(self, small, monkeypatch):
        np.save("x.npy", self.SAMPLES)
        expected = evaluate(load_network(small / "network.npz"), self.SAMPLES)
        np.save("y.npy", expected.classes)
        found = BoardRun(expected.logits, expected.classes, None, 0.5, 0, None, 0, 0, None)

        def answering(**changes):
            answer = replace(found, **changes)
            monkeypatch.setattr("quantnn.link.run.run_on_board", lambda *_, **__: answer)
            return answer

        return answering

    def test_right_answers(self, run, board, small):
        board()
        code, out, lines = run("run", small, "-i", "x.npy", "--labels", "y.npy")
        assert (code, lines) == (0, [])
        assert "… 2 more: -v shows them\n" in out
        assert out.endswith(
            "12 answers, all as the reference's, accuracy 1.0000 (12 of 12 right); 24 samples/s over the line."
            f" Next: quantnn bench {small}\n"
        )

    def test_what_was_asked_again_is_said(self, run, board, small):
        board(repeated=3)
        assert "24 samples/s over the line, 3 asked again. Next: " in run("run", small, "-i", "x.npy")[1]

    @pytest.mark.parametrize("as_json", [False, True])
    def test_a_wrong_answer(self, run, board, small, as_json):
        """All answers are printed first: the difference may be anywhere."""
        right = board()
        wrong = right.logits.copy()
        wrong[7, 1] += 1
        difference = BoardDifference(7, 1, int(wrong[7, 1]), int(right.logits[7, 1]))
        board(logits=wrong, wrong=1, difference=difference)
        code, out, lines = run("run", small, "-i", "x.npy", *(["--json"] if as_json else []))
        assert (code, lines) == (1, [f"Error: The board differs from the reference in 1 of 12 answers: {difference}"])
        if as_json:
            found = json.loads(out)
            assert (found["differing"], found["logits"]) == (1, wrong.tolist())
        else:
            assert "Next" not in out and "7: class" in out

    def test_without_what_the_line_needs(self, run, board, small, monkeypatch):
        board()
        monkeypatch.setitem(sys.modules, "quantnn.link.run", None)
        code, out, lines = run("run", small, "-i", "x.npy")
        assert (code, out) == (2, "") and "[link]" in lines[0]


class TestReplay:
    FOUND = ReplayRun(300, 109, 300, 314, 100_000_000, 300, 109, True, 314)

    @pytest.fixture
    def counted(self, monkeypatch):
        def counted(**changes):
            monkeypatch.setattr("quantnn.link.replay.replay_on_board", lambda *_, **__: replace(self.FOUND, **changes))

        return counted

    def test_right_counts(self, run, counted, small):
        counted()
        code, out, lines = run("run", small, "--replay")
        assert (code, lines) == (0, [])
        assert out.startswith("300 samples, expected 300\n109 answers are the true class, expected 109\n")
        said = "All counts of answers are the reference's; 95,541,401 samples/s from the board's own memory."
        assert out.endswith(f"\n{said} Next: quantnn bench {small}\n")

    def test_json(self, run, counted, small):
        counted()
        code, out, _ = run("run", small, "--replay", "--json")
        assert code == 0 and json.loads(out) == self.FOUND.values()

    @pytest.mark.parametrize("words", [[], ["--json"]])
    def test_wrong_counts(self, run, counted, small, words):
        counted(matching=299)
        code, out, [line] = run("run", small, "--replay", *words)
        assert code == 1 and "299" in out
        found = "299 answers of the reference's class, expected 300"
        assert line == f"Error: The board's replay differs from the reference: {found}"

    @pytest.mark.parametrize("words", [["--input", "x.npy"], ["--labels", "x.npy"]])
    def test_samples_of_one_s_own_are_not_for_a_replay(self, run, small, words):
        np.save("x.npy", np.zeros((1, 6), dtype=np.int64))
        code, _, [line] = run("run", small, "--replay", *words)
        assert code == 2
        assert line == "Error: --replay takes the samples that the board keeps: leave --input and --labels out"

    def test_without_either(self, run, small):
        code, _, [line] = run("run", small)
        assert code == 2
        assert line == "Error: --input must be given: raw input samples, or --replay for those that the board keeps"

    def test_a_design_without_a_replay(self, run, small):
        code, _, [line] = run("run", small, "--replay")
        assert (code, line) == (2, f"Error: {small} has no replay: export it with --replay")


def test_a_simulated_board_is_watched_with_what_to_do_next(run, small, monkeypatch):
    seen = []

    @contextmanager
    def simulated(design, port, **options):
        seen.append((design, port, options["exact"], options["board"].name, options["as_it_is"]))
        yield SimpleNamespace(port="socket://127.0.0.1:4000")

    monkeypatch.setattr("quantnn.verify.simulated_board.simulated_board", simulated)
    monkeypatch.setattr("quantnn.cli.watch.watch", lambda simulation, said: seen.append(said))
    assert run("simulate-board", small, "--exact", "--port", "socket://127.0.0.1:4000")[0] == 0
    assert seen == [
        (small, "socket://127.0.0.1:4000", True, "de10-lite", False),
        [
            "The board is at socket://127.0.0.1:4000; Ctrl-C switches it off.",
            f"Next, elsewhere: quantnn run {small} --input images.npy --port socket://127.0.0.1:4000",
        ],
    ]


def test_a_simulated_board_without_a_simulator(run, small, monkeypatch):
    monkeypatch.setitem(sys.modules, "quantnn.verify.simulated_board", None)
    code, out, lines = run("simulate-board", small)
    assert (code, out) == (2, "") and "sim" in lines[0]


def test_the_list_of_boards_ends_with_what_to_do_next(run):
    code, out, lines = run("boards")
    assert (code, lines) == (0, [])
    assert out.endswith("Next: quantnn boards show NAME, or quantnn export MODEL --board NAME\n")
