"""What fits a datapath, and that what is said to fit is computed right by the hardware that was built for others."""

from dataclasses import replace

import numpy as np
import pytest
from networks import random_requantizer
from requantizer_lanes import expected, layer, stream_through

from quantnn.arithmetic import Box, IntegerRange, Requantizer
from quantnn.network.layers import Rescale
from quantnn.plan.datapath import Datapath, HeldParameters, Part
from quantnn.plan.parameters import ParameterFormat

BOX = (-100, 100)
BYTE = (0, 255)


def datapath_of(built, box=BOX):
    return Datapath.of(ParameterFormat(built, Box.uniform(IntegerRange(*box), built.out_features)))


def first_misfit(built, new, box=BOX, new_box=None):
    """(part, channel, reason) of the first misfit of a layer in the hardware of another, or None."""
    ranges = Box.uniform(IntegerRange(*(new_box or box)), new.out_features)
    found = next(datapath_of(built, box).misfits(new, ranges), None)
    return None if found is None else (found.part, found.channel, found.reason)


TWO_SHIFTS = layer([(1, 1, 2, True), (1, 1, 5, True)], BYTE)
PLAIN = layer([(1, 1, 2, True)], (-8, 7))
LEAKY = layer([(8, 1, 3, True), (8, 1, 4, True)], (-8, 7))
POWERS = layer([(1, 1, 0, True), (8, 8, 0, True)], (-1000, 1000))


@pytest.mark.parametrize("built", [TWO_SHIFTS, PLAIN, LEAKY, POWERS])
def test_a_layer_fits_its_own_hardware(built):
    assert first_misfit(built, built) is None
    own = ParameterFormat(built, Box.uniform(IntegerRange(*BOX), built.out_features))
    held = HeldParameters(built, own.accumulators, Datapath.of(own))
    for name in ("accumulator", "product", "fields", "multiplies", "one_multiplier", "left_shifts_vary"):
        assert getattr(held, name) == getattr(own, name), name
    for name in ("shifts_vary", "rounds", "clips", "latency", "width"):
        assert getattr(held, name) == getattr(own, name), name
    assert held.words(2) == own.words(2)
    for name, value in held.constants.items():
        assert value == own.constants[name]


@pytest.mark.parametrize(
    ("built", "new", "new_box", "part", "reason"),
    [
        (PLAIN, PLAIN, (-129, 0), Part.ACCUMULATOR, "the accumulator of output 0 needs 9 bits signed, the hardware has"
         " 8 bits signed"),
        (PLAIN, PLAIN, (0, 128), Part.ACCUMULATOR, "the accumulator of output 0 needs 8 bits unsigned, the hardware has"
         " 8 bits signed"),
        (POWERS, layer([(1, 1, 0, True), (4, 4, 0, True)], (-1000, 1000)), (-100, 127), None, ""),
        (POWERS, layer([(8, 8, 0, True)] * 2, (-1000, 1000)), (-128, 127), Part.OUTPUT,
         "output 0 can be -1024 before it saturates, which the hardware does not check"),
        (POWERS, layer([(1, 1, 0, True), (16, 16, 0, True)], (-1000, 1000)), None, Part.PARAMETER,
         "output 1: left_shift 4 needs 3 bits, the hardware has 2"),
        (POWERS, layer([(1, 1, 0, True), (3, 3, 0, True)], (-1000, 1000)), None, Part.PARAMETER,
         "output 1: m is 3, but the hardware shifts left instead of multiplying"),
        (POWERS, layer([(1, 1, 0, True), (8, 8, 1, True)], (-1000, 1000)), None, Part.PARAMETER,
         "output 1: shift is 1, but the constant 0 in the hardware"),
        (TWO_SHIFTS, layer([(1, 1, 7, True)] * 2, BYTE), (-90, 60), None, ""),
        (TWO_SHIFTS, layer([(1, 1, 7, True)] * 2, BYTE), None, Part.PRODUCT,
         "the product of output 0 needs 9 bits signed, the hardware has 8 bits signed"),
        (TWO_SHIFTS, layer([(1, 1, 0, True), (1, 1, 8, True)], BYTE), None, Part.PARAMETER,
         "output 1: shift 8 needs 4 bits, the hardware has 3"),
        (TWO_SHIFTS, layer([(1, 1, 2, True), (2, 2, 5, True)], BYTE), None, Part.PARAMETER,
         "output 1: multiplier is 2, but the constant 1 in the hardware"),
        (TWO_SHIFTS, layer([(1, 0, 2, True)] * 2, BYTE), None, None, ""),
        (TWO_SHIFTS, layer([(1, 1, 0, True), (1, 1, 5, False)], BYTE), None, Part.PARAMETER,
         "output 1: it truncates and the hardware rounds"),
        (layer([(1, 1, 2, False)], (-8, 7)), PLAIN, None, Part.PARAMETER,
         "output 0: it rounds and the hardware truncates"),
        (PLAIN, layer([(1, 0, 2, True)], (-8, 7)), None, Part.PARAMETER,
         "output 0: m is 1 above 0 and 0 below, but the hardware has one for both"),
        (LEAKY, layer([(8, 2, 3, True), (8, 1, 4, True)], (-8, 7)), None, Part.PARAMETER,
         "output 0: negative_multiplier is 2, but the constant 1 in the hardware"),
        (PLAIN, layer([(1, 1, 2, True)], (-8, 15)), None, Part.OUTPUT,
         "its outputs are 5 bits signed, -8..15, those of the hardware 4 bits signed, -8..7"),
        (PLAIN, layer([(1, 1, 2, True)], (-8, 6)), None, Part.OUTPUT,
         "its outputs are 4 bits signed, -8..6, those of the hardware 4 bits signed, -8..7"),
        (PLAIN, layer([(1, 1, 2, True)], (0, 15)), None, Part.OUTPUT,
         "its outputs are 4 bits unsigned, 0..15, those of the hardware 4 bits signed, -8..7"),
    ],
)
def test_each_condition_can_fail(built, new, new_box, part, reason):
    found = first_misfit(built, new, new_box=new_box)
    if part is None:
        assert found is None
    else:
        assert found is not None and (found[0], found[2]) == (part, reason)


