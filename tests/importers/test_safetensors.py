import json

import fuzzed
import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model

pytest.importorskip("safetensors", reason="pip install safetensors")

RNG = np.random.default_rng(1)
MLP = {
    "fc1.bias": RNG.normal(size=8).astype(np.float32),
    "fc1.weight": RNG.normal(size=(8, 4)).astype(np.float32),
    "fc2.weight": RNG.normal(size=(3, 8)).astype(np.float32),
}
RELU = Hints(("relu",))


def written(path, arrays, dtypes=("F32",)):
    header, data = {}, b""
    for place, (name, array) in enumerate(arrays.items()):
        ends = [len(data), len(data) + array.nbytes]
        header[name] = {"dtype": dtypes[place % len(dtypes)], "shape": array.shape, "data_offsets": ends}
        data += array.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def test_weights(tmp_path):
    reading = read_model(written(tmp_path / "m.safetensors", MLP), RELU)
    assert reading.format == "safetensors"
    first, second = reading.model.layers
    np.testing.assert_array_equal(first.weights, MLP["fc1.weight"].T)
    np.testing.assert_array_equal(first.bias, MLP["fc1.bias"])
    np.testing.assert_array_equal(second.weights, MLP["fc2.weight"].T)
    assert not second.bias.any() and [layer.activation for layer in reading.model.layers] == ["relu", "linear"]


def test_bfloat16(tmp_path):
    halves = {name: (array.view(np.uint32) >> 16).astype(np.uint16) for name, array in MLP.items()}
    weights = read_model(written(tmp_path / "m.safetensors", halves, ("BF16",)), RELU).model.layers[0].weights
    expected = (MLP["fc1.weight"].view(np.uint32) & 0xFFFF0000).view(np.float32)
    np.testing.assert_array_equal(weights, expected.T)


def test_no_activations(tmp_path):
    with pytest.raises(InputError, match=r"weights alone, of 2 layers \(4 → 8 → 3\), .* --activations relu,linear"):
        read_model(written(tmp_path / "m.safetensors", MLP))


def test_names_without_numbers_are_ordered_by_shape(tmp_path):
    arrays = {"body.weight": MLP["fc2.weight"], "tail.weight": RNG.normal(size=(5, 3)).astype(np.float32)}
    arrays = {"a.weight": arrays["tail.weight"], "b.weight": arrays["body.weight"], "b.bias": np.ones(3, np.float32)}
    model = read_model(written(tmp_path / "m.safetensors", arrays), RELU).model
    assert [layer.weights.shape for layer in model.layers] == [(8, 3), (3, 5)] and model.layers[0].bias.all()


@pytest.mark.parametrize(("size", "words"), [((4, 4), "several orders fit"), ((4, 3), "no order fits")])
def test_an_order_that_nothing_tells(tmp_path, size, words):
    arrays = {f"{name}.weight": RNG.normal(size=size).astype(np.float32) for name in "ab"}
    with pytest.raises(InputError, match=f"order of the layers is not clear.*{words}: number them"):
        read_model(written(tmp_path / "m.safetensors", arrays), RELU)


@pytest.mark.parametrize(
    ("dtype", "words"), [("F8_E4M3", "fc1.bias: it has numbers of type F8_E4M3|damaged"), ("F64", "is a damaged")]
)
def test_number_types_that_cannot_be(tmp_path, dtype, words):
    with pytest.raises(InputError, match=words):
        read_model(written(tmp_path / "m.safetensors", MLP, (dtype,)), RELU)


def test_a_truncated_file(tmp_path):
    path = written(tmp_path / "m.safetensors", MLP)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"is a damaged \.safetensors \(.*\): copy or save it again"):
        read_model(path, RELU)


def test_mutations(tmp_path):
    fuzzed.check([written(tmp_path / "m.safetensors", MLP).read_bytes()], tmp_path, 300)


@pytest.mark.slow
def test_many_mutations(tmp_path):
    fuzzed.check([written(tmp_path / "m.safetensors", MLP).read_bytes()], tmp_path, 100_000, seed=2)


@pytest.mark.parametrize("tensors", [{f"t{n}": [] for n in range(10_001)}, {"t" * (1 << 22): []}], ids=["many", "long"])
def test_a_long_list_of_tensors(tmp_path, tensors):
    empty = {name: np.zeros(0, np.float32) for name in tensors}
    with pytest.raises(InputError, match="lists more than 10,000 tensors, or 4,194,304 bytes of them"):
        read_model(written(tmp_path / "m.safetensors", empty), RELU)
