"""From a design to a board that answers; building and boards themselves have their own tests."""

import numpy as np
import pytest
from simulated import PATIENCE, test_images

import quantnn
from quantnn.design.report import BuildResult
from quantnn.errors import InputError, VerificationError
from quantnn.link.run import BoardDifference, BoardRun
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate

SAMPLES = np.random.default_rng(3).integers(0, 256, (12, 6))


def test_a_build_goes_into_the_report(small, copy_of, monkeypatch):
    design = quantnn.Design(copy_of(small))
    result = BuildResult("Maker 3", 50.0, 90.0, (), None, None, ("output_files/a.sof",), 1.5, (), ())
    monkeypatch.setattr("quantnn.build.quartus.compile_quartus", lambda *_, **__: result)
    report = design.build()
    assert report == design.report and report.build.fmax_mhz == 90.0
    assert design.spare_clock_mhz(report) == 90.0
    with pytest.raises(InputError, match="must be max, not 44"):
        design.build(clock_mhz=44)


def test_the_highest_clock_is_another_way(small, copy_of, monkeypatch):
    asked = []
    monkeypatch.setattr("quantnn.build.fastest.build_fastest", lambda *given: asked.append(given) or "report")
    design = quantnn.Design(copy_of(small))
    assert design.build(clock_mhz="max", seeds=3, jobs=2) == "report"
    assert asked[0][:4] == (design.path, design.board, 3, 2)


def test_flashing_is_for_the_board_of_the_design(small, monkeypatch):
    asked = {}
    monkeypatch.setattr("quantnn.link.flash.flash", lambda path, board, **given: asked.update(given, board=board))
    quantnn.Design(small).flash(lasting=True)
    assert (asked["board"].name, asked["lasting"], asked["as_it_is"]) == ("de10-lite", True, False)


def answered(logits, classes, wrong=0, difference=None):
    return BoardRun(logits, classes, None, 0.5, wrong, difference, 1, 2, None)


def test_answers_of_a_board(small, monkeypatch):
    expected = evaluate(load_network(small / "network.npz"), SAMPLES)
    monkeypatch.setattr("quantnn.link.run.run_on_board", lambda *_, **__: answered(expected.logits, expected.classes))
    answers = quantnn.Design(small).run(SAMPLES, expected.classes)
    assert answers.accuracy == 1.0 and answers.run.samples_per_second == 24
    values = answers.values()
    assert (values["seconds"], values["repeated"], values["damaged"], values["differing"]) == (0.5, 1, 2, 0)


def test_an_answer_that_differs(small, monkeypatch):
    expected = evaluate(load_network(small / "network.npz"), SAMPLES)
    found = answered(expected.logits, expected.classes, 1, BoardDifference(3, 0, 7, 8))
    monkeypatch.setattr("quantnn.link.run.run_on_board", lambda *_, **__: found)
    design = quantnn.Design(small)
    with pytest.raises(VerificationError, match="1 of 12 answers: sample 3, logit 0: got 7, expected 8"):
        design.run(SAMPLES)
    answers = design.run(SAMPLES, check=False)
    with pytest.raises(VerificationError):
        answers.check()


def test_samples_that_do_not_suit_it(small):
    with pytest.raises(InputError, match="samples must lie in 0"):
        quantnn.Design(small).run(SAMPLES + 1000)


@pytest.mark.xdist_group("simulated boards")
def test_a_simulated_board_answers(digits):
    design = quantnn.Design(digits)
    inputs, labels = (part[:5] for part in test_images(digits))
    with design.simulated_board() as board:
        answers = design.run(inputs, labels, port=board.port, patience=PATIENCE)
    np.testing.assert_array_equal(answers.logits, design.simulate(inputs).logits)


def test_a_missing_package_of_the_link_is_one_line(small, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "quantnn.link.run", None)
    with pytest.raises(InputError, match="install the host link with pip install"):
        quantnn.Design(small).run(SAMPLES)
