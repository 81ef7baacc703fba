import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from quantnn.errors import InputError
from quantnn.importers.sklearn.estimator import Estimator
from quantnn.importers.sklearn.live import live_estimator
from quantnn.importers.sklearn.steps import steps_of


def steps(pairs):
    return steps_of(live_estimator(Pipeline(pairs)), "model")


def test_pipelines_within_pipelines():
    inner = Pipeline([("scale", StandardScaler()), ("none", None)])
    found = steps([("prepare", inner), ("nothing", "passthrough"), ("predict", Ridge())])
    assert [step.name for step in found] == ["prepare.scale", "predict"]
    assert str(found[0]) == "step prepare.scale (StandardScaler)"


def pipeline(value):
    return Estimator("Pipeline", "sklearn.pipeline", {"steps": value})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "model: Pipeline: it must have a list of steps"),
        ((("a",),), "its steps must be pairs"),
        (((1, pipeline(())),), "its steps must be pairs"),
        ((("a", 3),), "step a must be a fitted estimator, not int"),
        (tuple((f"{n}", pipeline(())) for n in range(300)), "more than 200 steps"),
    ],
)
def test_what_is_no_pipeline(value, words):
    with pytest.raises(InputError, match=words):
        steps_of(pipeline(value), "model")


def test_a_search_that_has_not_run():
    with pytest.raises(InputError, match="it is not fitted"):
        steps_of(Estimator("GridSearchCV", "sklearn", {}), "model")
