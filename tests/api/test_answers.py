import json

import numpy as np
import pytest

from quantnn.api.answers import Answers

LOGITS = np.array([[3, -1], [0, 5], [7, 7]])
CLASSES = np.array([0, 1, 0])


def many(count):
    return Answers(np.arange(2 * count).reshape(count, 2), np.zeros(count, int), np.arange(count) % 2)


def test_a_line_per_answer():
    classified = ["0: class 0  3 -1", "1: class 1  0 5", "2: class 0  7 7"]
    assert list(Answers(LOGITS, CLASSES).lines(whole=False)) == classified
    assert list(Answers(LOGITS, None).lines(whole=False)) == ["0: 3 -1", "1: 0 5", "2: 7 7"]


def test_without_labels_there_is_no_quality():
    answers = Answers(LOGITS, CLASSES)
    assert (answers.correct, answers.accuracy, answers.quality()) == (None, None, "")


def test_accuracy_and_what_is_wrong():
    answers = Answers(LOGITS, CLASSES, np.array([0, 0, 0]))
    assert answers.quality() == ", accuracy 0.6667 (2 of 3 right)"
    assert list(answers.lines(whole=False))[1:] == [
        "1: class 1 for 0  0 5", "2: class 0  7 7", "wrong:", "1: class 1 for 0  0 5",
    ]  # fmt: skip
    assert "wrong:" not in list(answers.lines(whole=True))


@pytest.mark.parametrize("count, shown, more", [(10, 10, False), (11, 10, True), (1234, 10, True)])
def test_the_first_ten_unless_all_are_wanted(count, shown, more):
    lines = list(Answers(np.zeros((count, 1), int), None).lines(whole=False, remedy=": ask"))
    assert len(lines) == shown + more
    assert not more or lines[-1] == f"… {count - 10:,} more: ask"
    assert len(list(Answers(np.zeros((count, 1), int), None).lines(whole=True))) == count


def test_the_first_ten_of_many_wrong_ones():
    lines = list(many(40).lines(whole=False))
    assert lines[11] == "the first 10 of 20 wrong:"
    assert [line.split(":")[0] for line in lines[12:]] == [str(number) for number in range(1, 20, 2)]


def test_for_programs():
    values = json.loads(json.dumps(Answers(LOGITS, CLASSES, np.array([0, 0, 0])).values()))
    assert values == {
        "samples": 3, "correct": 2, "accuracy": 2 / 3, "classes": [0, 1, 0], "logits": [[3, -1], [0, 5], [7, 7]],
    }  # fmt: skip
    assert json.loads(json.dumps(Answers(LOGITS, None).values()))["classes"] is None


def test_where_none_is_wrong_nothing_is_said_of_it():
    lines = list(Answers(LOGITS, CLASSES, CLASSES).lines(whole=False))
    assert lines == list(Answers(LOGITS, CLASSES).lines(whole=False))


def test_they_show_themselves():
    answers = Answers(LOGITS, CLASSES, np.array([0, 0, 0]), ("<b>", "dog"), ("in another order",))
    assert repr(answers) == "<Answers: 3 samples, accuracy 0.6667 (2 of 3 right)>"
    shown = answers._repr_html_()
    assert "3 samples, accuracy 0.6667" in shown and "dog for &lt;b&gt;" in shown and "in another order" in shown
    assert "<b>" not in shown and "-v" not in many(40)._repr_html_()
