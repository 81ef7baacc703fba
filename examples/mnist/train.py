"""Train a network on MNIST or Fashion-MNIST: ``python examples/mnist/train.py --help``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from quantnn.errors import InputError
from quantnn.examples.mnist.idx import FILES, SIDE, DataSet
from quantnn.importers.npz import load_model

__all__ = ["NETWORKS", "Recipe", "train"]

Bytes = npt.NDArray[np.uint8]

CALIBRATION_SAMPLES = 512
DATA_VARIABLE = "QUANTNN_DATA"
EPOCHS = 200
SEED = 0
WHITE = 255


@dataclass(frozen=True)
class Recipe:
    """How a network is trained. Hidden layers have relu, the last one softmax.

    Parameters
    ----------
    hidden : tuple of int
        Widths of the hidden layers.
    decay : float
        L2 penalty of the weights.
    shifted : bool
        Whether every image is also shown moved by one pixel in each direction.
    mirrored : bool
        Whether every image is also shown mirrored, left to right.
    """

    hidden: tuple[int, ...]
    decay: float = 1e-4
    shifted: bool = False
    mirrored: bool = False

    def views(self, images: Bytes) -> list[Bytes]:
        """The ways in which images of shape (n, 784) are shown, each of that shape; first as they are."""
        views = [images]
        if self.shifted:
            views += [shift(images, right, down) for right, down in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        if self.mirrored:
            views.append(images.reshape(-1, SIDE, SIDE)[:, :, ::-1].reshape(images.shape))
        return views


NETWORKS: Mapping[str, Recipe] = MappingProxyType(
    {
        "784-10": Recipe(()),
        "784-128-64-10": Recipe((128, 64), shifted=True),
        "784-200-100-60-30-10": Recipe((200, 100, 60, 30), decay=1e-3, shifted=True),
        "784-128-128-10": Recipe((128, 128), decay=1e-2, mirrored=True),
    }
)


def train(
    data: DataSet, recipe: Recipe, output: Path, epochs: int = EPOCHS, progress: bool = False, *, white: int = WHITE
) -> float:
    """Write a model file to ``output``; returns the float accuracy on the test images.

    ``white`` is the greatest pixel.

    Stochastic gradient descent with momentum 0.9; the learning rate, 0.1 at first, is divided by 5 whenever the loss
    did not fall by 0.001 for two epochs, and training ends when it is below 1e-6. The same versions of numpy and
    scikit-learn on the same machine write the same bytes.
    """
    from sklearn.neural_network import MLPClassifier

    classifier = MLPClassifier(
        recipe.hidden,
        activation="relu",
        alpha=recipe.decay,
        batch_size=min(128, len(data.train_x)),
        solver="sgd",
        momentum=0.9,
        learning_rate="adaptive",
        learning_rate_init=0.1,
        tol=1e-3,
        n_iter_no_change=2,
        max_iter=epochs,
        random_state=SEED,
        verbose=progress,
    )
    views = recipe.views(data.train_x)
    classifier.fit(np.concatenate(views) / np.float32(white), np.tile(data.train_y, len(views)))

    arrays: dict[str, Any] = {}
    for layer, (weights, bias) in enumerate(zip(classifier.coefs_, classifier.intercepts_, strict=True)):
        arrays |= {f"W{layer}": weights.astype(np.float32), f"b{layer}": bias.astype(np.float32)}
    np.savez(
        output,
        **arrays,
        activations=np.array([*["relu"] * len(recipe.hidden), "softmax"]),
        input_bits=np.array(white.bit_length()),
        input_scale=np.array(1 / white),
        calibration=data.train_x[:CALIBRATION_SAMPLES],
    )
    return float(np.mean(load_model(output).classes(data.test_x) == data.test_y))


def shift(images: Bytes, right: int, down: int) -> Bytes:
    """Images of shape (n, 784) moved by up to one pixel, with 0 where nothing was."""
    padded = np.pad(images.reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (1, 1)))
    return padded[:, 1 - down : 1 - down + SIDE, 1 - right : 1 - right + SIDE].reshape(images.shape)


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.data is None:
            raise InputError(f"no data: give --data or set {DATA_VARIABLE} to the folder of {', '.join(FILES)}")
        if options.output.suffix != ".npz":
            raise InputError(f"{options.output} must end in .npz: choose another --output")
        if options.epochs < 1:
            raise InputError(f"--epochs must be at least 1, not {options.epochs}: leave it out for {EPOCHS}")
        data = DataSet.load(options.data)
        folder = options.output.parent
        folder.mkdir(parents=True, exist_ok=True)
        accuracy = train(data, NETWORKS[options.network], options.output, options.epochs, progress=True)
        if options.test_set:
            np.save(folder / f"{options.test_set}_x.npy", data.test_x)
            np.save(folder / f"{options.test_set}_y.npy", data.test_y)
    except (InputError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{options.output}: float accuracy on {len(data.test_x)} test images: {accuracy:.4f}")
    print(f"next: quantnn export {options.output}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train a network on the four IDX files of MNIST or Fashion-MNIST.")
    folder = os.environ.get(DATA_VARIABLE)
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=Path(folder) if folder else None,
        help=f"folder of the four .gz files (default: ${DATA_VARIABLE})",
    )
    parser.add_argument("--network", choices=NETWORKS, default="784-128-64-10", help="default: %(default)s")
    parser.add_argument(
        "--output", type=Path, metavar="FILE.npz", default=Path("model.npz"), help="default: %(default)s"
    )
    parser.add_argument(
        "--epochs", type=int, default=EPOCHS, help="train no longer than so many (default: %(default)s)"
    )
    parser.add_argument(
        "--test-set",
        nargs="?",
        const="test",
        metavar="NAME",
        help="also write NAME_x.npy and NAME_y.npy, the test images and labels, beside the model (default NAME: test)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