@pytest.mark.parametrize(("new_box", "fits"), [((-8, 7), True), ((-9, 7), False), ((-8, 8), False)])
def test_a_saturation_that_was_left_out_stays_unneeded(new_box, fits):
    """Hardware whose results need no comparison, but whose registers have room."""
    built = layer([(1, 1, 0, True)], (-8, 7))
    wide = Datapath.of(ParameterFormat(built, Box.of([IntegerRange(-8, 7)])))
    assert wide.clips == (False, False)
    roomy = replace(wide, accumulator=IntegerRange(-128, 127), product=IntegerRange(-128, 127))
    parts = [misfit.part for misfit in roomy.misfits(built, Box.of([IntegerRange(*new_box)]))]
    assert parts == ([] if fits else [Part.OUTPUT])


@pytest.mark.parametrize(("new_box", "fits"), [((-34, 29), True), ((-35, 29), False), ((-34, 30), False)])
def test_a_saturation_is_unneeded_up_to_the_rounding(new_box, fits):
    """(-34 + 2) >> 2 is -8, (-35 + 2) >> 2 is -9; (29 + 2) >> 2 is 7, (30 + 2) >> 2 is 8."""
    own = Datapath.of(ParameterFormat(PLAIN, Box.of([IntegerRange(-32, 29)])))
    assert own.clips == (False, False) and own.accumulator.width == 6
    wide = IntegerRange(-64, 63)
    roomy = replace(own, accumulator=wide, product=wide)
    assert (not list(roomy.misfits(PLAIN, Box.of([IntegerRange(*new_box)])))) == fits


def test_the_channel_that_does_not_fit_is_named():
    built = layer([(1, 1, 2, True)] * 3, (-8, 7))
    ranges = [IntegerRange(-5, 5), IntegerRange(-5, 5), IntegerRange(-500, 5)]
    assert [misfit.channel for misfit in datapath_of(built).misfits(built, ranges)] == [2]


def test_an_unsaturated_end_of_the_output_may_move_within_the_format():
    built = layer([(1, 1, 0, True)], BOX)
    assert datapath_of(built).clips == (False, False)
    assert first_misfit(built, layer([(1, 1, 0, True)], (-128, 127)), new_box=(-120, 127)) is None


CHANNELS = 3


def random_layer(random, requantizer):
    return Rescale(random.integers(-9, 10, CHANNELS), requantizer)


def neighbour(random, requantizer):
    """Other parameters of the same kind: the same multipliers, or others that may be stored in as many bits."""
    other = random_requantizer(random, CHANNELS, requantizer.output)
    chosen = [random.random() < 0.5 for _ in range(2)]
    m, n = (other if chosen[0] else requantizer).multipliers, (other if chosen[0] else requantizer).negative_multipliers
    s, r = (other if chosen[1] else requantizer).shifts, (other if chosen[1] else requantizer).roundings
    return Requantizer(m, n, s, r, requantizer.output)


@pytest.mark.parametrize("seed", range(8))
def test_what_fits_is_computed_right_by_the_hardware_of_another(seed):
    """Random pairs of layers; every accumulator of those that are said to fit, through gateware and by fractions."""
    random = np.random.default_rng(seed)
    fitting, refused = 0, 0
    while fitting < 10:
        built = random_layer(random, random_requantizer(random, CHANNELS, IntegerRange(-8, 7)))
        lo, hi = sorted(random.integers(-40, 41, 2).tolist())
        hardware = datapath_of(built, (lo, hi))
        new = random_layer(random, neighbour(random, built.requantizer))
        box = Box.of(IntegerRange(*sorted(random.integers(lo - 4, hi + 5, 2).tolist())) for _ in range(CHANNELS))
        if any(hardware.misfits(new, box)):
            refused += 1
            continue
        fitting += 1
        pairs = [(c, acc) for c in range(CHANNELS) for acc in range(box[c].lo, box[c].hi + 1)]
        [result] = stream_through([HeldParameters(new, box, hardware)], pairs)
        assert result == expected(new, pairs), (built.requantizer, new.requantizer, box)
    assert refused


def test_a_product_that_leaves_its_register_is_named_once_for_each_channel():
    """What comes of it need not be compared with anything any more."""
    ranges = Box.uniform(IntegerRange(*BOX), 2)
    found = list(datapath_of(TWO_SHIFTS).misfits(layer([(1, 1, 7, True)] * 2, BYTE), ranges))
    assert [(misfit.part, misfit.channel) for misfit in found] == [(Part.PRODUCT, 0), (Part.PRODUCT, 1)]
