import numpy as np
import pytest

from quantnn.importers.pytorch.aten.live import Live
from quantnn.importers.pytorch.pickle_machine import Global, Instance
from quantnn.importers.pytorch.tensor import Storage, Tensor
from quantnn.importers.pytorch.whole_module import is_module, output_of

W = np.arange(6.0)


def module(kind, **state):
    return Instance(Global("torch.nn.modules.any", kind), state=state)


def linear():
    weights = Tensor(Storage("float64", 48, lambda: (W.tobytes(), "<")), "float64", 0, (2, 3), (3, 1))
    return module("Linear", _parameters={"weight": weights, "bias": None})


def test_a_sequential():
    saved = module("Sequential", _modules={"0": linear(), "act": module("LeakyReLU", negative_slope=0.5)})
    assert is_module(saved)
    output = output_of(saved)
    assert isinstance(output, Live) and output.shape == (2,)
    first, second = (step.operator for step in output.chain)
    np.testing.assert_array_equal(first.weights, W.reshape(2, 3).T)
    assert (first.name, first.kind, second.name, second.activation.name) == ("0", "Linear", "act", "leaky_relu:0.5")


def endless():
    outer = module("Sequential", _modules={})
    outer.state["_modules"]["0"] = outer
    return outer


def wide():
    inner = module("Sequential", _modules={})
    for _ in range(15):
        inner = module("Sequential", _modules=dict.fromkeys("abcdefgh", inner))
    return inner


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        (module("Sequential", _modules={"0": module("Transformer")}), r"0 \(Transformer\): of pickled modules"),
        (module("Sequential", _modules={"0": module("Conv2d")}), "their engine is coming"),
        (module("Sequential", _modules={"0": 3}), "module 0 is damaged"),
        (module("LeakyReLU"), r"LeakyReLU \(LeakyReLU\): it must be a tensor or a number"),
        (module("Linear", _parameters=[]), "must be a tensor or a number"),
        (endless(), "is damaged"),
        (wide(), "is damaged"),
    ],
    ids=range(7),
)
def test_modules_that_cannot_be_had(saved, words):
    with pytest.raises(ValueError, match=words):
        output_of(saved)


def test_what_is_no_module():
    assert not is_module(Instance(Global("argparse", "Namespace"))) and not is_module({})
