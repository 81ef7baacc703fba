from dataclasses import replace

import numpy as np
import pytest
from ternary import ternary_network

from quantnn.design.vectors import Vectors
from quantnn.network.network import IntegerNetwork
from quantnn.network.reference import evaluate
from quantnn.speed import accuracy
from quantnn.speed.accuracy import Labelled, Share
from quantnn.speed.contenders import BitSliced, IntegerReference, NumpyFloat32


@pytest.fixture
def vectors():
    network = ternary_network(2, (40, 9, 4))
    inputs = np.random.default_rng(1).integers(0, 2, (3000, 40))
    labels = evaluate(network, inputs[:2500]).classes
    labels[:20] = (labels[:20] + 1) % 4
    return Vectors(network, inputs, labels)


@pytest.mark.parametrize("kind", [IntegerReference, BitSliced])
def test_labelled_samples_of_several_blocks(vectors, kind):
    assert Labelled.of(vectors).right(kind(vectors.network)) == Share(2480, 2500)


def test_another_network_is_less_right(vectors):
    other = ternary_network(3, (40, 9, 4))
    assert float(Labelled.of(vectors).right(IntegerReference(other))) < 0.9


def test_without_labels_or_classes(vectors):
    network = vectors.network
    assert Labelled.of(Vectors(network, vectors.inputs)) is None
    assert Labelled.of(Vectors(network, vectors.inputs, vectors.labels[:0])) is None
    values = IntegerNetwork(network.input, network.layers, classify=False)
    assert Labelled.of(replace(vectors, network=values)) is None
    assert accuracy.agreement(values, vectors) is None


def test_agreement_is_with_every_vector(vectors, monkeypatch):
    found = accuracy.agreement(vectors.network, vectors)
    assert found.samples == 3000 and 0.5 < float(found) <= 1
    monkeypatch.setattr(NumpyFloat32, "answer", lambda self, samples: np.full(len(samples), -1))
    assert accuracy.agreement(vectors.network, vectors) == Share(0, 3000)


def test_shares():
    assert (float(Share(1, 8)), str(Share(1, 8))) == (0.125, "0.1250")
    for equal in (-1, 9):
        with pytest.raises(ValueError, match=f"not {equal} of 8"):
            Share(equal, 8)
