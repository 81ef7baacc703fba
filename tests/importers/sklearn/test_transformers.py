"""A pipeline of scikit-learn's gives the expected values."""

import numpy as np
import pytest
from estimators import TWO, VALUE, X, both, fitted
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from sklearn.feature_selection import RFE, SelectKBest, SequentialFeatureSelector, VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from quantnn.errors import InputError
from quantnn.importers.sklearn.from_sklearn import from_sklearn
from quantnn.importers.sklearn.transformers import TRANSFORMERS

STEPS = (
    StandardScaler(),
    StandardScaler(with_mean=False),
    StandardScaler(with_std=False),
    StandardScaler(with_mean=False, with_std=False),
    MinMaxScaler(),
    MinMaxScaler(feature_range=(-1, 3)),
    MaxAbsScaler(),
    RobustScaler(),
    RobustScaler(with_centering=False),
    RobustScaler(with_scaling=False),
    VarianceThreshold(),
    VarianceThreshold(1.0),
    SelectKBest(k=2),
    SelectKBest(k="all"),
    RFE(LinearRegression(), n_features_to_select=2),
    SequentialFeatureSelector(LinearRegression(), n_features_to_select=2, cv=2),
    PCA(3),
    PCA(3, whiten=True),
    IncrementalPCA(2),
    TruncatedSVD(2),
    SimpleImputer(),
    FunctionTransformer(),
)


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_a_step(step, tmp_path):
    pipeline = fitted(make_pipeline(step, LinearRegression()), y=VALUE)
    logits = both(pipeline, tmp_path).model.logits(X)
    np.testing.assert_allclose(logits[:, 0], pipeline.predict(X), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("step", [MinMaxScaler((-1, 2), clip=True), MaxAbsScaler(clip=True)], ids=repr)
def test_a_scaler_that_clips(step, tmp_path):
    pipeline = fitted(make_pipeline(step, LinearRegression()), y=VALUE)
    wide = np.concatenate([X, X * 3 - 20])
    network = both(pipeline, tmp_path).model
    np.testing.assert_allclose(network.logits(wide)[:, 0], pipeline.predict(wide), rtol=1e-9, atol=1e-9)
    assert network.layers[0].activation.startswith("clip:")


def test_every_kind_of_step_is_tried():
    assert {type(step).__name__ for step in STEPS} >= TRANSFORMERS.keys() - {"RFECV"}


def test_a_scaler_in_front_is_the_input_scaling_and_stays_it_where_features_are_chosen(tmp_path):
    scaler = StandardScaler()
    pipeline = fitted(make_pipeline(scaler, SelectKBest(k=2), LinearRegression()), y=VALUE)
    network = both(pipeline, tmp_path).model
    assert network.scaling.slope.tolist() == (1 / scaler.scale_).tolist()


def test_weights_of_a_float32_pca_that_whitens():
    x = np.zeros((10, 2), np.float32)
    x[:, 0] = np.arange(10)
    pipeline = fitted(make_pipeline(PCA(2, whiten=True), LinearRegression()), x, np.arange(10.0))
    network = from_sklearn(pipeline).model
    assert np.abs(network.layers[0].weights).max() < 1.1 / np.finfo(np.float32).eps


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (SelectKBest(k=0), r"\(SelectKBest\): k must be all or in 1..5"),
        (SimpleImputer(missing_values=2.0), "only NaN may be replaced"),
        (SimpleImputer(add_indicator=True), "only NaN may be replaced"),
        (FunctionTransformer(np.log1p), r"\(FunctionTransformer\): a function of Python's own cannot be had"),
    ],
)
def test_what_cannot_be_had(step, words):
    with pytest.raises(InputError, match=words):
        from_sklearn(make_pipeline(fitted(step, y=TWO), fitted(LinearRegression(), y=VALUE)))


def changed(step, **attributes):
    for name, value in attributes.items():
        setattr(step, name, value)
    return step


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (changed(fitted(StandardScaler()), scale_=np.zeros(5)), "scale_ must not be 0"),
        (changed(fitted(StandardScaler()), scale_=np.ones(4)), "it centres 5 features and scales 4"),
        (changed(fitted(StandardScaler()), mean_=np.full(5, np.nan)), "not finite"),
        (changed(fitted(StandardScaler()), mean_=np.ones(4), scale_=np.ones(4)), "it has 4 values for 5 features"),
        (changed(fitted(StandardScaler()), mean_="none"), "mean_ must be an array of numbers, not str"),
        (
            changed(fitted(StandardScaler()), mean_=np.ones((2, 5))),
            "mean_ must be an array of numbers with 1 dimensions",
        ),
        (changed(fitted(MinMaxScaler(clip=True)), feature_range=(2, 1)), "clip must have a low end below its high one"),
        (changed(fitted(MinMaxScaler()), feature_range=(1, 2, 3)), "feature_range must be two numbers"),
        (changed(fitted(VarianceThreshold()), variances_=np.zeros(5)), "it must keep at least one feature"),
        (changed(fitted(SelectKBest(k=1)), scores_=np.arange(5)), "scores_ must be an array of floats"),
        (changed(fitted(PCA(2)), mean_=np.ones(3)), "mean_ must have 5 values, not 3"),
        (changed(fitted(PCA(2, whiten=True)), explained_variance_=np.ones(3)), "must have 2 values, not 3"),
    ],
)
def test_what_does_not_fit(step, words):
    with pytest.raises(InputError, match=words):
        from_sklearn(make_pipeline(step, fitted(LinearRegression(), y=VALUE)))
