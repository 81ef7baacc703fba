import pytest

from quantnn.importers.arrays.spellings import KERAS, NUMBERED, POSITIONAL, PYTORCH, SCIKIT_LEARN, SPELLINGS


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["W0", "b0"], NUMBERED),
        (["coefs_0", "intercepts_0"], SCIKIT_LEARN),
        (["fc1.weight", "fc1.bias"], PYTORCH),
        (["0.weight"], PYTORCH),
        (["weight", "bias"], PYTORCH),
        (["dense/kernel", "dense/bias"], KERAS),
        (["arr_0", "arr_1"], POSITIONAL),
    ],
)
def test_one_spelling_recognises_a_file(names, expected):
    assert [spelling for spelling in SPELLINGS if spelling.recognises(names)] == [expected]


def test_no_spelling():
    assert not any(spelling.recognises(["fc", "coef_", "w0", "model"]) for spelling in SPELLINGS)
