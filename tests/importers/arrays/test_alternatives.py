import numpy as np

from quantnn.importers.arrays.alternatives import duplicates, selections, sequences
from quantnn.importers.arrays.spelling import NamedLayer


def layers(*sizes):
    return [NamedLayer(f"w{n}", "", np.full(size, n + 1.0), None) for n, size in enumerate(sizes)]


def names(chains):
    return [" ".join(layer.weights_name for layer in chain) for chain in chains]


def test_selections_keep_the_order():
    found = layers((6, 8), (8, 3), (8, 3))
    assert names(selections(found, 2)) == ["w0 w1", "w0 w2"]
    assert names(selections(found, 3)) == []
    assert names(selections(layers((3, 3), (3, 3), (3, 3)), 2, most=2)) == ["w0 w1", "w0 w2"]


def test_sequences_take_every_layer():
    assert names(sequences(layers((8, 3), (6, 8)))) == ["w1 w0"]
    assert names(sequences(layers((4, 4), (4, 4)))) == ["w0 w1", "w1 w0"]
    assert names(sequences(layers((4, 5), (6, 7)))) == []


def test_a_search_ends():
    """30 layers that all fit but one have 29! orders to try."""
    assert sequences(layers(*[(4, 4)] * 29, (5, 5))) == []


def test_duplicates():
    first, second = layers((2, 2), (2, 2))
    twin = NamedLayer("twin", "b", first.weights.copy(), None)
    other = NamedLayer("other", "b", first.weights.copy(), np.ones(2))
    assert duplicates([first, second]) is None and duplicates([first, other]) is None
    assert duplicates([second, first, twin]) == (first, twin)
    assert duplicates([other, NamedLayer("x", "b", other.weights, np.ones(2))]) is not None
