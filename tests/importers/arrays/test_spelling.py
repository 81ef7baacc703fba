from pathlib import Path

import numpy as np
import pytest

from quantnn.importers.arrays.spelling import NamedLayer, Spelling
from quantnn.importers.arrays.spellings import SPELLINGS


@pytest.mark.parametrize(("transposed", "order"), [(False, "(inputs, outputs)"), (True, "(outputs, inputs)")])
def test_the_order_of_the_weights_is_told(transposed, order):
    assert NamedLayer("w", "b", np.zeros((2, 3)), None, transposed).order == order


def test_weights_are_inputs_by_outputs_unless_told_otherwise():
    assert not NamedLayer("w", "b", np.zeros((2, 3)), np.zeros(3)).transposed


def test_a_spelling_has_to_say_both():
    class Half(Spelling):
        def recognises(self, names):
            return True

    with pytest.raises(TypeError, match="layers"):
        Half()


def test_every_spelling_in_use_is_one():
    assert all(isinstance(spelling, Spelling) for spelling in SPELLINGS)


def test_an_own_spelling_needs_nothing_else():
    class Plain(Spelling):
        def recognises(self, names):
            return "matrix" in names

        def layers(self, arrays, source):
            return (NamedLayer("matrix", "none", arrays["matrix"], None),)

    plain = Plain()
    assert plain.recognises(["matrix"]) and not plain.recognises(["w"])
    [layer] = plain.layers({"matrix": np.eye(2)}, Path("file.npz"))
    assert layer.weights.tolist() == [[1, 0], [0, 1]] and layer.bias is None
