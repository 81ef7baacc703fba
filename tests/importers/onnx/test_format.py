import numpy as np
import pytest
from onnx import ModelProto
from onnx_files import model, node

from quantnn.importers.formats import FORMATS
from quantnn.importers.onnx.format import Onnx
from quantnn.importers.onnx.table import HANDLERS, REFUSED

PROTO = model([node("MatMul", ["x", "w"], ["y"])], ["n", 4], {"w": np.ones((4, 3), np.float32)})


def recognised(content, path):
    return [kind.name for kind in FORMATS if kind.recognises(path, content)]


def test_a_model_is_recognised_by_its_fields(tmp_path):
    whole = PROTO.SerializeToString()
    assert recognised(whole, tmp_path / "x") == ["ONNX"]
    assert recognised(whole[: len(whole) // 2], tmp_path / "x") == ["ONNX"]
    named = ModelProto()
    named.CopyFrom(PROTO)
    named.producer_name, named.doc_string = "pytorch", "a network"
    assert recognised(named.SerializeToString(), tmp_path / "x") == ["ONNX"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x08\x07",
        b"\x08\x01\x12\x20saved_model",
        b"\x3a\x02\x0a\x00",
        b"\x08\x07\x3a\x04\xff\xff\xff\xff",
        b"\x08\x07\x09\x00\x00",
        b"\x0a\x04name",
        b"TFL3 is not it",
        b"nonsense",
        bytes(100),
        b"\xff" * 100,
    ],
)
def test_what_is_none(tmp_path, content):
    assert not Onnx().recognises(tmp_path / "x", content)


def test_every_operator_is_in_the_table_once():
    support = Onnx().operators()
    assert len({row.operator for row in support}) == len(support) == len(HANDLERS) + len(REFUSED)
    assert {row.operator: row.verdict for row in support}["Conv"] == "refused"
