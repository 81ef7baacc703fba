import numpy as np
import pytest
from networks import random_rescale

from quantnn.arithmetic import Box, IntegerRange, Requantizer
from quantnn.network.layers import Rescale
from quantnn.plan.parameters import ParameterFormat

BYTE, SIGNED = IntegerRange(0, 255), IntegerRange(-128, 127)


def parameters(m, n, s, r, output=SIGNED, bias=(3, -5), box=(-100, 200)):
    layer = Rescale(np.array(bias), Requantizer(m, n, s, r, output))
    return ParameterFormat(layer, Box.uniform(IntegerRange(*box), len(bias)))


UNIFORM = parameters((1, 1), (1, 1), (4, 4), (8, 8))


def test_what_is_the_same_in_every_channel_is_not_stored():
    assert UNIFORM.fields == (("bias", 9),)
    assert (UNIFORM.multiplies, UNIFORM.shifts_vary, UNIFORM.latency) == (False, False, 3)


@pytest.mark.parametrize(
    ("form", "fields", "latency"),
    [
        (parameters((1, 6), (1, 6), (4, 4), (8, 8)), (("bias", 9), ("multiplier", 3)), 4),
        (parameters((1, 16), (1, 16), (4, 4), (8, 8)), (("bias", 9), ("left_shift", 3)), 4),
        (parameters((2, 1), (2, 1), (4, 5), (8, 16)), (("bias", 9), ("shift", 3), ("left_shift", 1)), 5),
        (parameters((3, 3), (3, 3), (4, 4), (8, 8)), (("bias", 9),), 4),
        (parameters((4, 4), (4, 4), (2, 5), (2, 16)), (("bias", 9), ("shift", 3)), 4),
        (parameters((4, 4), (4, 4), (2, 2), (2, 0)), (("bias", 9), ("round", 1)), 3),
        (parameters((1, 1), (0, 0), (2, 2), (2, 2)), (("bias", 9),), 4),
        (parameters((8, 8), (1, 2), (2, 2), (2, 2)), (("bias", 9), ("negative_multiplier", 2)), 4),
        (parameters((1, 1), (0, 0), (2, 2), (2, 2), BYTE), (("bias", 9),), 3),
        (parameters((1, 1), (0, 0), (0, 2), (0, 2), BYTE), (("bias", 9), ("shift", 2)), 4),
        (
            parameters((1, 9), (0, 3), (1, 12), (0, 2048)),
            (("bias", 9), ("shift", 4), ("multiplier", 4), ("negative_multiplier", 2), ("round", 1)),
            5,
        ),
    ],
)
def test_fields_and_latency(form, fields, latency):
    assert form.fields == fields
    assert form.width == sum(bits for _, bits in fields)
    assert form.latency == latency


def test_relu_to_an_unsigned_output_needs_no_second_multiplier():
    """Whatever multiplies a negative accumulator, the result saturates at 0: but it has to fit the product register."""
    form = parameters((1, 1), (0, 0), (4, 4), (8, 8), BYTE)
    assert form.one_multiplier and not form.multiplies
    assert form.product == IntegerRange(-100, 208)
    signed = parameters((1, 1), (0, 0), (4, 4), (8, 8), SIGNED)
    assert not signed.one_multiplier and signed.multiplies
    assert signed.product == IntegerRange(0, 208)


def test_the_accumulator_is_the_union_of_the_channels():
    layer = Rescale(np.array([0, 0]), Requantizer.make(2, BYTE))
    form = ParameterFormat(layer, Box([-3, 1], [4, 90]))
    assert form.accumulator == IntegerRange(-3, 90)


@pytest.mark.parametrize("seed", range(12))
def test_words_hold_every_stored_parameter(seed):
    random = np.random.default_rng(seed)
    layer = random_rescale(random, 5)
    form = ParameterFormat(layer, layer.accumulator_box(Box.uniform(IntegerRange(-8, 7), 5)))
    requantizer = layer.requantizer
    truth = {
        "bias": [int(b) % 2**form.accumulator.width for b in layer.bias],
        "multiplier": requantizer.multipliers,
        "left_shift": [m.bit_length() - 1 for m in requantizer.multipliers],
        "negative_multiplier": requantizer.negative_multipliers,
        "shift": requantizer.shifts,
        "round": [int(r > 0) for r in requantizer.roundings],
    }
    for channel in range(5):
        text = format(form.word(channel), f"0{form.width}b")
        for name, bits in form.fields:
            text, field = text[:-bits], text[-bits:]
            assert int(field, 2) == truth[name][channel]
        assert text == ""
    stored = {name for name, _ in form.fields}
    for name in {"multiplier", "shift"} - stored:
        assert len(set(truth[name])) == 1


@pytest.mark.parametrize("lanes", [1, 2, 3, 5, 7])
def test_lanes_stand_side_by_side(lanes):
    form = parameters((1, 2, 3, 4, 5), (1, 2, 3, 4, 5), (0,) * 5, (0,) * 5, bias=(0, 1, 2, 3, 4))
    texts = [format(form.word(channel), f"0{form.width}b") for channel in range(5)]
    expected = [int("".join(reversed(texts[first : first + lanes])), 2) for first in range(0, 5, lanes)]
    assert form.words(lanes) == expected
