"""scikit-learn's own predictions are the expected ones."""

import numpy as np
import pytest
from estimators import THREE, TWO, VALUE, X, both, fitted
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import (
    ElasticNet,
    HuberRegressor,
    Lasso,
    LinearRegression,
    LogisticRegression,
    Perceptron,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC, LinearSVR

from quantnn.errors import InputError
from quantnn.importers.sklearn.from_sklearn import from_sklearn

CLASSIFIERS = (
    *(MLPClassifier((6, 4), activation=name, max_iter=30, random_state=1) for name in ("relu", "tanh", "logistic")),
    MLPClassifier((), max_iter=30, random_state=1),
    LogisticRegression(),
    LogisticRegression(fit_intercept=False),
    Perceptron(random_state=1),
    LinearSVC(random_state=1),
    LinearSVC(multi_class="crammer_singer", random_state=1),
    SGDClassifier(random_state=1),
    RidgeClassifier(),
    LinearDiscriminantAnalysis(),
)
REGRESSORS = (
    MLPRegressor(hidden_layer_sizes=(6,), activation="tanh", max_iter=30, random_state=1),
    MLPRegressor(hidden_layer_sizes=(6,), activation="identity", max_iter=30, random_state=1),
    LinearRegression(),
    Ridge(fit_intercept=False),
    Lasso(0.1),
    ElasticNet(0.1),
    HuberRegressor(),
    SGDRegressor(random_state=1),
    LinearSVR(random_state=1),
)
WORDS = np.array(["low", "middle", "high"])


@pytest.mark.parametrize("estimator", CLASSIFIERS, ids=repr)
@pytest.mark.parametrize("labels", [THREE, TWO, WORDS[THREE], WORDS.astype(object)[TWO], TWO * 2 - 1], ids=range(5))
def test_a_classifier(estimator, labels, tmp_path):
    pipeline = fitted(make_pipeline(StandardScaler(), estimator), y=labels)
    network = both(pipeline, tmp_path).model
    classes = pipeline.classes_
    assert (classes[network.classes(X)] == pipeline.predict(X)).all()
    assert network.decision == ("argmax" if len(classes) == 3 else "threshold")
    named = classes.dtype.kind != "i" or classes.min() < 0
    assert network.class_names == (tuple(str(name) for name in classes) if named else ())
    if hasattr(estimator, "decision_function"):
        logits = network.logits(X)
        expected = pipeline.decision_function(X).reshape(len(X), -1)
        np.testing.assert_allclose(logits, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("estimator", REGRESSORS, ids=repr)
def test_a_regressor(estimator, tmp_path):
    pipeline = fitted(make_pipeline(StandardScaler(), estimator), y=VALUE)
    network = both(pipeline, tmp_path).model
    np.testing.assert_allclose(network.logits(X)[:, 0], pipeline.predict(X), rtol=1e-9, atol=1e-9)
    assert network.decision == "none"


@pytest.mark.parametrize("estimator", [MLPRegressor(hidden_layer_sizes=(4,), max_iter=20), Ridge()], ids=repr)
def test_several_values(estimator, tmp_path):
    fitted(estimator, y=np.column_stack([VALUE, VALUE * 2, X[:, 0]]))
    network = both(estimator, tmp_path).model
    np.testing.assert_allclose(network.logits(X), estimator.predict(X), rtol=1e-9, atol=1e-9)
    assert network.decision == "none"


def test_several_labels_are_values_and_keep_their_sigmoid(tmp_path):
    labels = np.column_stack([TWO, THREE == 1])
    mlp = fitted(MLPClassifier((4,), max_iter=20, random_state=1), y=labels)
    network = both(mlp, tmp_path).model
    np.testing.assert_allclose(network.logits(X), mlp.predict_proba(X), rtol=1e-9, atol=1e-12)
    assert network.decision == "none" and "each one is where its output exceeds 0.5" in network.notes[0]
    ridge = fitted(RidgeClassifier(), y=labels)
    network = both(ridge, tmp_path).model
    assert ((network.logits(X) > 0) == ridge.predict(X)).all() and network.decision == "none"


def test_weights_stay_bit_for_bit(tmp_path):
    mlp = fitted(MLPClassifier((4,), max_iter=5), X.astype(np.float32))
    assert mlp.coefs_[0].dtype == np.float32
    for layer, weights in zip(both(mlp, tmp_path).model.layers, mlp.coefs_, strict=True):
        assert layer.weights.tobytes() == weights.astype(np.float64).tobytes()


def changed(**attributes):
    mlp = fitted(MLPClassifier((4,), max_iter=2))
    for name, value in attributes.items():
        setattr(mlp, name, value)
    return mlp


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (MLPClassifier(), r"MLPClassifier: it is not fitted \(no coefs_\): call fit"),
        (LogisticRegression(), r"it is not fitted \(no coef_\)"),
        (OneVsRestClassifier(LinearSVC()), "only one model can be had"),
        (changed(coefs_=[np.ones((5, 3))]), "lists of one length"),
        (changed(coefs_=[np.ones((5, 3)), np.ones((4, 3))]), "has weights of shape .* fit it again"),
        (changed(activation="gelu"), "activation 'gelu' is not supported"),
        (changed(out_activation_="exp"), "activation 'exp' is not supported"),
        (changed(classes_=np.arange(4)), "it must have 3 classes for 3 outputs, not 4"),
        (changed(classes_=np.array(1.0)), "it must have 3 classes for 3 outputs, not 1"),
        (
            fitted(LogisticRegression()).sparsify(),
            "coef_ must be an array of numbers, not a csr_.*: call densify first",
        ),
    ],
)
def test_what_cannot_be_had(estimator, words):
    with pytest.raises(InputError, match=words):
        from_sklearn(estimator)
