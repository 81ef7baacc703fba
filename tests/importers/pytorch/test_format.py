import time
import zipfile

import fuzzed
import numpy as np
import pytest
from torch_files import Called, Named, Outside, archive, legacy, pickled, state_dict, tensor, tensors

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model

RNG = np.random.default_rng(1)
MLP = {
    "fc1.weight": RNG.normal(size=(8, 4)).astype(np.float32),
    "fc1.bias": RNG.normal(size=8).astype(np.float32),
    "fc2.weight": RNG.normal(size=(3, 8)).astype(np.float32),
    "fc2.bias": RNG.normal(size=3).astype(np.float32),
}
RELU = Hints(("relu", "linear"))


def refusal(path, hints=RELU):
    begun = time.process_time()
    with pytest.raises(InputError) as caught:
        read_model(path, hints)
    assert time.process_time() - begun < 5
    message = str(caught.value)
    assert "\n" not in message and message.startswith(str(path)) and len(message) < 600
    return message


@pytest.mark.parametrize("write", [archive, legacy])
def test_a_state_dict(tmp_path, write):
    reading = read_model(state_dict(tmp_path / "m.pt", MLP, write), RELU)
    assert reading.format == "PyTorch, state dict"
    assert [layer.activation for layer in reading.model.layers] == ["relu", "linear"]
    for number, layer in enumerate(reading.model.layers, start=1):
        np.testing.assert_array_equal(layer.weights, MLP[f"fc{number}.weight"].T)
        np.testing.assert_array_equal(layer.bias, MLP[f"fc{number}.bias"])


@pytest.mark.parametrize("dtype", ["float64", "float16", "float32"])
def test_number_types(tmp_path, dtype):
    arrays = {name: array.astype(dtype) for name, array in MLP.items()}
    layer = read_model(state_dict(tmp_path / "m.pt", arrays), RELU).model.layers[0]
    np.testing.assert_array_equal(layer.weights, arrays["fc1.weight"].T.astype(np.float64))


def test_a_checkpoint(tmp_path):
    made, storages = tensors({f"model.{name}": array for name, array in MLP.items()})
    checkpoint = {
        "state_dict": made,
        "epoch": 3,
        "optimizer_states": [{"state": {0: {"exp_avg": tensor("0", 32, (8, 4))}}}],
        "args": Called(Named("argparse", "Namespace"), (), {"lr": 0.1}),
    }
    model = read_model(archive(tmp_path / "m.ckpt", checkpoint, storages), RELU).model
    assert any("state_dict was read; epoch, optimizer_states, args were not" in note for note in model.notes)


def test_the_last_activation_may_be_left_out(tmp_path):
    path = state_dict(tmp_path / "m.pt", MLP)
    assert [layer.activation for layer in read_model(path, Hints(("tanh",))).model.layers] == ["tanh", "linear"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((), r"weights alone, of 2 layers \(4 → 8 → 3\), but no activation .* --activations relu,linear, or .*onnx"),
        (("relu",) * 3, r"--activations has 3 names for 2 layers \(4 → 8 → 3\): give one per layer, like relu,linear"),
        (("relu", "prelu"), "--activations, layer 1: activation 'prelu' is not supported"),
        (("softmax", "linear"), "--activations has softmax at layer 0: it may only follow the last, layer 1"),
    ],
)
def test_activations(tmp_path, given, words):
    with pytest.raises(InputError, match=words):
        read_model(state_dict(tmp_path / "m.pt", MLP), Hints(given))


def test_a_tensor_that_is_no_layers(tmp_path):
    path = state_dict(tmp_path / "m.pt", MLP | {"mean": np.zeros(4, np.float32)})
    assert "mean belongs to no dense layer, and weights alone do not say what the model does" in refusal(path)


