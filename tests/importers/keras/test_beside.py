import pytest

from quantnn.errors import InputError
from quantnn.importers.keras.beside import beside


def found(path, suffix=".h5", fits=lambda path: True):
    return beside(path, (suffix,), fits, "weights", "save them").name


@pytest.mark.parametrize(
    ("given", "other"),
    [
        ("X.json", "X.h5"),
        ("X.json", "X_weights.h5"),
        ("X.json", "X.weights.h5"),
        ("X_architecture.json", "X-weights.H5"),
        ("model.json", "weights.h5"),
        ("model_config.json", "model.h5"),
    ],
)
def test_usual_names(tmp_path, given, other):
    for name in (given, other, "Y.h5", "notes.txt", "Xweights_new.h5"):
        (tmp_path / name).touch()
    assert found(tmp_path / given) == other
    assert found(tmp_path / other, ".json") == given


def test_none_and_several(tmp_path):
    with pytest.raises(InputError, match=r"X\.json has no weights beside it: save them"):
        found(tmp_path / "X.json")
    (tmp_path / "X.h5").touch()
    (tmp_path / "X_weights.h5").touch()
    with pytest.raises(InputError, match=r"several files beside it \(X\.h5, X_weights\.h5\): give one of these"):
        found(tmp_path / "X.json")
    assert found(tmp_path / "X.json", fits=lambda path: path.name == "X.h5") == "X.h5"


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="has no weights beside it"):
        found(tmp_path / "none" / "X.json")
