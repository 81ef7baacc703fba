import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantnn.errors import InputError
from quantnn.files.npy_header import NpyHeader


def head(text, version=(1, 0)):
    encoded = text.encode("latin1")
    length = struct.pack("<H" if version == (1, 0) else "<I", len(encoded))
    return b"\x93NUMPY" + bytes(version) + length + encoded


def dictionary(descr="<f4", shape="(2, 3)"):
    return f"{{'descr': {descr!r}, 'fortran_order': True, 'shape': {shape}, }}\n"


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_parse(version):
    encoded = head(dictionary(), version)
    header = NpyHeader.parse(encoded, "a.npy")
    assert header == NpyHeader((2, 3), True, np.dtype("<f4"), len(encoded))
    assert (header.size, header.data_bytes, header.bytes_as_numbers) == (6, 24, 48)
    data = np.arange(6, dtype="<f4")
    np.testing.assert_array_equal(header.array(data.tobytes()), data.reshape(3, 2).T)


@pytest.mark.parametrize(
    ("descr", "words"),
    [
        ("|O", "pickled arrays are refused"),
        ("<c8", "holds complex numbers"),
        ([("x", "<f4")], "is structured"),
        (("<f4", (2,)), "is structured"),
        ("|V2", "is structured or raw bytes"),
        ("<M8[s]", "holds dates"),
        ("<m8[s]", "holds time differences"),
        ("<U0", "is empty"),
    ],
)
def test_types(descr, words):
    with pytest.raises(InputError, match=f"^a.npy: array W0 .*{words}"):
        NpyHeader.parse(head(dictionary(descr)), "a.npy: array W0")


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("(0, 3)", "is empty"),
        ("(-1, 3)", "impossible shape"),
        (str((1,) * 33), "impossible shape"),
        ("(1.5,)", "no readable .npy header"),
        ("7", "no readable .npy header"),
    ],
)
def test_shapes(shape, words):
    with pytest.raises(InputError, match=words):
        NpyHeader.parse(head(dictionary(shape=shape)), "a.npy")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "{'descr': '<f4'}", "__import__('os')", "(" * 5000, dictionary(descr=("<f4",)), "{" * 9],
)
def test_nonsense(text):
    with pytest.raises(InputError, match="no readable"):
        NpyHeader.parse(head(text), "a.npy")


def test_version():
    with pytest.raises(InputError, match=r"format 3\.0: save it with np\.save"):
        NpyHeader.parse(head(dictionary(), (3, 0)), "a.npy")


@given(st.binary(max_size=200))
def test_noise(noise):
    with pytest.raises(InputError):
        NpyHeader.parse(head("") + noise, "a.npy")
    with pytest.raises(InputError):
        NpyHeader.parse(noise, "a.npy")


@pytest.mark.parametrize("shape", [(1 << 60, 1), (1 << 40, 1 << 40, 1 << 40), (1 << 48,)])
def test_shapes_beyond_any_memory(shape):
    with pytest.raises(InputError, match=r"^a\.npy declares far more than any memory holds"):
        NpyHeader.parse(head(dictionary("<f8", str(shape))), "a.npy")
