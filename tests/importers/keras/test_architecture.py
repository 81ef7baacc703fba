import json
import time

import pytest
from keras_files import dense, functional, layer, sequential

from quantnn.importers.keras.architecture import Architecture


def parsed(model, version=""):
    return Architecture.parsed(json.dumps(model).encode(), version)


def test_paths_count_the_layers_of_a_class():
    inner = {**sequential(dense("x"), dense("y")), "name": "inside"}
    model = sequential(dense("a"), layer("BatchNormalization", "b"), inner, dense("c"), layer("ReLU", "d"), shape=(2,))
    found = {one.name: (one.path, one.group, one.nested) for one in parsed(model).layers}
    assert found == {
        "input": ("layers/input_layer", "input", False),
        "a": ("layers/dense", "a", False),
        "b": ("layers/batch_normalization", "b", False),
        "x": ("layers/sequential/layers/dense", "inside", True),
        "y": ("layers/sequential/layers/dense_1", "inside", True),
        "c": ("layers/dense_1", "c", False),
        "d": ("layers/re_lu", "d", False),
    }


def test_a_functional_model_in_the_order_of_its_graph():
    model = functional(dense("a"), dense("b"), dense("c"))
    model["config"]["layers"].reverse()
    assert [one.name for one in parsed(model).layers] == ["input", "a", "b", "c"]


def test_the_graph_as_keras_2_writes_it():
    model = functional(dense("a"), {**dense("b"), "inbound_nodes": [[["a", 0, 0, {"training": False}]]]})
    model["config"]["input_layers"], model["config"]["output_layers"] = ["input", 0, 0], {"out": ["b", 0, 0]}
    assert [one.name for one in parsed(model).layers] == ["input", "a", "b"]


def test_versions():
    assert parsed(sequential(dense("a"))).layers[0].version == 3
    assert parsed(sequential(dense("a")), "2.4.0").layers[0].version == 2
    found = parsed({**sequential(dense("a")), "keras_version": "1.2.2"}, "2.4.0")
    assert found.version == "1.2.2" and found.layers[0].version == 1


def nested(depth):
    model = sequential(dense("a"))
    for _ in range(depth):
        model = {"class_name": "Sequential", "config": [model]}
    return model


def node(*names):
    return [[[name, 0, 0, {}] for name in names]]


TWICE = [node("input")[0], node("input")[0]]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ([], "no architecture of Keras"),
        ("text", "it is no JSON"),
        ({"class_name": "Sequential", "config": 1}, "must list its layers"),
        (sequential(), "has no layers"),
        (sequential({"config": {}}), "a layer must have a class_name"),
        (nested(9), "at most 8 deep"),
        (sequential(*[dense("a")] * 1001), "at most 1000 layers"),
        (functional(dense("a"), {**dense("b"), "inbound_nodes": node("a", "input")}), r"b \(Dense\) reads a and input"),
        (functional(dense("a"), {**dense("b"), "inbound_nodes": node("input")}), r"a \(Dense\) is not on the way"),
        (functional({**dense("a"), "inbound_nodes": TWICE}), r"a \(Dense\) is used 2 times"),
        (functional({**dense("a"), "inbound_nodes": node("a")}), "must be computed from the input input alone"),
        (functional({**dense("a"), "inbound_nodes": node("z")}), "must be computed from the input input alone"),
        (functional({**dense("a"), "inbound_nodes": [[]]}), r"a \(Dense\) must say what it reads"),
        (functional({**dense("a"), "inbound_nodes": 1}), r"a \(Dense\) must list what it reads"),
        (functional(dense("a"), dense("a")), "must have a name of its own"),
        ({"class_name": "Model", "config": {"layers": 3}}, "must list its layers"),
        ({"class_name": "Model", "config": {"layers": []}}, "must state its input layers"),
    ],
)
def test_what_is_no_chain(model, words):
    with pytest.raises(ValueError, match=words):
        parsed(model)


def test_several_inputs():
    model = functional(dense("a"))
    model["config"]["input_layers"] = [["input", 0, 0], ["other", 0, 0]]
    with pytest.raises(ValueError, match=r"several input layers \(input, other\)"):
        parsed(model)


def test_a_long_text_within_json():
    """As json.dump writes what to_json() gives."""
    layers = [dense(f"dense_{number}", units=3) for number in range(300)]
    text = json.dumps(sequential(*layers, shape=(4,)))
    assert len(text) > 20_000
    assert len(Architecture.parsed(json.dumps(text).encode()).layers) == 301


@pytest.mark.parametrize("text", [b'"', b'"\xff"', b'"\\ud800"', b'"{'])
def test_a_damaged_text_within_json(text):
    with pytest.raises(ValueError, match="it is no JSON"):
        Architecture.parsed(text)


def test_a_layer_that_reads_far_too_much():
    model = functional({**dense("a", units=4), "inbound_nodes": [{"args": [[n] for n in range(200_000)]}]})
    begun = time.process_time()
    with pytest.raises(ValueError, match=r"a \(Dense\) must say what it reads"):
        parsed(model)
    assert time.process_time() - begun < 3


def test_arithmetic_outside_of_layers():
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["input", 0, 0]}}

    def operation(kind, *operands):
        return {**layer(kind, "sum"), "inbound_nodes": [{"args": list(operands), "kwargs": {}}]}

    def found(*operands):
        return parsed(functional(operation("Subtract", *operands), dense("a"))).layers[1]

    assert found(tensor, 2.0).kind == "ops.Subtract"
    assert found(tensor, 2.0).config["first"] is None and found(tensor, 2.0).config["second"] == 2.0
    assert found([3.0], tensor).config["first"] == [3.0] and found([3.0], tensor).config["second"] is None
    assert found([tensor]).kind == "Subtract"  # the layer, of a list
