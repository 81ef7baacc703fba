import numpy as np
import pytest
from estimators import THREE, VALUE, X, both, fitted
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import Normalizer, PolynomialFeatures, StandardScaler
from sklearn.svm import SVC

from quantnn.errors import InputError
from quantnn.importers.sklearn.from_sklearn import from_sklearn


def test_entries_say_what_became_of_each_step(tmp_path):
    pipeline = fitted(make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=2)))
    entries = both(pipeline, tmp_path).entries
    assert [(e.operator, e.name, e.shape, e.became) for e in entries] == [
        ("StandardScaler", "standardscaler", "5", "input scaling"),
        ("MLPClassifier", "mlpclassifier layer 0", "4", "layer 0"),
        ("relu", "mlpclassifier layer 0", "4", "relu of layer 0"),
        ("MLPClassifier", "mlpclassifier layer 1", "3", "layer 1"),
        ("softmax", "mlpclassifier layer 1", "3", "softmax of layer 1"),
    ]


def test_features_of_a_table_have_names(tmp_path):
    estimator = fitted(LinearRegression(), y=VALUE)
    estimator.feature_names_in_ = np.array(["height", "weight", "age", "size", "one"], dtype=object)
    assert "the inputs are, in this order, height, weight, age, size, one" in both(estimator, tmp_path).model.notes


def test_classes_whose_names_cannot_be_shown(tmp_path):
    estimator = fitted(LogisticRegression(), y=np.array(["a", "b\n", "c"])[THREE])
    network = both(estimator, tmp_path).model
    assert network.class_names == () and any("cannot be taken" in note for note in network.notes)
    assert "labels are indices of classes_: 0 is a, 1 is b" in network.notes[0]


def test_another_decision():
    estimator = fitted(LogisticRegression(), y=np.array(["a", "b", "c"])[THREE])
    network = from_sklearn(estimator, decision="none").model
    assert network.decision == "none" and network.class_names == ()
    np.testing.assert_allclose(network.logits(X), estimator.decision_function(X))


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([RandomForestClassifier(2)], r"RandomForestClassifier: it is no network of layers: train an MLP"),
        ([SVC()], "its kernel is no layer: use LinearSVC"),
        ([GaussianNB()], "it is no network of layers"),
        (
            [PolynomialFeatures(2), LogisticRegression()],
            r"step polynomialfeatures \(PolynomialFeatures\): it is not linear",
        ),
        ([Normalizer(), LogisticRegression()], "it divides by each sample's own length"),
        ([ColumnTransformer([("a", StandardScaler(), [0])]), LogisticRegression()], "only one step after the other"),
        ([fitted(StandardScaler())], "has no step that predicts"),
        ([fitted(IsotonicRegression(), X[:, 0], VALUE)], "IsotonicRegression: it is no known step: StandardScaler"),
    ],
)
def test_what_cannot_be_had(steps, words):
    pipeline = Pipeline([(type(step).__name__.lower(), step) for step in steps])
    with pytest.raises(InputError, match=words):
        from_sklearn(pipeline if len(steps) > 1 else steps[0])


class LogisticRegression2(LogisticRegression):
    """Somebody's own."""


def test_an_estimator_that_is_not_of_scikit_learn():
    with pytest.raises(InputError, match=r"it is defined in .*test_network, not in scikit-learn"):
        from_sklearn(fitted(LogisticRegression2()))


def test_what_follows_a_predictor():
    pipeline = Pipeline([("a", fitted(LinearRegression(), y=VALUE)), ("b", fitted(LinearRegression(), y=VALUE))])
    with pytest.raises(InputError, match=r"step b \(LinearRegression\): it follows what predicts"):
        from_sklearn(pipeline)


def test_features_in_an_absurd_number():
    estimator = fitted(LinearRegression(), y=VALUE)
    estimator.n_features_in_ = 1 << 40
    with pytest.raises(InputError, match="n_features_in_ must lie in"):
        from_sklearn(estimator)
    del estimator.n_features_in_
    assert from_sklearn(estimator).model.in_features == 5


def test_the_best_of_a_search(tmp_path):
    search = fitted(
        GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression__C": [1, 2]})
    )
    network = both(search, tmp_path).model
    assert (network.classes(X) == search.predict(X)).all()
