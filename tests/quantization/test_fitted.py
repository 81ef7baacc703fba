from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.errors import DoesNotFitError
from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.network.reference import evaluate
from quantnn.plan.core_record import CoreRecord
from quantnn.plan.planner import Planner
from quantnn.plan.resources import BlockRam, Logic, MultiplierMode, Multipliers, Resources
from quantnn.quantization.fitted import LOST_BITS, Fitter
from quantnn.quantization.post_training import quantize
from quantnn.quantization.precision import Precision

WIDTHS = (12, 9, 7, 4)
DEVICE = Resources(
    Logic("LE", 100_000, ("a test",)),
    Multipliers("multiplier", 60, (MultiplierMode((9, 9), 1), MultiplierMode((18, 18), 2)), ("a test",)),
    BlockRam("block", 90, 9216, ((1024, 9), (512, 18), (256, 36)), ("a test",)),
)


def model(seed, activation="relu"):
    random = np.random.default_rng(seed)
    layers = []
    for number, (inputs, outputs) in enumerate(pairwise(WIDTHS)):
        weights = random.normal(size=(inputs, outputs)) / np.sqrt(inputs)
        last = number == len(WIDTHS) - 2
        layers.append(FloatDense(weights, random.normal(size=outputs) / 5, "linear" if last else activation))
    calibration = random.integers(0, 256, (200, WIDTHS[0]))
    return FloatNetwork(tuple(layers), InputScaling(1 / 255), calibration=calibration)


def record_of(network, precision=Precision()):
    return CoreRecord.of(Planner(quantize(network, None, precision), DEVICE).best())


def fitted(network, record, precision=Precision()):
    fitter = Fitter(record.layers)
    return quantize(network, None, precision, fitter), fitter.notes


def assert_fits(network, record):
    for layer, there, box in zip(network.layers, record.layers, network.accumulator_boxes, strict=True):
        assert there.difference(layer) == "" and not list(there.misfits(layer, box))


def noise_ratio(model, network):
    exact = model.logits(model.calibration)
    error = exact - evaluate(network, model.calibration).logits * network.layers[-1].scale
    return np.square(error).sum() / np.square(exact).sum()


def narrowed(record, number, **changes):
    """The record with a datapath of other formats in one layer."""
    layers = list(record.layers)
    changes |= {name: dict(changes[name]) for name in ("fields", "constants") if name in changes}
    layers[number] = replace(layers[number], **changes)
    return replace(record, layers=tuple(layers))


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "leaky_relu:0.1", "linear"])
def test_the_same_network_is_quantized_as_it_was(activation):
    network = model(1, activation)
    own, (again, notes) = quantize(network), fitted(network, record_of(network))
    assert notes == []
    for a, b in zip(own.layers, again.layers, strict=True):
        assert (a.weights == b.weights).all() and (a.bias == b.bias).all() and a.requantizer == b.requantizer


@pytest.mark.parametrize("activation", ["relu", "tanh", "leaky_relu:0.1"])
@pytest.mark.parametrize("seed", range(2, 8))
def test_another_network_of_the_same_kind_fits_and_loses_little(activation, seed):
    network, record = model(seed, activation), record_of(model(1, activation))
    new, _ = fitted(network, record)
    assert_fits(new, record)
    assert noise_ratio(network, new) < 6 * noise_ratio(network, quantize(network)) + 1e-5


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_accumulator_of_a_bit_less_makes_channels_coarser(number):
    network = model(1)
    record = record_of(network)
    there = record.layers[number].datapath.accumulator
    less = IntegerRange.of_format(there.width - 1, True)
    new, notes = fitted(network, narrowed(record, number, accumulator=less))
    box = new.accumulator_boxes[number]
    assert all(r.lo in less and r.hi in less for r in box)
    assert len(notes) == 1 and notes[0].startswith(f"layer {number}: to fit the hardware, the weights of ")
    assert noise_ratio(network, new) < 30 * noise_ratio(network, quantize(network)) + 1e-4


