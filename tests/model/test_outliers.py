import numpy as np
import pytest

from quantnn.model.outliers import outliers

REMEDY = (
    ", so each step is as much coarser: leave out what is a slip, or save a greater input_bits in the model"
)


def evenly(rows=41, columns=3):
    """Every column goes evenly from 0 to 1."""
    return np.tile(np.linspace(0, 1, rows)[:, np.newaxis], columns)


@pytest.mark.parametrize("value", [100.0, -99.0])
def test_a_row_far_out(value):
    """From 1 to 100 the span grows from 1 (without the row) to 100."""
    values = evenly()
    values[7, 1] = value
    assert outliers(values, per_feature=True) == (
        f"sample 7 alone stretches the sensor's span of 1 of 3 inputs up to 100 times{REMEDY}"
    )
    assert outliers(values, per_feature=False) == f"sample 7 alone stretches the sensor's span up to 100 times{REMEDY}"


def test_several_rows():
    values = evenly(500, 2)
    values[[3, 30, 300, 400], 0] = 21.0
    assert outliers(values, per_feature=True).startswith(
        "samples 3, 30, 300 and 1 more alone stretch the sensor's span of 1 of 2 inputs up to 21 times"
    )


@pytest.mark.parametrize(
    "values",
    [
        evenly(),
        evenly(10) * [[1]] * 9 + np.eye(10, 3) * 1000,
        np.zeros((50, 4)),
        np.eye(50),
        np.random.default_rng(0).normal(size=(400, 30)),
        np.random.default_rng(1).exponential(size=(400, 30)),
        np.where(np.arange(100)[:, np.newaxis] % 10 == 0, 50.0, evenly(100)),
        np.full((30, 2), 1e308) * np.linspace(-1, 1, 30)[:, np.newaxis],
    ],
    ids=["even", "too few", "zeros", "one each", "normal", "exponential", "a tenth is high", "huge"],
)
@pytest.mark.parametrize("per_feature", [True, False])
def test_nothing_to_say(values, per_feature):
    assert outliers(values, per_feature=per_feature) == ""
