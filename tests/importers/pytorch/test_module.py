import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.pytorch.module import from_torch

torch = pytest.importorskip("torch", reason="pip install torch")
nn, F = torch.nn, torch.nn.functional
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # within torch.export


class Images(nn.Module):
    """Normalized, moved, flattened; every kind of layer."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.third = nn.Linear(12, 8), nn.Linear(8, 5), nn.Linear(5, 3)
        self.norm, self.slope, self.drop = nn.BatchNorm1d(8), nn.PReLU(), nn.Dropout(0.5)
        self.register_buffer("mean", torch.rand(3))
        with torch.no_grad():
            self.norm.running_mean.normal_()
            self.norm.running_var.uniform_(0.5, 2)

    def forward(self, x):
        x = (x - self.mean.view(1, 3, 1, 1)) / torch.tensor([0.2, 0.3, 0.4]).view(3, 1, 1)
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = F.hardtanh(self.norm(self.first(x)))
        x = self.drop(self.slope(self.second(x)))
        return self.third(x) * 2 - 1


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(1)


def answers(module, x):
    module.eval()
    with torch.no_grad():
        return module(x).double().numpy()


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_the_network_answers_as_the_module(batch):
    module = Images().double()
    reading = from_torch(module, torch.zeros(batch, 3, 2, 2))
    assert module.training and module.norm.training  # as it was
    x = torch.rand(50, 3, 2, 2).double()
    logits = reading.model.logits(x.numpy().reshape(50, -1))
    np.testing.assert_allclose(logits, answers(module, x), atol=1e-12)
    assert reading.model.input_shape == (3, 2, 2)
    assert [layer.activation for layer in reading.model.layers] == ["clip:-1.0:1.0", "leaky_relu:0.25", "linear"]
    assert ("third", "linear", "layer 2") in [(entry.name, entry.operator, entry.became) for entry in reading.entries]


ACTIVATIONS = [
    *(nn.ReLU(), nn.LeakyReLU(0.2), nn.Sigmoid(), nn.Tanh(), nn.ReLU6(), nn.Hardtanh(-2, 3), nn.Hardsigmoid()),
    *(nn.PReLU(init=0.1), nn.Identity(), nn.Dropout()),
]


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_activation_modules(activation):
    module = nn.Sequential(nn.Flatten(), nn.Linear(4, 6), activation, nn.Linear(6, 3)).double()
    x = 3 * torch.randn(40, 2, 2).double()
    logits = from_torch(module, x).model.logits(x.numpy().reshape(40, -1))
    np.testing.assert_allclose(logits, answers(module, x), atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_weights_are_kept_bit_for_bit(dtype):
    module = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3)).to(dtype)
    model = from_torch(module, np.zeros((1, 4), np.float32)).model
    np.testing.assert_array_equal(model.layers[0].weights, module[0].weight.detach().double().numpy().T)
    np.testing.assert_array_equal(model.layers[1].bias, module[2].bias.detach().double().numpy())


class Forward(nn.Module):
    """One of many forwards that are none of a chain."""

    def __init__(self, forward):
        super().__init__()
        self.a, self.b, self.conv = nn.Linear(12, 12), nn.Linear(12, 2), nn.Conv2d(3, 2, 2)
        self._forward = forward

    def forward(self, x):
        return self._forward(self, x)


@pytest.mark.parametrize(
    ("forward", "words"),
    [
        (lambda s, x: s.a(x.flatten(1)) + x.flatten(1), r"add \(add, input 12\): both tensors depend"),
        (lambda s, x: s.b(F.silu(s.a(x.flatten(1)))), r"silu \(silu, input 12\): it is no piece of a dense layer"),
        (lambda s, x: s.conv(x).flatten(1), r"conv \(conv2d, input 3×2×2\): convolutions .* coming"),
        (lambda s, x: s.b(x.reshape(2, 2, 12)[:, 0]), "example that it takes|mixes the samples"),
        (lambda s, x: s.b(x.flatten(1) if x.sum() > 0 else -x.flatten(1)), "leave branches on values out of forward"),
        (lambda s, x: (s.a(x.flatten(1)), s.b(x.flatten(1))), "gives 2 outputs"),
        (lambda s, x: s.a(x), r"cannot be followed by torch.export with an example of shape \(2, 3, 2, 2\)"),
    ],
    ids=range(7),
)
def test_forwards_that_are_no_chain(forward, words, capsys):
    with pytest.raises(InputError, match="^Forward.*(" + words + ")") as caught:
        from_torch(Forward(forward), torch.rand(2, 3, 2, 2))
    assert "\n" not in str(caught.value)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("module", "example", "hints", "words"),
    [
        (print, torch.zeros(1, 2), (), "is no torch.nn.Module"),
        (nn.Linear(2, 2), torch.zeros(2), (), r"must be a batch of inputs, not of shape \(2,\): give example\[None\]"),
        (nn.Linear(2, 2), torch.zeros(1, 2), ("relu",), "leave --activations out"),
    ],
)
def test_what_does_not_fit(module, example, hints, words):
    with pytest.raises(InputError, match=words):
        from_torch(module, example, Hints(hints))
