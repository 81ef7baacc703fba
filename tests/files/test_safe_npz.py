"""Files that nobody vouches for: every refusal is one line, and nothing is unpickled."""

import io
import pickle
import re
import struct
import tempfile
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantnn.errors import InputError
from quantnn.files.safe_npz import read_npy, read_npz


class Trace:
    """Unpickling it creates a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def refusal(read, path, **kwargs):
    with pytest.raises(InputError) as caught:
        read(path, **kwargs)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


def npy_bytes(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def npy_with(descr, shape, data=b""):
    """An .npy whose header says whatever it is told to."""
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}\n".encode("latin1")
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def zip_of(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "model.npz"
    np.savez(path, W0=np.arange(6.0).reshape(2, 3), names=np.array(["relu", "linear"]))
    return path


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.uint8).reshape(2, 3),
        np.arange(24, dtype=">f4").reshape(2, 3, 4),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array(True),
        np.float16(0.5),
        np.array(["relu", "λ"]),
        np.array([b"relu"]),
    ],
)
def test_reads_what_numpy_wrote(tmp_path, save, array):
    save(tmp_path / "a.npz", array=array)
    read = read_npz(tmp_path / "a.npz")
    assert list(read) == ["array"]
    assert read["array"].dtype == np.asarray(array).dtype
    np.testing.assert_array_equal(read["array"], array)
    np.save(tmp_path / "a.npy", array)
    np.testing.assert_array_equal(read_npy(tmp_path / "a.npy"), array)


@pytest.mark.parametrize("read", [read_npz, read_npy])
class TestPaths:
    def test_missing(self, read, tmp_path):
        assert "does not exist" in refusal(read, tmp_path / "none.npz")

    def test_folder(self, read, tmp_path):
        assert "is a folder" in refusal(read, tmp_path)

    def test_below_a_file(self, read, good):
        assert "cannot be opened (Not a directory)" in refusal(read, good / "inside")

    def test_device(self, read):
        assert "device or pipe" in refusal(read, Path("/dev/null"))

    def test_impossible_name(self, read):
        with pytest.raises(InputError, match="cannot be opened"):
            read("a\0b")

    def test_no_permission(self, read, good, monkeypatch):
        def refuse(*args):
            raise PermissionError

        monkeypatch.setattr(Path, "open", refuse)
        assert "may not be read" in refusal(read, good)


def test_pickled_object_array_leaves_no_trace(tmp_path):
    trace = tmp_path / "trace"
    array = np.array([Trace(trace)], dtype=object)
    np.savez(tmp_path / "a.npz", W0=array)
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    message = refusal(read_npz, tmp_path / "a.npz")
    assert "array W0 holds Python objects: pickled arrays are refused" in message
    assert "pickled arrays are refused" in refusal(read_npy, tmp_path / "a.npy")
    assert not trace.exists()
    np.load(tmp_path / "a.npy", allow_pickle=True)
    assert trace.exists(), "the trap must work, or the test shows nothing"


def test_raw_pickle_leaves_no_trace(tmp_path):
    trace, path = tmp_path / "trace", tmp_path / "model.npz"
    path.write_bytes(pickle.dumps(Trace(trace)))
    assert "looks like a Python pickle" in refusal(read_npz, path)
    assert "no readable .npy header" in refusal(read_npy, path)
    assert not trace.exists()


def test_zipped_pickle(tmp_path):
    path = zip_of(tmp_path / "model.npz", [("archive/data.pkl", b"\x80\x02.")])
    assert "holds a pickle" in refusal(read_npz, path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is an empty file"),
        (b"hello", "is no .npz"),
        (npy_bytes(np.arange(3)), "single .npy array"),
    ],
)
def test_no_zip(tmp_path, content, words):
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    assert words in refusal(read_npz, path)


def test_every_truncation_of_a_zip(tmp_path, good):
    whole, path = good.read_bytes(), tmp_path / "cut.npz"
    for length in range(4, len(whole), 7):
        path.write_bytes(whole[:length])
        assert "truncated or damaged" in refusal(read_npz, path)


def test_every_truncation_of_an_npy(tmp_path):
    whole, path = npy_bytes(np.arange(9.0)), tmp_path / "cut.npy"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        message = refusal(read_npy, path)
        assert "no readable .npy header" in message or f"{length} bytes but declares" in message
    path.write_bytes(whole + b"\0")
    assert f"{len(whole) + 1} bytes but declares {len(whole)}" in refusal(read_npy, path)


def test_npz_where_an_npy_is_needed(good):
    assert "is an .npz, but one array is needed" in refusal(read_npy, good)


def test_changed_data_fails_the_check_sum(tmp_path, good):
    whole = bytearray(good.read_bytes())
    place = whole.index(np.float64(5.0).tobytes())
    whole[place] ^= 1
    good.write_bytes(whole)
    assert "array W0 is damaged" in refusal(read_npz, good)


def test_zip_bomb_is_refused_by_what_it_declares(tmp_path):
    size = 64 << 20
    path = zip_of(tmp_path / "bomb.npz", [("W0.npy", bytes(size))], zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 100_000
    message = refusal(read_npz, path, limit=size - 1)
    assert f"unpacks to {size} bytes, more than {size - 1}" in message


def test_members_are_summed(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, a=np.zeros(100), b=np.zeros(100))
    assert len(read_npz(path, limit=2 * (800 + 128))) == 2
    assert "unpacks to" in refusal(read_npz, path, limit=2 * (800 + 128) - 1)


def test_small_types_count_as_the_numbers_they_become(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", W0=np.zeros(1000, np.int8))
    np.save(tmp_path / "a.npy", np.zeros(1000, np.int8))
    for read, path in ((read_npz, tmp_path / "a.npz"), (read_npy, tmp_path / "a.npy")):
        assert "unpacks to 8000 bytes" in refusal(read, path, limit=7999)
        read(path, limit=8000)


def test_the_array_that_claims_most_is_named(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, b0=np.zeros(3), W0=np.zeros((1 << 13, 1 << 13), np.uint8))
    assert path.stat().st_size < 100_000
    assert f"{path}: array W0 unpacks to {8 << 26} bytes, more than {1 << 28}" in refusal(read_npz, path)


def test_samples_may_take_more_than_the_rest(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, W0=np.zeros(10), calibration=np.zeros(1000, np.int8))
    assert set(read_npz(path, limit=80 + 128, samples="calibration")) == {"W0", "calibration"}
    assert "array calibration unpacks to" in refusal(read_npz, path, limit=80 + 128)
    np.savez_compressed(path, calibration=np.zeros((1 << 26) + 8, np.uint8))
    message = refusal(lambda path: read_npz(path, samples="calibration"), path)
    assert f"array calibration unpacks to {8 * ((1 << 26) + 8)} bytes, more than {1 << 29}" in message


def test_arrays_that_are_not_wanted_are_not_read(tmp_path):
    """They may be larger than any limit; their shapes and types are known, and take no memory."""
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("huge.npy", "w", force_zip64=True) as member:
            member.write(npy_with("<f4", (1 << 16, 1 << 10)))
            for _ in range(1 << 8):
                member.write(bytes(1 << 20))
        archive.writestr("W0.npy", npy_bytes(np.arange(3.0)))
    arrays, peak = traced(lambda: read_npz(path, wanted=lambda name: name == "W0"))
    assert list(arrays) == ["huge", "W0"] and arrays["W0"].tolist() == [0, 1, 2]
    assert (arrays["huge"].shape, arrays["huge"].dtype) == ((1 << 16, 1 << 10), np.float32)
    assert peak < 8 << 20


def traced(function):
    """What a function returns, and the most bytes that it had at once."""
    tracemalloc.start()
    try:
        return function(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_array_is_in_memory_once(tmp_path):
    path, size = tmp_path / "a.npz", 32 << 20
    np.savez_compressed(path, W0=np.zeros(size // 8))
    arrays, peak = traced(lambda: read_npz(path))
    assert arrays["W0"].nbytes == size and peak < size + (16 << 20)


@pytest.mark.parametrize("count", [1001, 30_000])
def test_too_many_arrays(tmp_path, count):
    path, one = tmp_path / "a.npz", npy_bytes(np.zeros(1, np.int8))
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(count):
            archive.writestr(f"W{number}.npy", one)
    started = time.monotonic()
    assert re.search(r"more than 1000( arrays)?: save the layers' arrays only", refusal(read_npz, path))
    assert time.monotonic() - started < 3


def test_a_thousand_arrays_are_read(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, **{f"W{number}": np.array([number]) for number in range(1000)})
    assert [int(array[0]) for array in read_npz(path).values()] == list(range(1000))


def test_much_text_is_refused(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", activations=np.full(1 << 20, "relu"))
    assert "array activations is text of 16777216 bytes" in refusal(read_npz, tmp_path / "a.npz")


@pytest.mark.parametrize("name", ["/etc/W0", "../../W0", "C:\\W0", "a/b/../W0"])
def test_names_that_are_paths_are_only_names(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = zip_of(tmp_path / "a.npz", [(f"{name}.npy", npy_bytes(np.arange(2.0)))])
    assert list(read_npz(path)) == [name]
    assert [each.name for each in tmp_path.iterdir()] == ["a.npz"]


def test_an_archive_in_an_archive_is_no_array(tmp_path):
    np.savez(tmp_path / "inner.npz", W0=np.zeros(2))
    inner = (tmp_path / "inner.npz").read_bytes()
    assert "is no array's name" in refusal(read_npz, zip_of(tmp_path / "a.npz", [("inner.npz", inner)]))
    assert "has no readable .npy header" in refusal(read_npz, zip_of(tmp_path / "a.npz", [("inner.npy", inner)]))


def lying_zip(path, data, declared):
    """A zip with a correct check sum that declares another size of its member than it has."""
    zip_of(path, [("W0.npy", data)], zipfile.ZIP_DEFLATED)
    honest, lie = struct.pack("<I", len(data)), struct.pack("<I", declared)
    whole = path.read_bytes()
    assert whole.count(honest) == 2
    path.write_bytes(whole.replace(honest, lie))
    return path


def test_zip_with_more_data_than_it_declares(tmp_path):
    path = lying_zip(tmp_path / "a.npz", npy_bytes(np.zeros(1000)), 928)
    assert "array W0 is damaged" in refusal(read_npz, path)


def test_zip_with_less_data_than_it_declares(tmp_path):
    data = npy_with("<f8", (10_000,), bytes(8000))
    path = lying_zip(tmp_path / "a.npz", data, len(data) + 72_000)
    assert "array W0 ends early" in refusal(read_npz, path)


def test_header_that_declares_more_than_there_is(tmp_path):
    huge = npy_with("<f8", (1 << 22, 1 << 22))
    path = zip_of(tmp_path / "a.npz", [("W0.npy", huge)])
    assert "but its shape (4194304, 4194304)" in refusal(read_npz, path)
    (tmp_path / "a.npy").write_bytes(huge)
    assert "unpacks to" in refusal(read_npy, tmp_path / "a.npy")


def test_names(tmp_path):
    data = npy_bytes(np.arange(3.0))
    for name in ("readme.txt", ".npy", "folder/", "a\nb.npy", "\x1b[31m.npy", "n" * 300 + ".npy"):
        path = zip_of(tmp_path / "a.npz", [(name, data)])
        message = refusal(read_npz, path)
        assert "is no array's name" in message
        assert len(message) < 500 and message.isprintable()


def test_twice_the_same_name(tmp_path):
    data = npy_bytes(np.arange(3.0))
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zip_of(tmp_path / "a.npz", [("W0.npy", data), ("W0.npy", data)])
    assert "array W0 is there twice" in refusal(read_npz, path)


def test_no_members(tmp_path):
    assert "holds no arrays" in refusal(read_npz, zip_of(tmp_path / "a.npz", []))


def test_unusual_compression(tmp_path):
    path = zip_of(tmp_path / "a.npz", [("W0.npy", npy_bytes(np.arange(3.0)))], zipfile.ZIP_LZMA)
    assert "unknown compression" in refusal(read_npz, path)


def test_encryption(tmp_path, good):
    whole = bytearray(good.read_bytes())
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    good.write_bytes(whole)
    assert "array W0 is encrypted" in refusal(read_npz, good)


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_damage_gives_one_line_or_arrays(data):
    """Whatever a few changed bytes do, there is no other exception and no warning."""
    stream = io.BytesIO()
    np.savez_compressed(stream, W0=np.arange(12.0).reshape(3, 4), names=np.array(["relu"]))
    whole = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.npz"
        path.write_bytes(whole)
        try:
            arrays = read_npz(path)
        except InputError as error:
            assert "\n" not in str(error)
        else:
            assert all(array.size for array in arrays.values())


def test_an_ignored_array_beyond_any_memory(tmp_path):
    """Where zeros of its shape would stand for it, of which numpy has none."""
    content = npy_with("<f8", (1 << 60,))
    declared = (1 << 63) + len(content)
    path = zip_of(tmp_path / "a.npz", [("foo.npy", content)])
    size = struct.pack("<II", len(content), len(content))
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\1\2")
    place = data.index(size, directory)
    data[place + 4 : place + 8] = b"\xff" * 4
    name = directory + 46 + len("foo.npy")
    extra = struct.pack("<HHQ", 1, 8, declared)
    data[name:name] = extra
    data[directory + 30 : directory + 32] = struct.pack("<H", len(extra))
    end = data.index(b"PK\5\6")
    length = struct.unpack_from("<I", data, end + 12)[0] + len(extra)
    data[end + 12 : end + 16] = struct.pack("<I", length)
    path.write_bytes(data)
    with pytest.raises(InputError, match="array foo declares far more than any memory holds"):
        read_npz(path, wanted=lambda name: False)
