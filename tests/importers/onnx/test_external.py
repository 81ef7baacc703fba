import numpy as np
import pytest
from onnx import TensorProto
from onnx_files import model, node, saved

from quantnn.errors import InputError
from quantnn.importers.formats import read_model

WEIGHTS = np.float32(np.random.default_rng(1).normal(size=(4, 3)))
SIZE = WEIGHTS.nbytes


def external(folder, **entries):
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4, 3], data_location=TensorProto.EXTERNAL)
    for key, value in {"location": "weights.bin", **entries}.items():
        tensor.external_data.add(key=key, value=str(value))
    return saved(model([node("MatMul", ["x", "w"], ["y"])], ["n", 4], {"w": tensor}), folder)


@pytest.mark.parametrize(
    ("before", "entries"),
    [(0, {}), (16, {"offset": 16}), (0, {"offset": 0, "length": SIZE}), (8, {"offset": 8, "length": SIZE})],
)
def test_weights_beside_the_model(tmp_path, before, entries):
    (tmp_path / "weights.bin").write_bytes(bytes(before) + WEIGHTS.tobytes())
    layer = read_model(external(tmp_path, **entries)).model.layers[0]
    assert layer.weights.tobytes() == WEIGHTS.astype(float).tobytes()


def test_weights_in_a_folder_of_the_models(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "w").write_bytes(WEIGHTS.tobytes())
    assert read_model(external(tmp_path, location="data/w")).model.in_features == 4


@pytest.mark.parametrize(
    "location", ["/etc/passwd", "../weights.bin", "data/../../weights.bin", "C:\\weights", "a\\..\\b", "", ".", "a\0b"]
)
def test_weights_elsewhere(tmp_path, location):
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "weights.bin").write_bytes(WEIGHTS.tobytes())
    with pytest.raises(InputError, match="must lie in the model's own folder"):
        read_model(external(folder, location=location))


@pytest.mark.parametrize("linked", ["weights.bin", "data"])
def test_weights_behind_a_link(tmp_path, linked):
    folder, other = tmp_path / "inner", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    (other / "weights.bin").write_bytes(WEIGHTS.tobytes())
    (folder / linked).symlink_to(other if linked == "data" else other / linked)
    with pytest.raises(InputError, match="which is a link"):
        read_model(external(folder, location="data/weights.bin" if linked == "data" else linked))


@pytest.mark.parametrize(
    ("content", "entries", "words"),
    [
        (b"", {}, "ends early in weights.bin"),
        (WEIGHTS.tobytes()[:-1], {}, "ends early"),
        (WEIGHTS.tobytes(), {"offset": 1}, "ends early"),
        (WEIGHTS.tobytes(), {"length": 40}, "has 40 bytes in weights.bin, but its shape and type need 48"),
        (WEIGHTS.tobytes(), {"offset": -1}, "has offset '-1'"),
        (WEIGHTS.tobytes(), {"offset": "1" * 20}, "has offset"),
        (WEIGHTS.tobytes(), {"length": "many"}, "has length 'many'"),
        (None, {}, "weights.bin does not exist"),
    ],
)
def test_weights_of_another_size(tmp_path, content, entries, words):
    if content is not None:
        (tmp_path / "weights.bin").write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_model(external(tmp_path, **entries))
