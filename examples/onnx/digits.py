"""From an ONNX file to an FPGA design: ``python digits.py``, a few seconds.

It takes ``pip install 'quantnn-fpga[onnx]'`` and writes the model to ``digits.onnx`` and the design to ``digits-onnx``.
Any framework can write such a file; here numpy trains, so that nothing else is needed.
"""

# %% Handwritten digits: 360 images of 8×8 pixels, 0..16
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

import quantnn

FOLDER = Path(__file__).parents[1] / "digits"
x, y = np.load(FOLDER / "test_x.npy"), np.load(FOLDER / "test_y.npy")
train, test = slice(0, 280), slice(280, None)

# %% Train 64-24-10 on floats 0..1: gradient descent with momentum
random = np.random.default_rng(0)
weights = [random.normal(0, 0.18, (64, 24)), np.zeros(24), random.normal(0, 0.29, (24, 10)), np.zeros(10)]
speeds = [np.zeros_like(each) for each in weights]
values, wanted = x[train] / 16, np.eye(10)[y[train]]
for _ in range(400):
    hidden = np.maximum(values @ weights[0] + weights[1], 0)
    exponentials = np.exp(hidden @ weights[2] + weights[3])
    wrong = (exponentials / exponentials.sum(axis=1, keepdims=True) - wanted) / len(values)
    before = (wrong @ weights[2].T) * (hidden > 0)
    slopes = [values.T @ before, before.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0)]
    for each, speed, slope in zip(weights, speeds, slopes, strict=True):
        speed *= 0.9
        speed -= 0.1 * (slope + 1e-3 * each)
        each += speed

# %% Write the file
names = ["W0", "b0", "W1", "b1"]
graph = helper.make_graph(
    [
        helper.make_node("Gemm", ["pixels", "W0", "b0"], ["sums"]),
        helper.make_node("Relu", ["sums"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "W1", "b1"], ["logits"]),
    ],
    "digits",
    [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 64])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 10])],
    [numpy_helper.from_array(each.astype(np.float32), name) for each, name in zip(weights, names, strict=True)],
)
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), "digits.onnx")

# %% Hand it over: raw inputs are the pixels, of which each stands for 1/16
model = quantnn.load("digits.onnx", input_scale=1 / 16, input_bits=5)
network = quantnn.quantize(model, calibration=x[train])
print(f"floats: {(model.predict(x[test]) == y[test]).mean():.3f} of the test images right")
print(f"integers: {(network.predict(x[test]) == y[test]).mean():.3f}")

# %% A design for a board, and what it will answer, bit for bit
design = quantnn.export(network, board="icebreaker", output="digits-onnx", test=(x[test], y[test]))
print(f"an answer every {design.report.ii_cycles.planned} cycles")
print(f"the design: {design.simulate(x[test], y[test]).accuracy:.3f}")
