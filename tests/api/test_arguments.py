import math
from pathlib import Path

import numpy as np
import pytest

import quantnn
from quantnn.api.arguments import check_flags, check_numbers, check_texts, check_wholes, hints
from quantnn.errors import InputError, naming_parameters
from quantnn.importers.format import Hints

MODEL = quantnn.from_arrays(weights=[np.ones((4, 3))], activations=["softmax"], name="small")
SAMPLES = np.arange(8).reshape(2, 4)


@pytest.mark.parametrize("value", [None, 1, 8, np.int8(8), np.uint64(1)])
def test_whole_numbers(value):
    check_wholes(target_ii=value)


@pytest.mark.parametrize("value", [True, np.True_, 2.0, np.float64(2), "2", b"2", math.nan, [2], np.array([2, 3])])
def test_what_is_no_whole_number(value):
    with pytest.raises(InputError, match=r"^--target-ii must be a whole number, not "):
        check_wholes(target_ii=value)


def test_a_whole_number_below_the_least():
    with pytest.raises(InputError, match=r"^--jobs must be at least 1, not 0$"):
        check_wholes(1, seeds=1, jobs=0)


@pytest.mark.parametrize("value", [None, 1, 0.5, np.float32(0.5), np.int64(99)])
def test_numbers(value):
    check_numbers(clock_mhz=value)


@pytest.mark.parametrize("value", [True, np.True_, "50", 1j, [1], np.array([1.0])])
def test_what_is_no_number(value):
    with pytest.raises(InputError, match=r"^--clock-mhz must be a number, not "):
        check_numbers(clock_mhz=value)


def test_flags():
    check_flags(onnx=True, input_signed=None, logic_multipliers=np.False_)
    with pytest.raises(InputError, match=r"^--onnx must be True or False, not 'no'$"):
        check_flags(onnx="no")


def test_texts():
    check_texts(name="", port="auto")
    with pytest.raises(InputError, match=r"^--name must be a text, not None$"):
        check_texts(name=None)


def test_what_is_said_of_a_model():
    assert hints(np.array(["relu", "linear"]), "none") == Hints(("relu", "linear"), "none")
    for activations, message in ((None, "a list of names, not None"), ("relu", r"not 'relu': write \['relu'\]")):
        with pytest.raises(InputError, match=f"^activations must be .*{message}"):
            hints(activations)
    with pytest.raises(InputError, match=r"activations\[1\] must be a text, not None"):
        hints(["relu", None])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: quantnn.quantize("m.npz"), "quantize takes a model, not the path of one: give quantnn.load('m.npz')"),
        (lambda: quantnn.export(Path("m.npz")), "export takes a model, not the path of one: give quantnn.load('m"),
        (lambda: quantnn.quantize(quantnn.quantize(MODEL)), "quantize takes a model, not Network: "),
        (lambda: quantnn.quantize(MODEL, weight_bits="auto"), "weight_bits must be a number, not auto, which takes a"),
        (lambda: quantnn.quantize(MODEL, weight_bits=7.5), "weight_bits must be a whole number, not 7.5"),
        (lambda: quantnn.quantize(MODEL, calibration=SAMPLES[:0]), "calibration holds no samples: give some, or leave"),
        (lambda: quantnn.export(MODEL, weight_bits="x"), "weight_bits must be a whole number, not 'x'"),
        (lambda: quantnn.export(MODEL, clock_mhz=-1), "clock_mhz must lie between 0 and 1000000, not be -1"),
        (lambda: quantnn.export(MODEL, clock_mhz=math.nan), "clock_mhz must lie between 0 and 1000000, not be nan"),
        (lambda: quantnn.export(MODEL, clock_mhz="max"), "clock_mhz max takes placing and routing: export without"),
        (lambda: quantnn.export(MODEL, name=3), "name must be a text, not 3"),
        (lambda: quantnn.export(MODEL, test=(SAMPLES,)), "test must be samples and their labels, not a tuple of 1"),
        (
            lambda: quantnn.export(quantnn.quantize(MODEL), test=(SAMPLES, SAMPLES, 3)),
            "test must be samples and their labels, not a tuple of 3",
        ),
        (lambda: quantnn.export(MODEL, test=(SAMPLES[:0], [])), "test x holds no samples: give some, or leave"),
        (
            lambda: quantnn.export(quantnn.quantize(MODEL), test=(SAMPLES[:0], [])),
            "test x holds no samples: give some, or leave test out",
        ),
        (lambda: MODEL.with_input(bits=2.5), "input_bits must be a whole number, not 2.5"),
        (lambda: MODEL.with_input(signed="no"), "input_signed must be True or False, not 'no'"),
        (lambda: MODEL.with_input(scale="1"), "input_scale must be a number, not '1'"),
    ],
)
def test_public_functions_refuse_before_they_begin(call, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        call()
    assert str(caught.value).startswith(message) and not list(tmp_path.iterdir())


def test_parameters_in_python_and_flags_in_the_shell():
    with pytest.raises(InputError) as caught, naming_parameters():
        check_wholes(1, target_ii=0)
    assert str(caught.value) == "target_ii must be at least 1, not 0"
    assert caught.value.as_written == "--target-ii must be at least 1, not 0"
