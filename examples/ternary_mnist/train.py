"""Train a sparse ternary network on MNIST: ``python examples/ternary_mnist/train.py --help``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from quantnn.errors import InputError
from quantnn.examples.mnist.idx import FILES, Bytes, DataSet
from quantnn.examples.mnist.train import DATA_VARIABLE
from quantnn.examples.ternary_mnist.qonnx_file import save_qonnx
from quantnn.examples.ternary_mnist.ternary import TernaryRecipe, classes, train_ternary

__all__ = ["NETWORKS", "bits"]

NETWORKS: Mapping[str, TernaryRecipe] = MappingProxyType(
    {
        "784-64-32-10": TernaryRecipe((784, 64, 32, 10), (0.16, 0.25, 0.5)),
        "784-128-64-10": TernaryRecipe((784, 128, 64, 10), (0.1, 0.16, 0.5)),
    }
)

DARK = 127
"""The greatest pixel that becomes a 0."""


def bits(images: Bytes) -> Bytes:
    """Pixels of one bit, as uint8."""
    return np.asarray(images > DARK, dtype=np.uint8)


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.data is None:
            raise InputError(f"no data: give --data or set {DATA_VARIABLE} to the folder of {', '.join(FILES)}")
        if options.output.suffix != ".onnx":
            raise InputError(f"{options.output} must end in .onnx: choose another --output")
        recipe = NETWORKS[options.network]
        if options.epochs is not None:
            if options.epochs < 1:
                raise InputError(f"--epochs must be at least 1, not {options.epochs}: leave it out for {recipe.epochs}")
            recipe = replace(recipe, epochs=options.epochs)
        data = DataSet.load(options.data)
        folder = options.output.parent
        folder.mkdir(parents=True, exist_ok=True)
        test_x = bits(data.test_x)
        layers = train_ternary(bits(data.train_x), data.train_y, recipe, print)
        save_qonnx(layers, options.output)
        accuracy = float(np.mean(classes(layers, test_x) == data.test_y))
        if options.test_set:
            np.save(folder / f"{options.test_set}_x.npy", test_x)
            np.save(folder / f"{options.test_set}_y.npy", data.test_y)
    except (InputError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    weights = sum(np.count_nonzero(layer.weights) for layer in layers)
    print(f"{options.output}: {weights:,} weights, accuracy on {len(test_x)} test images: {accuracy:.4f}")
    print(f"next: quantnn export {options.output}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train a sparse ternary network on the four IDX files of MNIST.")
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
        "--output", type=Path, metavar="FILE.onnx", default=Path("ternary.onnx"), help="default: %(default)s"
    )
    parser.add_argument("--epochs", type=int, default=None, help="instead of the network's own number")
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
