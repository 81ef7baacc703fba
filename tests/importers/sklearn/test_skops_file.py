import pickle
import random
import zipfile

import fuzzed
import joblib
import pytest
from estimators import fitted, saved
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model


@pytest.fixture(scope="module")
def pipeline():
    return fitted(make_pipeline(StandardScaler(), MLPClassifier((3,), max_iter=2)))


def test_a_file(pipeline, tmp_path):
    reading = read_model(saved(pipeline, tmp_path))
    assert reading.format == "scikit-learn, skops" and len(reading.model.layers) == 2


def test_activations_are_the_models_own(pipeline, tmp_path):
    with pytest.raises(InputError, match="leave --activations out"):
        read_model(saved(pipeline, tmp_path), Hints(("relu", "linear")))


def test_something_that_is_no_estimator(tmp_path):
    with pytest.raises(InputError, match="must hold a fitted estimator, not tuple"):
        read_model(saved([1, 2], tmp_path))


def test_an_archive_with_another_schema(tmp_path):
    with zipfile.ZipFile(tmp_path / "file", "w") as archive:
        archive.writestr("schema.json", '{"type": "object"}')
    with pytest.raises(InputError, match="must hold a fitted estimator, not None"):
        read_model(tmp_path / "file")


@pytest.mark.parametrize("compress", [0, 3])
def test_pickles_are_refused_with_what_converts_them(tmp_path, compress):
    joblib.dump(fitted(LogisticRegression()), tmp_path / "model.joblib", compress=compress)
    with pytest.raises(InputError, match=r"a pickle .*skops\.io\.dump\(joblib\.load\("):
        read_model(tmp_path / "model.joblib")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(fitted(LogisticRegression())))
    with pytest.raises(InputError, match=r"a pickle .*skops\.io\.dump\(joblib\.load\("):
        read_model(tmp_path / "model.pkl")


def test_mutations(pipeline, tmp_path):
    content = saved(pipeline, tmp_path).read_bytes()
    found = fuzzed.check([content], tmp_path, 100)
    assert found["refused"] > 30


def repacked(names, schema, folder):
    """The archive with another schema, and checksums that fit."""
    path = folder / "repacked"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in names.items():
            archive.writestr(name, schema if name == "schema.json" else content)
    return path


def check_schemas(pipeline, folder, count):
    with zipfile.ZipFile(saved(pipeline, folder)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    chance, refused = random.Random(1), 0
    for _ in range(count):
        try:
            read_model(repacked(members, fuzzed.mutated(members["schema.json"], chance), folder))
        except InputError as error:
            refused += 1
            assert "\n" not in str(error) and len(str(error)) < 2000
    return refused


def test_mutated_schemas(pipeline, tmp_path):
    assert check_schemas(pipeline, tmp_path, 100) > 20


@pytest.mark.slow
def test_many_mutations(pipeline, tmp_path):
    content = saved(pipeline, tmp_path).read_bytes()
    fuzzed.check([content], tmp_path, 100_000)
    check_schemas(pipeline, tmp_path, 20_000)
