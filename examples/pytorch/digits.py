"""From a PyTorch module to an FPGA design: ``python digits.py``, a few seconds.

It takes ``pip install torch`` and writes the design to ``digits-pytorch``.
"""

# %% Handwritten digits: 360 images of 8×8 pixels, 0..16
from pathlib import Path

import numpy as np
import torch
from torch import nn

import quantnn

FOLDER = Path(__file__).parents[1] / "digits"
x, y = np.load(FOLDER / "test_x.npy"), np.load(FOLDER / "test_y.npy")
train, test = slice(0, 280), slice(280, None)
images = torch.tensor(x.reshape(-1, 1, 8, 8) / 16, dtype=torch.float32)

# %% Train as always, on floats 0..1
torch.manual_seed(0)
module = nn.Sequential(nn.Flatten(), nn.Linear(64, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 10))
optimizer = torch.optim.Adam(module.parameters(), lr=0.01, weight_decay=1e-3)
for _ in range(200):
    optimizer.zero_grad()
    nn.functional.cross_entropy(module(images[train]), torch.tensor(y[train], dtype=torch.int64)).backward()
    optimizer.step()
module.eval()
with torch.no_grad():
    print(f"PyTorch: {(module(images[test]).argmax(1).numpy() == y[test]).mean():.3f} of the test images right")

# %% Hand it over: an example of its input is enough
model = quantnn.from_torch(module, images[:1])
network = quantnn.quantize(model, calibration=images[train].numpy())
print(f"integers: {(network.predict(images[test].numpy()) == y[test]).mean():.3f}")

# %% Or with the pixels as the sensor delivers them: each stands for 1/16
network = quantnn.quantize(model.with_input(scale=1 / 16, bits=5), calibration=x[train])
print(f"integers of pixels: {(network.predict(x[test]) == y[test]).mean():.3f}")

# %% A design for a board, and what it will answer, bit for bit
design = quantnn.export(network, board="icebreaker", output="digits-pytorch", test=(x[test], y[test]))
print(f"an answer every {design.report.ii_cycles.planned} cycles")
print(f"the design: {design.simulate(x[test], y[test]).accuracy:.3f}")
