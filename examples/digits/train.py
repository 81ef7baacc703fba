"""Train the digits example: ``python examples/digits/train.py [FOLDER]`` writes its three files.

The images are scikit-learn's bundled digits: 1797 of 8×8 pixels, each 0..16, from the test set of
https://archive.ics.uci.edu/dataset/80. The network is 64-32-16-10, relu and softmax.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from quantnn.importers.npz import load_model

__all__ = ["write_example"]

TEST_SAMPLES = 360
CALIBRATION_SAMPLES = 256
SEED = 0
SHIFTS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))


def write_example(folder: Path, epochs: int = 400) -> float:
    """Write model.npz, test_x.npy and test_y.npy to ``folder``; returns the float accuracy on the test split.

    The same versions of numpy and scikit-learn on the same machine write the same bytes.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    from sklearn.neural_network import MLPClassifier

    digits = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        digits.data.astype(np.uint8),
        digits.target.astype(np.uint8),
        test_size=TEST_SAMPLES,
        random_state=SEED,
        stratify=digits.target,
    )
    classifier = MLPClassifier(
        (32, 16),
        activation="relu",
        alpha=0.3,
        batch_size=64,
        solver="sgd",
        learning_rate="adaptive",
        learning_rate_init=0.1,
        n_iter_no_change=4,
        max_iter=epochs,
        random_state=SEED,
    )
    shifted = np.concatenate([shift(train_x, right, down) for right, down in SHIFTS])
    classifier.fit(shifted / 16, np.tile(train_y, len(SHIFTS)))

    arrays: dict[str, Any] = {}
    for layer, (weights, bias) in enumerate(zip(classifier.coefs_, classifier.intercepts_, strict=True)):
        arrays |= {f"W{layer}": weights.astype(np.float32), f"b{layer}": bias.astype(np.float32)}
    np.savez(
        folder / "model.npz",
        **arrays,
        activations=np.array(["relu", "relu", "softmax"]),
        input_bits=np.array(5),
        input_scale=np.array(1 / 16),
        calibration=train_x[:CALIBRATION_SAMPLES],
    )
    np.save(folder / "test_x.npy", test_x)
    np.save(folder / "test_y.npy", test_y)
    return float(np.mean(load_model(folder / "model.npz").classes(test_x) == test_y))


def shift(images: npt.NDArray[np.uint8], right: int, down: int) -> npt.NDArray[np.uint8]:
    """Images of shape (n, 64) moved by up to one pixel, with 0 where nothing was."""
    padded = np.pad(images.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    return padded[:, 1 - down : 9 - down, 1 - right : 9 - right].reshape(-1, 64)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    print(f"float accuracy on {TEST_SAMPLES} test samples: {write_example(target):.4f}")
