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
from quantnn.examples.mnist.train import DATA_VARIABLE, Recipe, train
from quantnn.examples.ternary_mnist.qonnx_file import save_qonnx
from quantnn.examples.ternary_mnist.ternary import TernaryRecipe, classes, train_ternary

__all__ = ["FLOATS", "NETWORKS", "bits"]

NETWORKS: Mapping[str, TernaryRecipe] = MappingProxyType(
    {
        "784-64-32-10": TernaryRecipe((784, 64, 32, 10), (0.16, 0.25, 0.5)),
        "784-128-64-10": TernaryRecipe((784, 128, 64, 10), (0.1, 0.16, 0.5)),
    }
)

FLOATS: Mapping[str, Recipe] = MappingProxyType({"float-784-48-10": Recipe((48,))})
"""Float networks of the same pixels, to set beside."""

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
        suffix = ".npz" if options.network in FLOATS else ".onnx"
        if options.output.suffix != suffix:
            raise InputError(f"{options.output} must end in {suffix}: choose another --output")
        if options.epochs is not None and options.epochs < 1:
            raise InputError(f"--epochs must be at least 1, not {options.epochs}: leave it out for the usual number")
        data = DataSet.load(options.data)
        data = replace(data, train_x=bits(data.train_x), test_x=bits(data.test_x))
        folder = options.output.parent
        folder.mkdir(parents=True, exist_ok=True)
        made = _trained(options.network, data, options.output, options.epochs)
        if options.test_set:
            np.save(folder / f"{options.test_set}_x.npy", data.test_x)
            np.save(folder / f"{options.test_set}_y.npy", data.test_y)
    except (InputError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{options.output}: {made}")
    if options.network in NETWORKS:
        print(f"next: quantnn export {options.output}")
    return 0


def _trained(network: str, data: DataSet, output: Path, epochs: int | None) -> str:
    """Write a model of pixels 0 and 1; returns what it is."""
    if network in FLOATS:
        given = {} if epochs is None else {"epochs": epochs}
        accuracy = train(data, FLOATS[network], output, **given, progress=True, white=1)
        return f"float accuracy on {len(data.test_x)} test images: {accuracy:.4f}"
    recipe = NETWORKS[network]
    layers = train_ternary(data.train_x, data.train_y, replace(recipe, epochs=epochs or recipe.epochs), print)
    save_qonnx(layers, output)
    accuracy = float(np.mean(classes(layers, data.test_x) == data.test_y))
    weights = sum(np.count_nonzero(layer.weights) for layer in layers)
    return f"{weights:,} weights, accuracy on {len(data.test_x)} test images: {accuracy:.4f}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Train a sparse ternary network on the four IDX files of MNIST, or a float one to set beside it."
    )
    folder = os.environ.get(DATA_VARIABLE)
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=Path(folder) if folder else None,
        help=f"folder of the four .gz files (default: ${DATA_VARIABLE})",
    )
    parser.add_argument("--network", choices=[*NETWORKS, *FLOATS], default="784-128-64-10", help="default: %(default)s")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        default=Path("ternary.onnx"),
        help="default: %(default)s; an .npz of floats",
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
