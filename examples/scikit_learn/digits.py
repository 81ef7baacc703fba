"""From a scikit-learn Pipeline to an FPGA design: ``python digits.py``, a few seconds.

It takes ``pip install 'quantnn-fpga[train]'`` and writes the design to ``digits-scikit-learn``.
"""

# %% Handwritten digits: 360 images of 8×8 pixels, 0..16
from pathlib import Path

import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import quantnn

FOLDER = Path(__file__).parents[1] / "digits"
x, y = np.load(FOLDER / "test_x.npy"), np.load(FOLDER / "test_y.npy")
train, test = slice(0, 280), slice(280, None)

# %% Train as always
pipeline = make_pipeline(StandardScaler(), MLPClassifier((24,), alpha=1.0, max_iter=2000, random_state=0))
pipeline.fit(x[train], y[train])
print(f"scikit-learn: {pipeline.score(x[test], y[test]):.3f} of the test images right")

# %% Hand it over; the hardware normalizes, too, so that it takes the pixels as they are
model = quantnn.from_sklearn(pipeline).with_input(bits=5)
network = quantnn.quantize(model, calibration=x[train])
print(f"integers: {(network.predict(x[test]) == y[test]).mean():.3f}")

# %% A design for a board, and what it will answer, bit for bit
design = quantnn.export(network, board="icebreaker", output="digits-scikit-learn", test=(x[test], y[test]))
print(f"an answer every {design.report.ii_cycles.planned} cycles")
print(f"the design: {design.simulate(x[test], y[test]).accuracy:.3f}")
