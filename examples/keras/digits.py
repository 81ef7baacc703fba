"""From a Keras model to an FPGA design: ``python digits.py``, a few seconds.

It takes ``pip install 'quantnn-fpga[keras]' keras tensorflow``, where reading the file takes neither Keras nor
TensorFlow. It writes the model to ``digits.keras`` and the design to ``digits-keras``.
"""

# %% Handwritten digits: 360 images of 8×8 pixels, 0..16
from pathlib import Path

import keras
import numpy as np

import quantnn

FOLDER = Path(__file__).parents[1] / "digits"
x, y = np.load(FOLDER / "test_x.npy"), np.load(FOLDER / "test_y.npy")
train, test = slice(0, 280), slice(280, None)

# %% Train as always; Rescaling takes the pixels as they are
keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.layers.Input((64,)),
        keras.layers.Rescaling(1 / 16),
        keras.layers.Dense(24, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-3)),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[train], y[train], epochs=60, verbose=0)
print(f"Keras: {model.evaluate(x[test], y[test], verbose=0)[1]:.3f} of the test images right")
model.save("digits.keras")

# %% Hand the file over
loaded = quantnn.load("digits.keras", input_bits=5)
network = quantnn.quantize(loaded, calibration=x[train])
print(f"integers: {(network.predict(x[test]) == y[test]).mean():.3f}")

# %% A design for a board, and what it will answer, bit for bit
design = quantnn.export(network, board="icebreaker", output="digits-keras", test=(x[test], y[test]))
print(f"an answer every {design.report.ii_cycles.planned} cycles")
print(f"the design: {design.simulate(x[test], y[test]).accuracy:.3f}")
