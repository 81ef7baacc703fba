import pickle

import numpy as np
import pytest
from pictures import folder, picture

from quantnn.errors import InputError
from quantnn.model.data_kinds import check_options, open_labels, open_samples
from quantnn.model.data_options import DataOptions, Expected

VALUES = np.arange(12, dtype=np.uint8).reshape(3, 4)
IDX = b"\0\0\x08\x02\0\0\0\x03\0\0\0\x04" + VALUES.tobytes()


@pytest.fixture
def file(tmp_path):
    """A file without a name that says anything."""

    def made(content):
        path = tmp_path / "data.bin"
        if not isinstance(content, bytes):
            with path.open("wb") as stream:
                content(stream)
        else:
            path.write_bytes(content)
        return path

    return made


def opened(path):
    return open_samples(path, Expected((4,), 2), "test", DataOptions())


def refusal(function, *arguments):
    with pytest.raises(InputError) as caught:
        function(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        lambda stream: np.save(stream, VALUES),
        lambda stream: np.savez(stream, x=VALUES),
        lambda stream: np.savez_compressed(stream, VALUES),
        IDX,
        lambda stream: np.savetxt(stream, VALUES, delimiter=","),
        lambda stream: np.savetxt(stream, VALUES, delimiter="\t", header="a\tb\tc\td"),
    ],
    ids=["npy", "npz", "one", "idx", "csv", "tsv"],
)
def test_samples_by_content(file, content):
    rows = opened(file(content)).rows
    assert rows.shape == (3, 4) and rows.read(0, 3).tolist() == VALUES.tolist()


def test_a_folder(tmp_path):
    path = folder(tmp_path / "p", {"a/x.png": picture(VALUES[:1].reshape(2, 2)), "b/x.png": picture(np.zeros((2, 2)))})
    data = opened(path)
    assert data.rows.read(0, 1).tolist() == [[[0, 1], [2, 3]]] and data.labels.values.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    "content",
    [
        lambda stream: np.save(stream, np.array([1, 0, 1])),
        lambda stream: np.savez(stream, y=np.array([1, 0, 1]), x=VALUES),
        b"\0\0\x08\x01\0\0\0\x03\x01\0\x01",
        b"label\n1\n0\n1\n",
    ],
    ids=["npy", "npz", "idx", "csv"],
)
def test_labels_by_content(file, content):
    found = open_labels(file(content), "test", DataOptions())
    assert found.of_samples(3, Expected((4,), 2)).numbers.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is an empty file"),
        (picture(np.zeros((2, 2))), "is a single image: give a folder of them"),
        (picture(np.zeros((2, 2)), "JPEG"), "is a single image"),
        (picture(np.zeros((2, 2)), "GIF"), "is an image of a kind that is not read"),
        (picture(np.zeros((2, 2)), "BMP"), "is an image of a kind that is not read"),
        (pickle.dumps([1]), "is a pickle, which may run any code"),
        (b"\x89HDF\r\n\x1a\n", "is HDF5"),
        (b"MATLAB 5.0 MAT-file", "is a MATLAB file"),
        (b"PAR1", "is Parquet or Arrow"),
        (b"#of a watch\n@problemName x\n@data\n1:2\n", "is a .ts or .arff file"),
        (b"@relation x\n", "is a .ts or .arff file"),
        (b'[{"a": 1}]', "is JSON or XML"),
        (b"<html>", "is JSON or XML"),
        (b"ab\0\1\2", "is of an unknown kind (read are .npy, .npz, CSV, IDX and folders of images)"),
        (b"PK\3\4 and no more", "is a truncated or damaged .npz"),
        (b"hello world\n", "has no row of values"),
    ],
)
def test_what_is_not_read(file, content, words):
    assert words in refusal(opened, file(content))


def test_labels_and_samples_in_each_others_place(file, tmp_path):
    assert "holds one number per sample, as labels do" in refusal(opened, file(b"\0\0\x08\x01\0\0\0\x03\x01\0\x01"))
    found = open_labels(file(IDX), "test", DataOptions())
    assert "must have one label per sample, not shape (3, 4)" in refusal(found.of_samples, 3, Expected((4,), 2))
    assert "is a folder" in refusal(open_labels, tmp_path, "test", DataOptions())
    assert "does not exist" in refusal(opened, tmp_path / "missing")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (DataOptions("kind"), "--label-column is for a CSV"),
        (DataOptions(resize=True), "--resize is for a folder of images"),
    ],
)
def test_options_without_use(tmp_path, options, words):
    x, y = tmp_path / "x.npy", tmp_path / "y.npy"
    np.save(x, np.zeros((2, 2)))
    np.save(y, np.zeros(2))
    with pytest.raises(InputError) as caught:
        check_options([x, y], options)
    assert str(caught.value) == f"{words}, of which there is none ({x}, {y}): leave it out"
    check_options([x, y], DataOptions())
    (tmp_path / "t.csv").write_text("1,2\n")
    check_options([x, tmp_path / "t.csv", tmp_path], options)
