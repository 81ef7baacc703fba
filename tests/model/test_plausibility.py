import re

import numpy as np
import pytest

from quantnn.model.input_scaling import InputScaling
from quantnn.model.network import FloatDense, FloatNetwork
from quantnn.model.plausibility import misfit

RANDOM = np.random.default_rng(3)
CENTRES = np.array([[40.0, 200.0], [200.0, 60.0], [120.0, 120.0]])
LABELS = np.arange(300) % 3
VALUES = np.clip(np.round(CENTRES[LABELS] + RANDOM.normal(0, 12, (300, 2))), 0, 255)


def classifier(offset=0.0, unit=1.0, **scaling):
    """The nearest centre, as a dense layer that was trained on (value − offset) / unit."""
    centres = (CENTRES - offset) / unit
    sharpness = 4 / np.square(centres[0] - centres[2]).sum()
    layer = FloatDense(2 * sharpness * centres.T, -sharpness * np.square(centres).sum(axis=1))
    return FloatNetwork((layer,), InputScaling(**scaling))


MEAN, STD = VALUES.mean(axis=0), VALUES.std(axis=0)


@pytest.mark.parametrize(
    "network",
    [
        classifier(),
        classifier(0, 255, scale=1 / 255),
        classifier(MEAN, STD, mean=MEAN, std=STD),
        classifier(127.5, 127.5, mean=127.5, std=127.5),
    ],
    ids=["raw", "unit", "standard", "symmetric"],
)
def test_a_network_with_its_scaling(network):
    assert (network.classes(VALUES) == LABELS).mean() > 0.95
    assert misfit(network, VALUES, LABELS) == ""


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (
            classifier(0, VALUES.max()),
            f"divided by {VALUES.max():g}: if it was trained so, give --input-scale {1 / VALUES.max():.6g}",
        ),
        (
            classifier(MEAN, STD),
            "with each input at mean 0 and deviation 1: if it was trained so, save the StandardScaler's mean_ and"
            " scale_ as input_mean and input_std",
        ),
    ],
    ids=["unit", "standard"],
)
def test_a_scaling_that_is_missing(network, words):
    found = misfit(network, VALUES, LABELS)
    wrong = (network.classes(VALUES) == LABELS).mean()
    assert re.fullmatch(rf"the float network gets {wrong:.4f} right, but [01]\.\d\d\d\d of 300 samples .*", found)
    assert found.endswith(words)
    assert float(re.search("but ([0-9.]+)", found)[1]) > 0.95


def test_a_scaling_twice():
    network = classifier(0, 255, scale=1 / 255)
    assert misfit(network, VALUES / 255, LABELS).endswith(
        "without the model's scaling: are the samples scaled already? Give them raw"
    )


def test_labels_in_another_order():
    assert misfit(classifier(), VALUES, (LABELS + 1) % 3) == (
        f"the float network gets {(classifier().classes(VALUES) == (LABELS + 1) % 3).mean():.4f} right, but its answers"
        " tell the classes apart: are the labels numbered in the order of the outputs?"
    )


def test_a_network_that_knows_nothing():
    layer = FloatDense(np.zeros((2, 3)), np.array([0.0, 1.0, 0.0]))
    assert "much less than the nearest mean of a class" in misfit(FloatNetwork((layer,)), VALUES, LABELS)


def test_a_hard_task_is_nobodys_fault():
    """Labels that the samples say nothing about: no scaling and no mean does better."""
    labels = np.random.default_rng(4).integers(0, 3, 300)
    assert misfit(classifier(), VALUES, labels) == ""


@pytest.mark.parametrize("count", [0, 5, 19])
def test_a_few_samples_say_nothing(count):
    assert misfit(classifier(MEAN, STD), VALUES[:count], LABELS[:count]) == ""


def test_one_class_says_nothing():
    assert misfit(classifier(MEAN, STD), VALUES[LABELS == 1], LABELS[LABELS == 1]) == ""


def test_a_threshold():
    values, labels = VALUES[LABELS < 2], LABELS[LABELS < 2]
    mean, std = values.mean(axis=0), values.std(axis=0)
    layer = FloatDense(np.array([[3.0], [-3.0]]), np.zeros(1), "sigmoid")
    assert misfit(FloatNetwork((layer,), InputScaling(1, mean, std)), values, labels) == ""
    shifted = FloatNetwork((layer,), InputScaling(1, mean + np.array([300, 0]), std))
    assert misfit(shifted, values, labels).startswith("the float network gets 0.5000 right, but 1.0000 of 200 samples")
