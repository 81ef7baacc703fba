import pytest
from sklearn.linear_model import Ridge

from quantnn.errors import InputError
from quantnn.importers.sklearn.estimator import Estimator, Opaque
from quantnn.importers.sklearn.live import live_estimator


def test_attributes():
    estimator = Ridge(alpha=2)
    estimator.inner, estimator.many, estimator.function = Ridge(), [1, Ridge()], len
    record = live_estimator(estimator)
    assert record.kind == "Ridge" and record.module.startswith("sklearn.") and record.attributes["alpha"] == 2
    assert isinstance(record.attributes["inner"], Estimator) and record.attributes["many"][0] == 1
    assert record.attributes["function"] == Opaque("builtin_function_or_method")
    assert "coef_" not in record.attributes and len(record.attributes) == len(vars(estimator))


@pytest.mark.parametrize(("value", "words"), [(Ridge, "not the class Ridge"), ("model.pkl", "not str"), (3, "not int")])
def test_something_else(value, words):
    with pytest.raises(InputError, match=words):
        live_estimator(value)
