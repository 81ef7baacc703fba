import numpy as np
import pytest

from quantnn.importers.keras.architecture import Architecture
from quantnn.importers.keras.hdf5 import Hdf5
from quantnn.importers.keras.layer import Layer
from quantnn.importers.keras.sample import input_format
from quantnn.importers.keras.weights import CountedWeights

WEIGHTS = CountedWeights(Hdf5({}, {"layers/dense/vars/0": np.ones((7, 2)), "layers/dense/vars/1": np.ones(2)}))
DENSE = Layer("Dense", "d", {}, "d", "layers/dense")
ROLES = {"layers/dense": ("kernel", "bias"), "layers/first": ()}


def shape(config, kind="InputLayer", stated=None):
    layers = (Layer(kind, "f", config, "f", "layers/first"), DENSE)
    return input_format(Architecture("", layers, stated), WEIGHTS, ROLES).shape


@pytest.mark.parametrize(
    ("config", "stated", "expected"),
    [
        ({"batch_shape": [None, 4, 3]}, None, (4, 3)),
        ({"batch_input_shape": [32, 5]}, None, (5,)),
        ({"batch_shape": {"class_name": "__tuple__", "items": [None, 6]}}, None, (6,)),
        ({"build_input_shape": [None, 6]}, [None, 5], (6,)),
        ({"input_shape": [6, 2]}, None, (6, 2)),
        ({"input_dim": 9}, None, (9,)),
        ({}, [None, 5], (5,)),
        ({"batch_shape": [None, None]}, None, (7,)),
        ({}, None, (7,)),
    ],
)
def test_where_the_shape_is_stated(config, stated, expected):
    assert shape(config, stated=stated) == expected


def test_a_shape_that_cannot_be():
    with pytest.raises(ValueError, match="at most 1,048,576 features"):
        shape({"batch_shape": [None, 1 << 40, 1 << 40]})
    with pytest.raises(ValueError, match="no layer with weights"):
        input_format(Architecture("", (Layer("Dropout", "f", {}, "f", "layers/first"),)), WEIGHTS, ROLES)
