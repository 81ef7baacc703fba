from pathlib import Path

import numpy as np
import pytest
from datasets import sample_file as opened

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.model import sample_file
from quantnn.model.sample_file import SampleFile
from quantnn.network import samples
from quantnn.network.sensor import Sensor

BYTE = IntegerRange(0, 255)


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch):
    monkeypatch.setattr(samples, "BLOCK", 4)


@pytest.fixture
def saved(tmp_path):
    def save(values):
        np.save(tmp_path / "x.npy", values)
        return tmp_path / "x.npy"

    return save


def refusal(function, *arguments):
    with pytest.raises(InputError) as caught:
        function(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("count", [1, 3, 4, 5, 13])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["uint8", ">i4", "float32"])
def test_any_part_of_a_file(saved, count, order, dtype):
    values = np.random.default_rng(count).integers(0, 256, (count, 2, 3))
    inputs = opened(saved(np.asarray(values.astype(dtype), order=order)), 6).integers(BYTE)
    assert inputs.shape == (count, 6) and len(inputs) == count
    flat = values.reshape(count, 6)
    for start in range(count + 2):
        for end in range(count + 2):
            part = inputs[start:end]
            assert part.dtype == np.int64 and part.tolist() == flat[start:end].tolist()
    assert inputs[-2:].tolist() == flat[-2:].tolist() and np.asarray(inputs).tolist() == flat.tolist()


def test_the_survey_is_of_all_blocks(saved):
    values = np.random.default_rng(1).normal(size=(11, 3))
    survey = opened(saved(values), 3).survey
    assert survey.least.tolist() == values.min(axis=0).tolist()
    assert survey.greatest.tolist() == values.max(axis=0).tolist()
    assert not survey.integral
    assert opened(saved(np.arange(12.0).reshape(6, 2)), 2).survey.integral
    last = np.zeros((9, 2))
    last[8, 1] = 0.5
    assert not opened(saved(last), 2).survey.integral


def test_raw_samples_are_flattened_floats(saved):
    values = opened(saved(np.array([[[-1, 2], [3, 4]]])), 4).floats(0, 1)
    assert values.dtype == np.float64 and values.tolist() == [[-1, 2, 3, 4]]


def test_a_sensor_takes_floats(saved):
    values = np.array([[-1.0, 0.0, 0.125, 99.0]] * 6)
    inputs = opened(saved(values), 4).integers(BYTE, Sensor(np.array(0.25), np.array(-1.0), BYTE))
    assert inputs[3:6].tolist() == [[0, 4, 5, 255]] * 3


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.nan, "has values that are not finite (the first is NaN at [9, 1, 0])"),
        (-np.inf, "has values that are not finite (the first is infinite at [9, 1, 0])"),
        (0.5, "must hold integers, not 0.5 at [9, 1, 0]: give integers as the sensor"),
        (256.0, "must lie in 0..255, not be 256 at [9, 1, 0]: give integers as the sensor"),
    ],
)
def test_a_wrong_value_of_a_late_block_is_found_where_it_is(saved, value, words):
    values = np.zeros((11, 2, 2))
    values[9, 1, 0] = value
    assert words in refusal(opened(saved(values), 4).integers, BYTE)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_sensor_takes_no_infinity(saved, value):
    values = np.zeros((11, 2))
    values[10, 0] = value
    sensor = Sensor(np.array(1.0), np.array(0.0), BYTE)
    assert "not finite" in refusal(opened(saved(values), 2).integers, BYTE, sensor)


def test_integers_that_a_float_does_not_hold(saved):
    wide = IntegerRange(-(2**61), 2**61)
    values = np.array([[2**53 + 1, -(2**60) - 1]])
    assert opened(saved(values), 2).integers(wide)[:].tolist() == values.tolist()


def test_another_size_is_refused(saved):
    assert "must have shape (n, 3), not (2, 4)" in refusal(opened, saved(np.zeros((2, 4))), 3)
    assert "single number" in refusal(opened, saved(np.array(3.0)), 1)
    assert "does not exist" in refusal(opened, "nowhere.npy", 1)


def test_a_file_that_becomes_shorter(saved):
    path = saved(np.zeros((11, 2), np.uint8))
    inputs = opened(path, 2).integers(BYTE)
    path.write_bytes(path.read_bytes()[:-3])
    assert "became shorter" in refusal(lambda: inputs[8:])


def test_the_ends_are_among_the_typical_rows(tmp_path, monkeypatch):
    """Feature 0 is least in row 3 and greatest in row 9; feature 1 in rows 1 and 6; the first of equals counts."""
    values = np.full((12, 2), 0.5)
    values[[3, 4], 0], values[9, 0], values[1, 1], values[[6, 11], 1] = -1.0, 2.0, 0.25, 0.75
    np.save(tmp_path / "x.npy", values)
    monkeypatch.setattr(samples, "BLOCK", 5)
    file = opened(tmp_path / "x.npy", 2)
    assert file.survey.ends.tolist() == [1, 3, 6, 9]
    monkeypatch.setattr(sample_file, "_TYPICAL", 2)
    assert file.typical_rows.tolist() == [0, 1, 3, 6, 9, 11]
    assert file[2:8:3].tolist() == values[2:8:3].tolist()


@pytest.mark.parametrize(("values", "integral"), [([1.0, -3.0, 1e300], True), ([1.0, 2.5], False), ([1e-300], False)])
def test_integral_values(values, integral):
    assert SampleFile.inside(np.array([values]), "x", Path("a.npz"), len(values)).survey.integral is integral


def test_an_array_inside_a_file_is_named():
    message = refusal(SampleFile.inside, np.zeros((2, 3)), "calibration", Path("model.npz"), 4)
    assert message.startswith("model.npz: array calibration must have shape")
    samples = SampleFile.inside(np.full((9, 1), 256), "calibration", Path("model.npz"), 1)
    assert refusal(samples.integers, BYTE).startswith("model.npz: array calibration must lie in 0..255, not be 256 at")


def test_an_array_stays_as_small_as_it_is():
    array = np.arange(12, dtype=np.uint8).reshape(6, 2)
    inputs = SampleFile.inside(array, "calibration", Path("model.npz"), 2).integers(BYTE)
    assert inputs[4:].dtype == np.int64 and inputs[4:].tolist() == [[8, 9], [10, 11]]
    assert inputs.file.rows.array is array
