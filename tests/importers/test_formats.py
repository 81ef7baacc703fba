import pickle
import zipfile

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers import formats
from quantnn.importers.format import Format, Hints
from quantnn.importers.formats import read_model

ARRAYS = {"W0": np.ones((2, 2)), "b0": np.zeros(2)}


def test_content_counts_and_not_the_name(tmp_path):
    path = tmp_path / "model.weights"
    with path.open("wb") as file:
        np.savez(file, **ARRAYS, activations=["linear"])
    reading = read_model(path)
    assert reading.format == "NumPy" and reading.model.in_features == 2 and reading.entries == ()


def test_activations_are_stated_once(tmp_path):
    path = tmp_path / "model.npz"
    np.savez(path, **ARRAYS)
    assert read_model(path, Hints(("relu",))).model.layers[0].activation == "relu"
    np.savez(path, **ARRAYS, activations=["linear"])
    with pytest.raises(InputError, match="leave --activations out"):
        read_model(path, Hints(("relu",)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is an empty file"),
        (pickle.dumps({"W1": 1}), "is a pickle, which may run any code"),
        (b"\x93NUMPY\x01\x00", "is a single .npy array"),
        (b"\x89PNG\r\n", "is an image"),
        (b"\x1f\x8b\x08", "unpack it first"),
        (b'{"a": 1}', "is JSON of an unknown kind"),
        (b"nonsense", "is of an unknown kind"),
        (b"PK\x03\x04 cut", "is truncated or damaged"),
    ],
)
def test_what_is_no_model(tmp_path, content, words):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_model(path)


def test_an_archive_of_something_else(tmp_path):
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(InputError, match=r"an archive of something else \(a\.txt\)"):
        read_model(path)


def test_folders_and_nothing(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        read_model(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        read_model(tmp_path / "none")


class Absent(Format):
    name, suffixes, extra = "Strange", (".strange",), "sim"

    def recognises(self, path, head):
        return head.startswith(b"STRANGE")

    def load(self, path, hints):
        raise ModuleNotFoundError("no", name="strangelib")


def test_a_reader_whose_package_is_missing(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"STRANGE")
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, Absent()))
    with pytest.raises(InputError, match=r"is Strange, and strangelib is missing: install its reader with .*\[sim\]"):
        read_model(path)
    monkeypatch.setattr(Absent, "extra", "")
    with pytest.raises(ModuleNotFoundError):
        read_model(path)


def test_an_error_is_one_short_line_whatever_the_file_says(tmp_path):
    """Here a pickle names a storage by ten thousand signs, among them line ends and codes for a terminal."""
    key = ("\x1b[31m\n\r\u202e" * 1000).encode()
    text = b"X" + len(key).to_bytes(4, "little") + key
    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\n" + text + b"X\x03\0\0\0cpuK\x04tQ"
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m/data.pkl", b"\x80\x02}X\x01\0\0\0w" + storage + b"s.")
        archive.writestr("m/version", "3\n")
    with pytest.raises(InputError, match=r"member data/\\x1b\[31m\\n") as caught:
        read_model(path)
    assert str(caught.value).isprintable() and len(str(caught.value)) <= 1000
