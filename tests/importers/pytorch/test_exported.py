import json
import zipfile

import fuzzed
import numpy as np
import pytest
from torch_files import archive, tensors

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model

RNG = np.random.default_rng(1)
WEIGHTS = {"fc.weight": RNG.normal(size=(3, 4)).astype(np.float32), "fc.bias": RNG.normal(size=3).astype(np.float32)}


def tensor(name):
    return {"as_tensor": {"name": name}}


def meta(shape):
    strides = [int(np.prod(shape[place + 1 :])) for place in range(len(shape))]
    sizes, strides = ([{"as_int": int(number)} for number in numbers] for numbers in (shape, strides))
    return {"dtype": 7, "sizes": sizes, "strides": strides, "storage_offset": {"as_int": 0}}


def node(function, output, /, **inputs):
    arguments = [{"name": name, "arg": arg} for name, arg in inputs.items()]
    return {"target": f"torch.ops.aten.{function}", "inputs": arguments, "outputs": [tensor(output)], "metadata": {}}


NODES = (
    node("view.default", "v", self=tensor("x"), size={"as_ints": [2, 4]}),
    node("linear.default", "l", input=tensor("v"), weight=tensor("p_fc.weight"), bias=tensor("p_fc.bias")),
    node("relu.default", "r", self=tensor("l")),
)


def program(nodes=NODES, output="r", shape=(2, 1, 4), **changes):
    inputs = [{"parameter": {"arg": {"name": f"p_{name}"}, "parameter_name": name}} for name in WEIGHTS]
    signature = {
        "input_specs": [*inputs, {"user_input": {"arg": tensor("x")}}],
        "output_specs": [{"user_output": {"arg": tensor(output)}}],
    }
    graph = {"nodes": list(nodes), "tensor_values": {"x": meta(shape)}}
    return {"graph_module": {"graph": graph, "signature": signature}, "torch_version": "2.9.0"} | changes


def written(path, model, weights=None):
    weights = WEIGHTS if weights is None else weights
    config = {
        name: {"path_name": f"weight_{place}", "use_pickle": False, "tensor_meta": meta(array.shape)}
        for place, (name, array) in enumerate(weights.items())
    }
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("m/archive_format", "pt2")
        file.writestr("m/models/model.json", model if isinstance(model, str) else json.dumps(model))
        file.writestr("m/data/weights/model_weights_config.json", json.dumps({"config": config}))
        for place, array in enumerate(weights.values()):
            file.writestr(f"m/data/weights/weight_{place}", array.tobytes())
    return path


def test_a_program(tmp_path):
    reading = read_model(written(tmp_path / "m.pt2", program()))
    assert reading.format == "PyTorch, exported program of 2.9.0" and reading.model.input_shape == (1, 4)
    np.testing.assert_array_equal(reading.model.layers[0].weights, WEIGHTS["fc.weight"].T)
    np.testing.assert_array_equal(reading.model.layers[0].bias, WEIGHTS["fc.bias"])
    assert [entry.became for entry in reading.entries] == ["nothing changes", "layer 0", "relu of layer 0"]


def test_weights_that_are_pickled_beside_the_program(tmp_path):
    """As PyTorch 2.1 to 2.6 wrote them."""
    inner = archive(tmp_path / "w.pt", *tensors(WEIGHTS)).read_bytes()
    path = tmp_path / "old.pt2"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("serialized_exported_program.json", json.dumps(program()))
        file.writestr("serialized_state_dict.pt", inner)
        file.writestr("version", "5.1")
    np.testing.assert_array_equal(read_model(path).model.layers[0].weights, WEIGHTS["fc.weight"].T)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("{", "it is no JSON"),
        ("[1]", "its graph is damaged"),
        ('{"graph_module": 1}', "its graph is damaged"),
        ("[" * 100_000, "nested at most"),
        (program([node("conv2d.default", "r", input=tensor("x"))]), r"r \(conv2d, input 1×4\): convolutions"),
        (program([node("relu.default", "r", self=tensor("y"))]), "y is used before it is made"),
        (program(output="x"), "has no dense layer"),
        (program(shape=(2, 1 << 40, 1 << 20)), "larger than any dense network"),
        (program(shape=()), "must have a batch dimension"),
        (program([{"target": "torch.ops.higher_order.cond", "inputs": [], "outputs": [tensor("r")]}]), "is not known"),
        (program([node("relu.default", "r", self={"as_graph": {}})]), "argument of kind as_graph is not known"),
    ],
    ids=range(11),
)
def test_programs_that_cannot_be_had(tmp_path, model, words):
    with pytest.raises(InputError, match=words):
        read_model(written(tmp_path / "m.pt2", model))


def test_weights_that_are_missing_or_short(tmp_path):
    with pytest.raises(InputError, match=r"the values of fc\.bias are missing"):
        read_model(written(tmp_path / "m.pt2", program(), {"fc.weight": WEIGHTS["fc.weight"]}))
    short = WEIGHTS | {"fc.bias": np.zeros(3, np.float16)}
    with pytest.raises(InputError, match="takes 3 numbers of a storage of 1"):
        read_model(written(tmp_path / "m.pt2", program(), short))


def test_activations_are_stated_in_it(tmp_path):
    with pytest.raises(InputError, match="states the activations itself"):
        read_model(written(tmp_path / "m.pt2", program()), Hints(("relu",)))


def test_mutations(tmp_path):
    fuzzed.check([written(tmp_path / "m.pt2", program()).read_bytes()], tmp_path, 300)


def test_mutations_of_the_graph(tmp_path):
    """Within the archive, which would not notice them otherwise."""
    import random

    chance, text = random.Random(3), json.dumps(program()).encode()
    for _ in range(200):
        try:
            read_model(written(tmp_path / "m.pt2", fuzzed.mutated(text, chance).decode("latin1")))
        except InputError as error:
            assert "\n" not in str(error)


@pytest.mark.slow
def test_many_mutations(tmp_path):
    fuzzed.check([written(tmp_path / "m.pt2", program()).read_bytes()], tmp_path, 100_000, seed=2)


@pytest.mark.parametrize(
    "model",
    [
        program([node("relu.default", "r", self={})]),
        program([{**node("relu.default", "r", self=tensor("x")), "outputs": [{}]}]),
        program(graph_module={"graph": {"nodes": []}, "signature": {"input_specs": [{}], "output_specs": []}}),
    ],
    ids=["argument", "output", "input"],
)
def test_what_holds_nothing(tmp_path, model):
    written(tmp_path / "m.pt2", model)
    with pytest.raises(InputError, match="its graph is damaged, or of an unknown version: export it again"):
        read_model(tmp_path / "m.pt2")
