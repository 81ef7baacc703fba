"""Any chain of operators is what onnx's reference makes of it."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx_files import check, model, node

OPSET = 18


class Grown:
    """Nodes one behind the other, with the shape of what the last one makes."""

    def __init__(self, rng, shape):
        self.rng, self.shape, self.nodes, self.weights = rng, shape, [], {}

    def constant(self, value):
        name = f"c{len(self.weights)}"
        self.weights[name] = value
        return name

    def add(self, operator, shape, *constants, first=True, **attributes):
        names = [self.constant(value) for value in constants]
        before = f"t{len(self.nodes)}" if self.nodes else "x"
        inputs = [before, *names] if first else [*names, before]
        self.nodes.append(node(operator, inputs, [f"t{len(self.nodes) + 1}"], **attributes))
        self.shape = tuple(shape)

    def floats(self, *shape):
        return np.float32(self.rng.normal(size=shape))

    def elementwise(self):
        choice = self.rng.integers(3)
        shape = ((), self.shape[-1:], self.shape)[choice]
        operator = str(self.rng.choice(["Add", "Sub", "Mul", "Div"]))
        constant = np.float32(self.rng.choice([-2, 0.5, 1, 3], size=shape))
        self.add(operator, self.shape, constant, first=operator == "Div" or bool(self.rng.integers(2)))

    def activate(self):
        operator = str(self.rng.choice(["Relu", "LeakyRelu", "Tanh", "Sigmoid", "Clip", "HardSigmoid"]))
        bounds = (np.float32(-0.5), np.float32(0.75)) if operator == "Clip" else ()
        self.add(operator, self.shape, *bounds)

    def reshape(self):
        count = int(np.prod(self.shape))
        divisor = int(self.rng.choice([d for d in range(1, count + 1) if count % d == 0]))
        self.add("Reshape", (1, divisor, count // divisor), np.array([1, divisor, -1]))

    def transpose(self):
        perm = [0, *(1 + self.rng.permutation(len(self.shape) - 1))]
        self.add("Transpose", (self.shape[axis] for axis in perm), perm=[int(axis) for axis in perm])

    def choose(self):
        axis = int(self.rng.integers(1, len(self.shape)))
        indices = self.rng.integers(0, self.shape[axis], int(self.rng.integers(1, 4)))
        shape = list(self.shape)
        shape[axis] = len(indices)
        self.add("Gather", shape, indices, axis=axis)

    def matmul(self):
        outputs = int(self.rng.integers(1, 5))
        self.add("MatMul", (*self.shape[:-1], outputs), self.floats(self.shape[-1], outputs) / 4)

    def normalize(self):
        channels = self.shape[1]
        four = [self.floats(channels) for _ in range(3)] + [np.float32(self.rng.uniform(0.5, 2, channels))]
        self.add("BatchNormalization", self.shape, *four)

    def dense(self):
        count = int(np.prod(self.shape))
        self.add("Flatten", (1, count))
        transposed = int(self.rng.integers(2))
        weights = self.floats(4, count) if transposed else self.floats(count, 4)
        self.add("Gemm", (1, 4), weights / 8, self.floats(4), transB=transposed, alpha=0.5, beta=2.0)


STEPS = (
    Grown.elementwise,
    Grown.activate,
    Grown.reshape,
    Grown.transpose,
    Grown.choose,
    Grown.matmul,
    Grown.normalize,
    Grown.dense,
)


@given(seed=st.integers(0, 100_000))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_chain(tmp_path, seed):
    rng = np.random.default_rng(seed)
    shape = (1, *(int(size) for size in rng.integers(1, 4, int(rng.integers(1, 4)))))
    grown = Grown(rng, shape)
    for _ in range(rng.integers(0, 9)):
        STEPS[rng.integers(len(STEPS))](grown)
    grown.dense()
    grown.nodes[-1].output[0] = "y"
    batch = [None, 1, "n"][rng.integers(3)]
    proto = model(grown.nodes, [batch, *shape[1:]], grown.weights, opset=OPSET)
    check(proto, tmp_path, shape, tolerance=1e-4, high=4)
