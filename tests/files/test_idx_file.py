import gzip
import random
import struct
import time

import numpy as np
import pytest
from fuzzed import mutated

from quantnn.errors import InputError
from quantnn.files import idx_file
from quantnn.files.idx_file import is_idx, read_idx

CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}


def idx(array):
    """As http://yann.lecun.com/exdb/mnist/ describes it."""
    head = bytes([0, 0, CODES[array.dtype.str[1:]], array.ndim])
    return head + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(array.dtype.newbyteorder(">")).tobytes()


def saved(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    return tmp_path / "x"


def refusal(path):
    with pytest.raises(InputError) as caught:
        read_idx(path)
    assert "\n" not in str(caught.value) and str(caught.value).startswith(str(path))
    return str(caught.value)


@pytest.mark.parametrize("dtype", CODES)
@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 4), (2, 1, 3, 4)])
@pytest.mark.parametrize("packed", [False, True])
def test_arrays(tmp_path, dtype, shape, packed):
    values = np.random.default_rng(1).integers(0, 100, shape).astype(dtype)
    content = idx(values)
    path = saved(tmp_path, gzip.compress(content) if packed else content)
    assert is_idx(path.read_bytes()[:100])
    found = read_idx(path)
    assert found.dtype.str[1:] == dtype and found.tolist() == values.tolist()


def test_a_file_as_it_stands_in_the_description(tmp_path):
    path = saved(tmp_path, b"\0\0\x08\x01\0\0\0\x03\x05\x00\x04")
    assert read_idx(path).tolist() == [5, 0, 4]


@pytest.mark.parametrize("head", [b"", b"\0\0", b"\0\0\x08\x00", b"\0\0\x07\x01", b"\0\x01\x08\x01", b"\0\0\x08\x63"])
def test_what_is_none(tmp_path, head):
    assert not is_idx(head)
    assert "no IDX file inside" in refusal(saved(tmp_path, gzip.compress(head + b"a,b")))


GOOD = idx(np.arange(12, dtype="u1").reshape(3, 4))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GOOD[:6], "is truncated"),
        (GOOD[:-1], "declares 12 bytes of data, but has only 11"),
        (GOOD + b"x", "declares 12 bytes of data, but has more"),
        (idx(np.zeros((0, 4), "u1")), "is empty (shape (0, 4))"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "bytes, more than"),
        (gzip.compress(GOOD, mtime=0)[:-9], "truncated or damaged"),
        (gzip.compress(GOOD, mtime=0)[:12], "truncated or damaged"),
        (gzip.compress(GOOD, mtime=0)[:-8] + bytes(8), "truncated or damaged"),
        (b"\x1f\x8b" + b"junk" * 9, "truncated or damaged"),
    ],
)
def test_damaged(tmp_path, content, words):
    assert words in refusal(saved(tmp_path, content))


def test_what_unpacks_to_more_than_it_says(tmp_path):
    """A gzip bomb is not unpacked beyond what the header declares."""
    bomb = gzip.compress(GOOD + bytes(50_000_000), 9)
    assert "but has more" in refusal(saved(tmp_path, bomb))


def test_the_limit_counts_64_bit_numbers(tmp_path, monkeypatch):
    path = saved(tmp_path, GOOD)
    monkeypatch.setattr(idx_file, "SAMPLES_LIMIT", 96)
    assert read_idx(path).shape == (3, 4)
    monkeypatch.setattr(idx_file, "SAMPLES_LIMIT", 95)
    assert "unpacks to 96 bytes, more than 95" in refusal(path)


def test_mutations(tmp_path):
    chance = random.Random(3)
    seeds = [GOOD, gzip.compress(GOOD, mtime=0), idx(np.ones((2, 2, 2), "f4"))]
    for _ in range(2000):
        path = saved(tmp_path, mutated(chance.choice(seeds), chance))
        try:
            assert read_idx(path).size
        except InputError as error:
            assert "\n" not in str(error)


def test_several_compressed_files_behind_one_another(tmp_path):
    array = np.arange(60_000, dtype=np.uint8).reshape(-1, 60)
    content = idx(array)
    packed = b"".join(gzip.compress(content[place : place + 999]) for place in range(0, len(content), 999))
    for end in (b"", b"\0" * 512):
        np.testing.assert_array_equal(read_idx(saved(tmp_path, packed + end)), array)
    assert "truncated or damaged" in refusal(saved(tmp_path, packed + b"more"))
    assert "truncated or damaged" in refusal(saved(tmp_path, packed[:-1]))


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8b\x08\x08\0\0\0\0\0\3" + b"a" * 20_000_000, gzip.compress(b"") * 500_000],
    ids=["a name without end", "nothing, very often"],
)
def test_compressed_files_that_would_take_long(tmp_path, content):
    begun = time.process_time()
    assert "truncated or damaged" in refusal(saved(tmp_path, content))
    assert time.process_time() - begun < 1