def test_a_convolution(tmp_path):
    arrays = {"conv.weight": np.zeros((8, 1, 3, 3), np.float32), "conv.bias": np.zeros(8, np.float32)} | MLP
    assert "belong to a convolution" in refusal(state_dict(tmp_path / "m.pt", arrays))


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        (Called(Named("os", "system"), ("touch /tmp/x",)), "names os.system, which is no part of a state dict"),
        (Called(Named("builtins", "eval"), ("1",)), "names builtins.eval, which is no part"),
        ({"a": Called(Named("__main__", "Net"))}, "names __main__.Net.*torch.save(model.state_dict(), 'model.pt')"),
        (Called(Named("torch._utils", "_rebuild_qtensor")), "belongs to a model that is quantized already"),
        (Called(Named("torch._utils", "_rebuild_sparse_tensor")), "is a sparse tensor"),
        (Called(Named("__torch__", "Net")), "belongs to TorchScript"),
        ([1, 2], "holds a list and no state dict"),
        ({}, "holds no weights, only an empty dict"),
        ({"epoch": 1, "lr": 0.1}, "holds no weights, only epoch, lr"),
        (tensor("0", 4, (2, 2)), "holds a tensor and no state dict"),
        ({"a": tensor("7", 4, (2, 2))}, "member data/7 is missing"),
        ({"a": tensor("0", 1 << 40, (2, 2))}, "member data/0 has 16 bytes, but 4398046511104 are stated"),
        ({"a": tensor("0", -1, (2, 2))}, "has 16 bytes, but -4 are stated"),
        ({"a": tensor("0", 4, (2, 3))}, "takes 6 numbers of a storage of 4"),
        ({"a": tensor("0", 4, (2, 2), (1 << 40, 1))}, "takes .* numbers of a storage of 4"),
        ({"a.weight": tensor("0", 4, (1 << 20, 1 << 20), (0, 0))}, "holds 8,796,093,022,208 bytes"),
        ({"a": Outside(("storage", Named("os", "system"), "0", "cpu", 4))}, "names os.system"),
        ({"a": Outside(("storage", Named("torch", "ComplexFloatStorage"), "0", "cpu", 4))}, "of no known kind"),
        ({"a": Outside(("elsewhere",))}, "refers to what is no storage"),
        ({"a": Called(Named("torch._utils", "_rebuild_tensor_v2"), (1, 2))}, "a tensor in it is damaged"),
        (b"\x80\x02)" + b"\x85" * 160_000 + b".", "more than 150,000 operations"),
        (b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.", "names os.system"),
        (b"garbage", "model.pt"),
    ],
    ids=range(23),
)
def test_attacks_and_damage(tmp_path, saved, words):
    message = refusal(archive(tmp_path / "model.pt", saved, {"0": bytes(16)}))
    assert all(part in message for part in words.split(".*")) or pytest.fail(message)


def test_two_state_dicts(tmp_path):
    made, storages = tensors(MLP)
    path = archive(tmp_path / "m.pt", {"model": made, "ema": dict(made)}, storages)
    assert "holds 2 state dicts, model and ema: save one of them, like torch.save(torch.load('model.pt')['model']" in (
        refusal(path)
    )


def test_many_views_of_one_storage(tmp_path):
    views = {f"{number}.weight": tensor("0", 1 << 20, (2, 2), (1 << 19, 1)) for number in range(5000)}
    refusal(archive(tmp_path / "m.pt", views, {"0": bytes(4 << 20)}))


def test_a_zip_bomb(tmp_path):
    path = tmp_path / "m.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("m/data.pkl", pickled({"a.weight": tensor("0", 4, (2, 2))}))
        with file.open("m/data/0", "w", force_zip64=True) as member:
            for _ in range(64):
                member.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    assert "has 67108864 bytes, but 16 are stated" in refusal(path)


@pytest.mark.parametrize(("start", "end"), [(0, -20), (0, 40), (0, 200), (0, 20)])
def test_old_files_that_are_cut(tmp_path, start, end):
    path = state_dict(tmp_path / "m.pt", MLP, legacy)
    path.write_bytes(path.read_bytes()[start:end])
    refusal(path)


def test_mutations(tmp_path):
    seeds = [state_dict(tmp_path / "m.pt", MLP, write).read_bytes() for write in (archive, legacy)]
    found = fuzzed.check(seeds, tmp_path, 300)
    assert found["refused"]


@pytest.mark.slow
def test_many_mutations(tmp_path):
    seeds = [state_dict(tmp_path / "m.pt", MLP, write).read_bytes() for write in (archive, legacy)]
    fuzzed.check(seeds, tmp_path, 100_000, seed=2)


def test_state_dicts_in_a_list(tmp_path):
    made, storages = tensors(MLP)
    model = read_model(archive(tmp_path / "m.pt", {"state_dict": [made], "err": [0.1]}, storages), RELU).model
    assert any("state_dict.0 was read; err were not" in note or "state_dict.0 was read" in note for note in model.notes)
    assert len(model.layers) == 2


def test_batch_norms_that_have_no_clear_place(tmp_path):
    arrays = dict(MLP) | {f"bn1.running_{kind}": np.ones(8, np.float32) for kind in ("mean", "var")}
    assert "do not say on which side of the activation it stands" in refusal(state_dict(tmp_path / "m.pt", arrays))


def test_modules_of_the_first_versions(tmp_path):
    """With parameters that are called as classes and a backend that is named, in a file of pickles in a row."""
    linear, storages = Named("torch.nn.modules.linear", "Linear"), {"0": MLP["fc1.weight"].tobytes()}
    weight = Called(Named("torch.nn.parameter", "Parameter"), (tensor("0", 32, (8, 4)),), (True, False, None))
    backend = Called(Named("torch.nn.backends.thnn", "_get_thnn_function_backend"))
    state = {"_backend": backend, "_parameters": {"weight": weight, "bias": None}, "_modules": {}}
    parts = {"_modules": {"0": Called(linear, (), state)}}
    saved = Called(Named("torch.nn.modules.container", "Sequential"), (), parts)
    reading = read_model(legacy(tmp_path / "m.pt", saved, storages))
    np.testing.assert_array_equal(reading.model.layers[0].weights, MLP["fc1.weight"].T)
