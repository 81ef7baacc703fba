import json
import zipfile

import h5py
import numpy as np
import pytest
from keras_files import archive, counted, dense, in_process, named, sequential

from quantnn.errors import InputError
from quantnn.importers.keras import saved
from quantnn.importers.keras.saved import Saved

MODEL = sequential(dense("a"), shape=(2,))
ARRAYS = {"dense": [np.ones((2, 3)), np.ones(3)]}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    in_process(monkeypatch)


def test_where_the_version_comes_from(tmp_path):
    assert Saved.read(archive(tmp_path / "m", MODEL, ARRAYS)).architecture.version == "3.8.0"
    groups = {"a": {"a/kernel:0": ARRAYS["dense"][0], "a/bias:0": ARRAYS["dense"][1]}}
    assert Saved.read(named(tmp_path / "m.h5", groups, MODEL)).architecture.version == "2.15.0"
    (tmp_path / "w.json").write_text(json.dumps(MODEL))
    assert Saved.read(named(tmp_path / "w.h5", groups, version="2.1.0")).architecture.version == "2.1.0"


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"config__json": "{"}, "it is no JSON"),
        ({"config__json": "{}"}, "no architecture of Keras"),
        ({"metadata__json": "["}, "metadata.json is damaged"),
        ({"model__weights__h5": None, "model__weights__npz": b""}, "must have its weights as model.weights.h5"),
        ({"model__weights__h5": b"nonsense"}, "it is damaged"),
    ],
)
def test_archives_with_something_wrong(tmp_path, members, words):
    path = archive(tmp_path / "m", MODEL, ARRAYS, **members)
    with pytest.raises(InputError, match=words):
        Saved.read(path)


def test_weights_that_unpack_to_far_more(tmp_path, monkeypatch):
    monkeypatch.setattr(saved, "_LEAST_ALLOWED", 0)
    monkeypatch.setattr(saved, "_EXPANSION", 1)
    path = archive(tmp_path / "m", MODEL, ARRAYS)
    Saved.read(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", json.dumps(MODEL))
        file.writestr("model.weights.h5", counted(ARRAYS))
    with pytest.raises(InputError, match=r"unpacks to [0-9]+,[0-9]+ bytes, far more than the archive has"):
        Saved.read(path)


def test_hdf5_of_something_else(tmp_path):
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["data"] = np.ones(3)
    with pytest.raises(InputError, match="is HDF5 without a model of Keras"):
        Saved.read(tmp_path / "m.h5")


def test_only_files_of_the_right_kind_belong_together(tmp_path):
    counted(ARRAYS, tmp_path / "m.h5")
    (tmp_path / "m.json").write_text('{"other": 1}')
    with pytest.raises(InputError, match="has no architecture beside it"):
        Saved.read(tmp_path / "m.h5")
    (tmp_path / "m.json").write_text(json.dumps(MODEL))
    (tmp_path / "m.h5").write_bytes(b"nonsense")
    (tmp_path / "m_weights.h5").mkdir()
    with pytest.raises(InputError, match="has no weights beside it"):
        Saved.read(tmp_path / "m.json")


def test_an_architecture_of_many_bytes(tmp_path, monkeypatch):
    counted(ARRAYS, tmp_path / "m.h5")
    (tmp_path / "m.json").write_text(json.dumps(MODEL))
    monkeypatch.setattr(saved, "_MOST_JSON", 100)
    with pytest.raises(InputError, match="must have at most 100 bytes"):
        Saved.read(tmp_path / "m.json")
