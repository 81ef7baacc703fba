import json
import zipfile

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.files.safe_zip import SafeZip
from quantnn.importers.sklearn import skops_nodes
from quantnn.importers.sklearn.estimator import Estimator, Opaque
from quantnn.importers.sklearn.skops_nodes import SkopsNodes


def text(value):
    return {"__class__": "str", "__loader__": "JsonNode", "content": value}


def array(name):
    return {"__class__": "ndarray", "__loader__": "NdArrayNode", "type": "numpy", "file": name}


def listed(*items):
    return {"__class__": "list", "__loader__": "ListNode", "content": list(items)}


def thing(loader="ObjectNode", **attributes):
    content = {"__class__": "dict", "__loader__": "DictNode", "content": attributes}
    return {"__class__": "Ridge", "__module__": "sklearn.linear_model", "__loader__": loader, "content": content}


def read(tmp_path, schema, arrays=()):
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", schema if isinstance(schema, str) else json.dumps(schema))
        for name, values in dict(arrays).items():
            with archive.open(name, "w") as file:
                file.write(values) if isinstance(values, bytes) else np.save(file, values)
    with SafeZip.opened(path) as archive:
        root = SkopsNodes(archive, path).root()
        return dict(root.attributes) if isinstance(root, Estimator) else root


def test_values(tmp_path):
    schema = thing(
        a=text("1.5"),
        b=text("null"),
        c=text('"x"'),
        d=text("NaN"),
        e=listed(text("1"), array("a.npy")),
        f=array("a.npy"),
        g={"__class__": "f_classif", "__loader__": "FunctionNode"},
        h=thing(),
        i=text("[1]"),
        j={"__loader__": "NdArrayNode", "type": "json", "content": [text('"x"')]},
        k={"__class__": "Ridge", "__loader__": "ObjectNode", "content": None},
    )
    found = read(tmp_path, schema, {"a.npy": np.arange(3.0)})
    assert found["a"] == 1.5 and found["b"] is None and found["c"] == "x" and np.isnan(found["d"])
    assert found["e"][0] == 1 and found["f"].tolist() == [0, 1, 2] and found["f"] is found["e"][1]
    assert found["g"] == Opaque("f_classif") and found["h"].kind == "Ridge" and found["i"] == Opaque("JSON")
    assert found["j"] == ("x",) and len(found["k"].attributes) == 0


def test_only_what_is_asked_for_is_read(tmp_path):
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", json.dumps(thing(good=text("1"), bad={"__loader__": "JsonNode", "content": 3})))
    with SafeZip.opened(path) as archive:
        assert SkopsNodes(archive, path).root().attributes["good"] == 1


@pytest.mark.parametrize(
    ("schema", "arrays", "words"),
    [
        ("nonsense", {}, "schema.json is damaged"),
        ("[" * 10000, {}, "schema.json is damaged"),
        ("[]", {}, "a node of its schema must be an object"),
        (thing(a=text(3)), {}, "must be a short text of JSON"),
        (thing(a=text("{")), {}, "a value of its schema is no JSON"),
        (thing(a=text("[" * 5000)), {}, "a value of its schema is no JSON"),
        (thing(a={"__loader__": "ListNode", "content": 3}), {}, "a list of its schema must be a list"),
        (thing(a={"__loader__": "ObjectNode", "content": 3}), {}, "must have a dictionary of attributes"),
        (thing(a=array(3)), {}, "an array of its schema must name its .npy"),
        (thing(a=array("../x.npz")), {}, "an array of its schema must name its .npy"),
        (thing(a=array("none.npy")), {}, "has no member none.npy"),
        (thing(a=array("a.npy")), {"a.npy": b"cut"}, "has no readable .npy header"),
        (thing(a=array("a.npy")), {"a.npy": np.array([b"x"])[:0]}, "is empty"),
    ],
)
def test_what_is_damaged(tmp_path, schema, arrays, words):
    with pytest.raises(InputError, match=words) as error:
        read(tmp_path, schema, arrays)
    assert "\n" not in str(error.value)


def test_an_array_of_another_length(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(4))
    with pytest.raises(InputError, match="has another length than its header says"):
        read(tmp_path, thing(a=array("a.npy")), {"a.npy": (tmp_path / "a.npy").read_bytes()[:-1]})


def test_python_objects_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="holds Python objects"):
        read(tmp_path, thing(a=array("a.npy")), {"a.npy": (tmp_path / "a.npy").read_bytes()})


def test_an_array_that_is_named_again_and_again_takes_room_each_time(tmp_path, monkeypatch):
    monkeypatch.setattr(skops_nodes, "SIZE_LIMIT", 8 * 40)
    assert len(read(tmp_path, thing(a=listed(*[array("a.npy")] * 4)), {"a.npy": np.zeros(10)})["a"]) == 4
    with pytest.raises(InputError, match="take more than 320 bytes"):
        read(tmp_path, thing(a=listed(*[array("a.npy")] * 5)), {"a.npy": np.zeros(10)})
    with pytest.raises(InputError, match="take more than 320 bytes"):
        read(tmp_path, thing(a=array("a.npy")), {"a.npy": np.zeros(5000)})
