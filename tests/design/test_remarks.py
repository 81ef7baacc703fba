from dataclasses import replace

import numpy as np

from quantnn.design.remarks import remarks
from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.quantization.post_training import quantize

RAW = np.random.default_rng(1).integers(0, 256, (200, 2))
LABELS = (RAW[:, 0] > RAW[:, 1]).astype(np.int64)
LAYER = FloatDense([[-9.0, 9.0], [9.0, -9.0]], [2.0, -2.0])
MODEL = FloatNetwork((LAYER,), InputScaling(1 / 255, [0, 0.2]))
"""Behind another mean it would be right; without any scaling, surer of its errors than a guess."""


def of(model, raw=RAW, **given):
    network = quantize(model, raw)
    return remarks(model, network, raw, **given)


def test_nothing_is_said_of_a_good_network():
    good = replace(MODEL, layers=(FloatDense(LAYER.weights, np.zeros(2)),), scaling=InputScaling(1 / 255))
    assert (good.classes(RAW) == LABELS).all()
    assert of(good, labels=LABELS) == () and of(good) == ()


def test_the_float_network_comes_first_then_what_integers_lose():
    dead = FloatDense([[-9.0, 9.0, 0.0], [9.0, -9.0, 0.0]], [200.0, 0.0, 0.0])
    first, second = of(replace(MODEL, layers=(dead,)), labels=LABELS)
    assert first.startswith("the float network gets ") and second.startswith("output 2 never changes")


def test_without_labels_nothing_is_said_of_the_float_network():
    biased = replace(MODEL, layers=(FloatDense(LAYER.weights, [200.0, 0.0]),))
    assert of(biased) == () and of(biased, labels=LABELS) != ()
    assert of(replace(biased, decision="none"), labels=LABELS) == ()


def test_values_are_taken_back_from_a_sensor():
    values = RAW / 255 * 3 - 1
    model = FloatNetwork((FloatDense([[-9.0, 9.0], [9.0, -9.0]], [0.0, 0.0]),)).with_sensor(values)
    raw = model.sensor(values)
    assert of(model, raw, labels=LABELS) == of(model, raw, labels=LABELS, values=values) == ()