def test_channels_that_fit_stay_as_they_are():
    network = model(1)
    record, free = record_of(network), quantize(network)
    less = IntegerRange.of_format(record.layers[0].datapath.accumulator.width - 1, True)
    new, _ = fitted(network, narrowed(record, 0, accumulator=less))
    fits = np.array([r.lo in less and r.hi in less for r in free.accumulator_boxes[0]])
    same = (new.layers[0].weights == free.layers[0].weights).all(axis=0)
    assert 0 < fits.sum() < len(fits), "the case must be one"
    assert (same == fits).all()


def test_coarser_weights_are_rounded_once():
    """They are the nearest to the float ones in their own scale, not the rounded ones rounded again."""
    network = model(1)
    record = record_of(network)
    there = record.layers[0].datapath.accumulator
    new, _ = fitted(network, narrowed(record, 0, accumulator=IntegerRange.of_format(there.width - 2, True)))
    layer = new.layers[0]
    shifts = np.array(layer.requantizer.shifts) - [m.bit_length() - 1 for m in layer.requantizer.multipliers]
    scale = layer.scale * np.exp2(-shifts.astype(float))
    nearest = np.round(network.layers[0].weights / 255 / scale)
    assert (layer.weights == np.clip(nearest, -127, 127)).all()


def test_narrower_logits_lose_their_finest_bit():
    network = model(1)
    record = record_of(network)
    there = record.layers[-1].datapath
    less = IntegerRange.of_format(there.output.width - 1, True)
    new, _ = fitted(network, narrowed(record, 2, requantized=less, product=less))
    assert new.layers[-1].output == less and new.layers[-1].scale >= 2 * quantize(network).layers[-1].scale


def test_hardware_with_one_shift_for_all_channels():
    network = model(1)
    record = record_of(network)
    there = record.layers[0].datapath
    fields = [pair for pair in there.fields if pair[0] != "shift"]
    one = narrowed(record, 0, fields=fields, constants=[*there.constants, ("shift", 8)])
    new, _ = fitted(network, one)
    assert set(new.layers[0].requantizer.shifts) == {8}
    assert_fits(new, one)


def test_a_shift_beyond_the_stored_bits_makes_the_weights_coarser():
    network = model(1)
    record = record_of(network)
    fields = tuple((name, 3 if name == "shift" else bits) for name, bits in record.layers[0].datapath.fields)
    assert max(quantize(network).layers[0].requantizer.shifts) > 7, "the case must be one"
    new, notes = fitted(network, narrowed(record, 0, fields=fields))
    assert max(new.layers[0].requantizer.shifts) == 7
    assert notes[0].startswith("layer 0: to fit the hardware, the weights of ")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_too_much_is_refused_with_the_first_reason(number):
    record = record_of(model(1))
    there = record.layers[number].datapath.accumulator
    less = IntegerRange.of_format(there.width - LOST_BITS - 3, True)
    with pytest.raises(DoesNotFitError) as caught:
        fitted(model(1), narrowed(record, number, accumulator=less))
    message = str(caught.value)
    assert message.startswith(f"layer {number}: the accumulator of output ")
    assert message.endswith(f" bits signed, the hardware has {less.width} bits signed: export again")


def test_shifts_that_would_cost_too_much_are_refused():
    network = model(1)
    record = record_of(network)
    fields = tuple((name, 2 if name == "shift" else bits) for name, bits in record.layers[1].datapath.fields)
    with pytest.raises(DoesNotFitError, match=r"layer 1: its weights would lose more than 3 bits, .* by 0..3 only"):
        fitted(network, narrowed(record, 1, fields=fields))


def test_another_weight_width_is_refused():
    record = record_of(model(1), Precision(6))
    with pytest.raises(DoesNotFitError, match="layer 0: its weights are 8 bits signed, those of the hardware 6 bits"):
        fitted(model(1), record)


def test_another_activation_width_is_refused():
    record = record_of(model(1), Precision(8, 6))
    with pytest.raises(DoesNotFitError, match=r"layer 0: its outputs are 8 bits unsigned, 0..255, those"):
        fitted(model(1), record)


def test_narrow_weights_fit_too():
    precision = Precision(4, 5)
    record = record_of(model(1), precision)
    new, _ = fitted(model(3), record, precision)
    assert_fits(new, record)
