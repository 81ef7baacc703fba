from dataclasses import replace

import numpy as np
from networks import random_network

from quantnn.model.data_options import Expected
from quantnn.model.network import FloatDense, FloatNetwork


def test_what_a_float_network_expects():
    layers = (FloatDense(np.ones((4, 1)), np.zeros(1)),)
    assert Expected.by(FloatNetwork(layers)) == Expected((4,), 1, (), False)
    network = FloatNetwork(layers, decision="threshold", input_shape=(2, 2, 1), class_names=("no", "yes"))
    assert Expected.by(network) == Expected((2, 2, 1), 2, ("no", "yes"), True)


def test_what_an_integer_network_expects():
    assert Expected.by(replace(random_network(4, (4, 3, 2)), classify=True)) == Expected((4,), 2, (), True)
