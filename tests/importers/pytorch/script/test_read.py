import zipfile

import fuzzed
import numpy as np
import pytest
from torch_files import Called, Named, pickled, tensor, tensors

from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model

RNG = np.random.default_rng(1)
W, B = RNG.normal(size=(3, 4)).astype(np.float32), RNG.normal(size=3).astype(np.float32)
LINEAR = """class Linear(Module):
  __parameters__ = ["weight", "bias", ]
  weight : Tensor
  bias : Tensor
  training : bool
  out_features : Final[int] = 3
  def forward(self: __torch__.torch.nn.modules.linear.Linear,
    input: Tensor) -> Tensor:
    weight = self.weight
    bias = self.bias
    return torch.linear(input, weight, bias)
"""
FUNCTIONAL = """def leaky_relu(input: Tensor,
    negative_slope: float=0.01,
    inplace: bool=False) -> Tensor:
  if inplace:
    result = torch.leaky_relu_(input, negative_slope)
  else:
    result = torch.leaky_relu(input, negative_slope)
  return result
"""
NET = """class Net(Module):
  __parameters__ = []
  fc : __torch__.torch.nn.modules.linear.Linear
  scale : Final[float] = -0.5
  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
    _0 = __torch__.torch.nn.functional.leaky_relu
    fc = self.fc
{body}
"""
BODY = """    x0 = torch.view(x, [torch.size(x, 0), -1])
    x1 = (fc).forward(x0, )
    x2 = torch.mul(x1, CONSTANTS.c0)
    return _0(torch.mul(x2, self.scale), 0.25, False, )"""
TENSORS = {"weight": W, "bias": B, "two": np.float64(2)}


def written(path, body=BODY, shape=(2, 1, 4), **files):
    made, storages = tensors({name: np.asarray(array) for name, array in TENSORS.items()})
    two = made.pop("two")
    # modules are made by NEWOBJ, which the pickles of these tests have no letter for: REDUCE does the same here
    linear = Called(Named("__torch__.torch.nn.modules.linear", "Linear"), (), made | {"training": False})
    net = Called(Named("__torch__", "Net"), (), {"training": False, "fc": linear})
    members = {
        "data.pkl": pickled(net),
        "constants.pkl": pickled((two,)),
        "code/__torch__.py": NET.format(body=body),
        "code/__torch__/torch/nn/modules/linear.py": LINEAR,
        "code/__torch__/torch/nn/functional.py": FUNCTIONAL,
        **{f"data/{key}": content for key, content in storages.items()},
        **{f"constants/{key}": content for key, content in storages.items()},
    }
    if shape:
        traced = Called(Named("torch.jit._pickle", "restore_type_tag"), ([tensor("0", 8, shape)], "List[Any]"))
        members["traced_inputs.pkl"] = pickled({"forward": traced})
    with zipfile.ZipFile(path, "w") as file:
        for name, content in (members | files).items():
            file.writestr(f"m/{name}", content)
    return path


@pytest.mark.parametrize("shape", [(2, 1, 4), None])
def test_code_is_followed(tmp_path, shape):
    reading = read_model(written(tmp_path / "m.pt", shape=shape))
    assert reading.format == "PyTorch, TorchScript"
    (layer,) = reading.model.layers
    np.testing.assert_array_equal(layer.weights, -W.T.astype(np.float64))
    np.testing.assert_array_equal(layer.bias, -B.astype(np.float64))
    assert layer.activation == "leaky_relu:0.25" or reading.model.decision == "argmax"
    assert [entry.name for entry in reading.entries if entry.operator == "linear"] == ["fc"]
    assert reading.model.input_shape == ((1, 4) if shape else (4,))


