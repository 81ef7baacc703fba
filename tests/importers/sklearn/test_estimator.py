import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.sklearn.estimator import Estimator, Opaque, Step


def step(**attributes):
    return Step("scale", Estimator("StandardScaler", "sklearn", attributes), "model")


def test_values():
    assert step(a_=np.float32([1, 2])).floats("a_", 1).dtype == np.float64
    assert step(a_=3).floats("a_", 1).tolist() == 3.0 and step(a_=np.int8(3)).floats("a_", 0) == 3
    assert step(a=np.True_).flag("a", False) is True and step().flag("a", True) is True
    assert step(a=1).get("a") == 1 and step().get("a", 2) == 2


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Opaque("csr_matrix"), "not a csr_matrix: call densify first"),
        ("text", "not str"),
        (np.zeros((2, 2)), "with 1 dimensions, not float64 of shape"),
        (np.zeros(0), "with 1 dimensions"),
        (np.array(["a"]), "with 1 dimensions, not <U1"),
        (np.array([np.inf]), "not finite"),
    ],
)
def test_what_is_no_array(value, words):
    with pytest.raises(InputError, match=r"step scale \(StandardScaler\).*" + words):
        step(a_=value).floats("a_", 1)


def test_what_fitting_leaves():
    with pytest.raises(InputError, match=r"^model: step scale \(StandardScaler\): it is not fitted \(no a_\)"):
        step().floats("a_", 1)
