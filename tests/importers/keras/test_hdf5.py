"""HDF5 from strangers: only plain groups and arrays inside the file are read, and damage ends in one line."""

import random
import time

import fuzzed
import h5py
import numpy as np
import pytest
from keras_files import counted, in_process, named

from quantnn.errors import InputError
from quantnn.importers.keras import hdf5, hdf5_program
from quantnn.importers.keras.hdf5 import read_hdf5

KERNEL = np.float32([[1, 2], [3, 4]])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.h5"


def test_texts_and_arrays_in_a_process_of_its_own(path):
    named(path, {"a": {"a/kernel:0": KERNEL}, "b": {}}, {"class_name": "é"}, version="2.4.0")
    with h5py.File(path, "a") as file:
        file.create_group("optimizer_weights")["m"] = np.ones(5)
    found = read_hdf5(path, path)
    assert list(found.arrays) == ["model_weights/a/a/kernel:0"]
    assert found.arrays["model_weights/a/a/kernel:0"].tobytes() == KERNEL.tobytes()
    assert found.names("model_weights", "layer_names") == ["a", "b"] and found.names("", "layer_names") is None
    assert found.text("", "model_config") == '{"class_name": "\\u00e9"}' and found.text("a", "backend") == ""
    assert found.names("model_weights/b", "weight_names") == []


def test_long_lists_of_names_are_split(path, monkeypatch):
    in_process(monkeypatch)
    named(path, {"a": {}, "b": {}, "c": {}}, split=True)
    assert read_hdf5(path, path).names("", "layer_names") == ["a", "b", "c"]


def test_bfloat16(path, monkeypatch):
    in_process(monkeypatch)
    values = np.float32([1.5, -2, 0.0078125])
    with h5py.File(path, "w") as file:
        file["w"] = (values.view(np.uint32) >> 16).astype(np.uint16).view("V2")
    assert read_hdf5(path, path).arrays["w"].tolist() == values.tolist()


def link(file):
    file["x"] = h5py.SoftLink("/a")


def external_link(file):
    file["x"] = h5py.ExternalLink("/etc/passwd", "/")


def circle(file):
    file["g/h/back"] = file.create_group("g/h").parent


def twice(file):
    file["b"] = file["a"]


def outside(file):
    file.create_dataset("x", (4,), "u1", external=[("/etc/passwd", 0, 4)])


def virtual(file):
    layout = h5py.VirtualLayout(shape=(2,), dtype="f4")
    layout[:] = h5py.VirtualSource("other.h5", "a", shape=(2,))
    file.create_virtual_dataset("x", layout)


def bomb(file):
    file.create_dataset("x", (1 << 30,), "f4", chunks=(1 << 20,), compression="gzip")


def words(file):
    file["x"] = [b"text"]


def kind(file):
    file["x"] = np.dtype("f4")


def deep(file):
    file.create_group("/".join("g" * 40))


def many(file):
    for number in range(1000):
        file[str(number)] = 1.0


def filtered(file):
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_chunk((2, 2))
    made.set_scaleoffset(h5py.h5z.SO_INT, 0)
    h5py.h5d.create(file.id, b"x", h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple((2, 2)), made)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (link, "x is a link to elsewhere"),
        (external_link, "x is a link to elsewhere"),
        (circle, "is there under two names"),
        (twice, "is there under two names"),
        (outside, "x lies in another file"),
        (virtual, "x lies in another file"),
        (bomb, "its arrays must have at most 134,217,728 bytes"),
        (words, "x must hold numbers, not"),
        (kind, "x is neither a group nor a dataset"),
        (deep, "nested at most 32 deep"),
        (many, "must hold at most 900 arrays"),
        (filtered, "x has unknown compression"),
    ],
)
def test_what_is_not_read(path, monkeypatch, change, message):
    in_process(monkeypatch)
    with h5py.File(path, "w") as file:
        file["a"] = KERNEL
    read_hdf5(path, path)
    with h5py.File(path, "a") as file:
        change(file)
    with pytest.raises(InputError, match=message):
        read_hdf5(path, path)


def test_a_long_text(path, monkeypatch):
    in_process(monkeypatch)
    monkeypatch.setattr(hdf5_program, "_MOST_TEXT", 20)
    named(path, {"a": {}, "b": {}, "c": {}})
    with pytest.raises(InputError, match="layer_names must have at most 20 bytes"):
        read_hdf5(path, path)


def test_a_file_that_the_library_never_ends_with(path):
    named(path, {}, {"class_name": "Sequential"})
    content = bytearray(path.read_bytes())
    heap = content.index(b"GCOL") + 16
    content[heap : heap + 16] = bytes(16)  # instead of a text: free space of no size, which is skipped for ever
    path.write_bytes(content)
    begun = time.monotonic()
    with pytest.raises(InputError, match=f"^{path} is damaged, and its HDF5 cannot be read: copy or save it again$"):
        read_hdf5(path, path)
    assert time.monotonic() - begun < 60  # of which 3 s are the process's own


def test_a_stop_is_no_damage(path, monkeypatch):
    def stopped(source, target):
        raise hdf5.ToolError("python was stopped")

    monkeypatch.setattr(hdf5, "_take_apart", stopped)
    path.write_bytes(b"")
    with pytest.raises(InputError, match="is damaged"):
        read_hdf5(path, path)
    monkeypatch.setattr(hdf5, "is_stopped", lambda: True)
    with pytest.raises(hdf5.ToolError, match="was stopped"):
        read_hdf5(path, path)


def changed(tmp_path, count, seed):
    """Read mutations of a file, and count what becomes of them."""
    named(tmp_path / "a", {"a": {"a/kernel:0": KERNEL}, "b": {}}, {"class_name": "Sequential"})
    counted({"dense": [KERNEL, KERNEL[0]]}, tmp_path / "b")
    seeds = [(tmp_path / name).read_bytes() for name in "ab"]
    chance, read = random.Random(seed), 0
    path = tmp_path / "found.h5"
    for _ in range(count):
        path.write_bytes(fuzzed.mutated(chance.choice(seeds), chance))
        try:
            read_hdf5(path, path)
            read += 1
        except InputError as error:
            assert "\n" not in str(error) and len(str(error)) < 2000
    return read


def test_mutations(tmp_path):
    changed(tmp_path, 5, seed=1)


@pytest.mark.slow
def test_many_mutations(tmp_path):
    """Half a second each: a process per file."""
    assert changed(tmp_path, 5_000, seed=2) > 200


def test_texts_of_any_length(path, monkeypatch):
    """The architecture of a deep model has more than ten thousand characters."""
    in_process(monkeypatch)
    named(path, {}, {"class_name": "a" * 50_000})
    assert len(read_hdf5(path, path).text("", "model_config")) > 50_000


def test_far_too_much_text(path, monkeypatch):
    in_process(monkeypatch)
    with h5py.File(path, "w") as file:
        for number in range(40):
            file.create_group(f"g{number}").attrs.create("weight_names", ["a" * 60_000] * 10, dtype=h5py.string_dtype())
    with pytest.raises(InputError, match="at most 16,777,216 bytes of text"):
        read_hdf5(path, path)


def test_texts_that_are_none(path, monkeypatch):
    in_process(monkeypatch)
    with h5py.File(path, "w") as file:
        file.attrs.create("model_config", b"\xff\xed\xa0\x80", dtype=h5py.string_dtype())
    assert read_hdf5(path, path).text("", "model_config") == "\ufffd" * 4
