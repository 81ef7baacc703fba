import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.quantization.precision import Precision


def test_the_default_is_8_bits():
    assert Precision() == Precision(8, 8)


@pytest.mark.parametrize(("bits", "greatest"), [(2, 1), (3, 3), (8, 127), (16, 32767)])
def test_weights_are_symmetric(bits, greatest):
    assert Precision(weight_bits=bits).weights == IntegerRange(-greatest, greatest)


@pytest.mark.parametrize(
    ("bits", "signed", "lo", "hi"),
    [(2, True, -2, 1), (2, False, 0, 3), (8, True, -128, 127), (8, False, 0, 255), (16, False, 0, 65535)],
)
def test_activations_use_their_full_range(bits, signed, lo, hi):
    assert Precision(activation_bits=bits).activations(signed) == IntegerRange(lo, hi)


@pytest.mark.parametrize("name", ["weight_bits", "activation_bits"])
@pytest.mark.parametrize("bits", [-1, 0, 1, 17])
def test_refuses(name, bits):
    with pytest.raises(InputError, match=rf"^{name} must lie in 2\.\.16, not be {bits}$"):
        Precision(**{name: bits})