def test_code_that_runs_anything_does_not(tmp_path):
    target = tmp_path / "made"
    body = f"    open({str(target)!r}, 'w')\n    return (fc).forward(x, )"
    with pytest.raises(InputError, match=r"its code calls open, which is not followed: save it as ONNX instead"):
        read_model(written(tmp_path / "m.pt", body))
    assert not target.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("    return torch.silu((fc).forward(x, ))", r"silu \(silu, input 1×3\): it is no piece of a dense layer"),
        ("    return torch.conv2d(x, self.fc)", r"conv2d \(conv2d, input 1×4\): convolutions .* coming"),
        ("    return torch.add((fc).forward(x, ), (fc).forward(x, ))", "both tensors depend"),
        ("    return __import__('os').system('true')", "which is not followed"),
        ("    return ().__class__", r"takes __class__ of what has none"),
        ("    return [y for y in x]", "which is not followed"),
        ("    return (lambda: x)()", "which is not followed"),
        ("    for i in range(10):\n      x = x\n    return x", "has a for statement, which is not followed"),
        ("    while True:\n      pass", "has a while statement, which is not followed"),
        ("    import os\n    return x", "has a import statement"),
        ("    if torch.gt(x, 0):\n      pass\n    return x", r"gt \(gt, input 1×4\): it is not known"),
        ("    if x:\n      pass\n    return x", "branches on values that depend on the input"),
        ("    return (self).forward(x, )", "its code calls itself"),
        ("    return (fc).forward(x, x, )", "is called with other arguments"),
        ("    return (fc).backward(x, )", "has no backward"),
        ("    return __torch__.nowhere.relu(x)", "the code of __torch__.nowhere.relu is missing"),
        ("    return CONSTANTS.c7", "constant c7 is missing"),
        ("    return torch.mul(9223372036854775807, 2)", "numbers beyond 64 bits"),
        ("    return torch.floordiv(1, 0)", "divides by 0"),
        ("    ops.prim.RaiseException('no', 'builtins.ValueError')", "refuses every input"),
        ("    a, b = [x]\n    return a", "takes apart what has other parts"),
        ("    pass", "does not depend on its input"),
        ("    return (", "is damaged: save it again"),
        ("    return '\\q' is 1", "which is not followed"),
        ("    return " + "-" * 9000 + "1", "is damaged|nested too deep"),
        ("    return x" + ".a" * 900, "nested too deep|takes a of what has none"),
        ("    return " + "x" * 20_000, "far too long lines"),
        ("    x = torch.relu(x)\n" * 60_000 + "    return x", "more than 1,048,576 characters"),
        ("    x = torch.relu(x)\n" * 20_000 + "    return x", "more than 50,000 steps"),
    ],
    ids=range(29),
)
def test_code_that_is_no_chain(tmp_path, body, words):
    with pytest.raises(InputError, match=words) as caught:
        read_model(written(tmp_path / "m.pt", body))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500


def test_damaged_archives(tmp_path):
    path = tmp_path / "m.pt"
    with pytest.raises(InputError, match="holds no module"):
        read_model(written(path, **{"data.pkl": pickled({"a": 1})}))
    with pytest.raises(InputError, match=r"the code of __torch__\.Net is missing"):
        read_model(written(path, **{"code/__torch__.py": "x = 1"}))
    with pytest.raises(InputError, match=r"names os\.system"):
        read_model(written(path, **{"data.pkl": pickled(Called(Named("os", "system"), ("true",)))}))
    with pytest.raises(InputError, match="states the activations itself"):
        read_model(written(path), Hints(("relu",)))


def test_mutations(tmp_path):
    fuzzed.check([written(tmp_path / "m.pt").read_bytes()], tmp_path, 200)


def test_mutations_of_the_code(tmp_path):
    """Within the archive, whose checksums would give them away otherwise."""
    import random

    chance = random.Random(3)
    for _ in range(300):
        body = fuzzed.mutated(BODY.encode(), chance).decode("latin1").replace("{", "").replace("}", "")
        try:
            read_model(written(tmp_path / "m.pt", body))
        except InputError as error:
            assert "\n" not in str(error)


@pytest.mark.slow
def test_many_mutations(tmp_path):
    fuzzed.check([written(tmp_path / "m.pt").read_bytes()], tmp_path, 100_000, seed=2)
