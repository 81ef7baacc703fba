"""Files that are damaged, or ask for far more memory than they have bytes."""

import time

import numpy as np
import pytest
from onnx_files import model, node

from quantnn.errors import InputError
from quantnn.importers.formats import read_model
from quantnn.importers.onnx import model_file

PROTO = model([node("MatMul", ["x", "w"], ["y"])], ["n", 4], {"w": np.ones((4, 3), np.float32)})
START = b"\x08\x08"


def field(number, content):
    length, encoded = len(content), b""
    while True:
        length, low = length >> 7, length & 127
        encoded += bytes([low | (128 if length else 0)])
        if not length:
            break
    return bytes([number << 3 | 2]) + encoded + content


def graph_of(content):
    return START + field(7, content)


def refusal(path, content):
    path.write_bytes(content)
    begun = time.process_time()
    with pytest.raises(InputError) as refused:
        read_model(path)
    assert time.process_time() - begun < 5
    return str(refused.value)


def test_truncated_anywhere(tmp_path):
    whole = PROTO.SerializeToString()
    for length in range(3, len(whole)):
        assert "\n" not in refusal(tmp_path / "x.onnx", whole[:length])


def test_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(model_file, "_LARGEST", 100)
    assert "has more than 100 bytes" in refusal(tmp_path / "x.onnx", PROTO.SerializeToString())


SMALL = {  # made in the test: pytest would show them
    "nodes": lambda: graph_of(b"\x0a\x00" * 1_000_000),
    "attributes": lambda: graph_of(b"\x0a\x02\x2a\x00" * 500_000),
    "dims": lambda: graph_of(field(5, b"\x0a\x00" * 1_000_000)),
    "numbers of a byte": lambda: graph_of(field(5, field(7, bytes((1 << 26) + 1)))),
    "texts": lambda: graph_of(field(5, b"\x32\x00" * 1_000_000)),
    "properties": lambda: graph_of(b"\x12\x00") + b"\x72\x00" * 1_000_000,
    "bytes that are no weights": lambda: graph_of(field(2, bytes(1 << 24))),
}


@pytest.mark.parametrize("case", SMALL)
def test_many_small_things(tmp_path, case):
    words = refusal(tmp_path / "x.onnx", SMALL[case]())
    assert "parts or far too many small ones" in words


def test_deep_messages(tmp_path):
    inner = b""
    for _ in range(500):  # a graph in an attribute of a node in a graph …
        inner = field(1, field(5, field(6, inner)))
    assert "is ONNX, but truncated or damaged" in refusal(tmp_path / "x.onnx", graph_of(inner))


@pytest.mark.parametrize("text", [b"MatMul", b"wwww", b"yyyy", b"xxxx", b"kkkk", b"dddd", b"aaaa"])
def test_bytes_that_are_no_text(tmp_path, text):
    proto = model([node("MatMul", ["xxxx", "wwww"], ["yyyy"], aaaa=1)], ["n", 4], outputs=("yyyy",), domains=("dddd",))
    proto.graph.input[0].name = "xxxx"
    tensor = proto.graph.initializer.add(name="wwww", data_type=1, dims=[4, 3], data_location=1)
    tensor.external_data.add(key="kkkk", value="v")
    content = proto.SerializeToString()
    assert text in content
    assert "truncated or damaged" in refusal(
        tmp_path / "x.onnx", content.replace(text, b"\xff\xfe\xfd\xfc\xfb\xfa"[: len(text)])
    )
