"""What PyTorch itself saves, in every way that it can: the networks answer as the modules do."""

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model

torch = pytest.importorskip("torch", reason="pip install torch")
nn = torch.nn
pytestmark = pytest.mark.filterwarnings("ignore")  # PyTorch's own, of many kinds


def saved(path, module, x, how):
    match how:
        case "trace":
            torch.jit.trace(module, x).save(path)
        case "script":
            torch.jit.script(module).save(path)
        case "module":
            torch.save(module, path)
        case "old module":
            torch.save(module, path, _use_new_zipfile_serialization=False)
        case "export":
            torch.export.save(torch.export.export(module, (x,)), path)
    return path


@pytest.fixture
def module():
    torch.manual_seed(1)
    layers = [nn.Flatten(), nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5)]
    layers += [nn.Sequential(nn.Linear(8, 5), nn.Hardtanh(-1.5, 2.5)), nn.Linear(5, 5), nn.LeakyReLU(0.2)]
    module = nn.Sequential(*layers, nn.Linear(5, 3)).double()
    with torch.no_grad():
        module[2].running_mean.normal_()
        module[2].running_var.uniform_(0.5, 2)
    return module.eval()


@pytest.mark.parametrize("how", ["trace", "script", "module", "old module", "export"])
def test_whole_models(tmp_path, module, how):
    x = torch.randn(30, 2, 3).double()
    reading = read_model(saved(tmp_path / "model.pt2", module, x[:4], how))
    with torch.no_grad():
        expected = module(x).numpy()
    np.testing.assert_allclose(reading.model.logits(x.numpy().reshape(30, -1)), expected, atol=1e-13)
    assert len(reading.entries) == 10


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_state_dicts(tmp_path, dtype, old):
    module = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3)).to(dtype)
    path = tmp_path / "model.pt"
    torch.save({"epoch": 3, "model_state_dict": module.state_dict()}, path, _use_new_zipfile_serialization=not old)
    model = read_model(path, Hints(("relu",))).model
    for number, layer in zip((0, 2), model.layers, strict=True):
        np.testing.assert_array_equal(layer.weights, module[number].weight.detach().double().numpy().T)


def test_batch_norms_in_a_state_dict(tmp_path, module):
    flat = nn.Sequential(module[0], *module[1:5], module[5][0], module[5][1], *module[6:])
    torch.save(flat.state_dict(), tmp_path / "model.pt")
    names = ("relu", "clip:-1.5:2.5", "leaky_relu:0.2")
    x = torch.randn(30, 2, 3).double()
    with torch.no_grad():
        expected = flat(x).numpy()
    model = read_model(tmp_path / "model.pt", Hints(names)).model
    np.testing.assert_allclose(model.logits(x.numpy().reshape(30, -1)), expected, atol=1e-13)
    assert any("batch normalization 2 goes into 1.weight, in front of its activation" in note for note in model.notes)


class Own(nn.Module):
    def forward(self, x):
        return x


def test_a_pickled_module_of_ones_own(tmp_path):
    torch.save(Own(), tmp_path / "model.pt")
    with pytest.raises(InputError, match=r"Own, which is no part of a state dict; nothing of it was run: save"):
        read_model(tmp_path / "model.pt")


def test_a_pickled_convolution(tmp_path):
    torch.save(nn.Sequential(nn.Conv2d(1, 2, 3)), tmp_path / "model.pt")
    with pytest.raises(InputError, match=r"0 \(Conv2d\): convolutions are not supported yet: their engine is coming"):
        read_model(tmp_path / "model.pt")
