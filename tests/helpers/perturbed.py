"""Models to update designs with."""

import numpy as np

from quantnn.importers.npz import load_model

__all__ = ["perturbed"]


def perturbed(path, target, share=0.3, seed=1, **changes):
    """A model file whose weights are those of another plus noise, and whatever else is given."""
    random = np.random.default_rng(seed)
    with np.load(path) as file:
        arrays = dict(file)
    for name, values in arrays.items():
        if name[0] in "Wb":
            arrays[name] = values + share * values.std() * random.normal(size=values.shape)
    np.savez(target, **arrays | changes)
    return load_model(target)
