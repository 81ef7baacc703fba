"""Which arrays of a weights file belong to which layer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np

from quantnn.importers.keras.hdf5 import Hdf5, Numbers
from quantnn.importers.keras.layer import Layer
from quantnn.model.activation import Floats

__all__ = ["CountedWeights", "NamedWeights", "Weights", "stored_weights"]

_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "kernel": ("kernel", "W"),
    "bias": ("bias", "b"),
    "moving_mean": ("moving_mean", "running_mean"),
    "moving_variance": ("moving_variance", "running_std"),
    "alpha": ("alpha", "alphas"),
}
"""What weights are called in the files of older versions; in Keras 1, dense_1_W and dense_1_b."""

Roles = Mapping[str, Sequence[str]]
"""Per layer's path, what its weights are for, in Keras' order."""


class Weights(ABC):
    """The weights of a model's layers."""

    @abstractmethod
    def of(self, layer: Layer, roles: Sequence[str]) -> dict[str, Floats]:
        """A layer's weights by what they are for, as float64.

        Raises
        ------
        ValueError
            The file has others, or they are no numbers.
        """


class CountedWeights(Weights):
    """As Keras 3 and .keras have them: layers/dense_1/vars/0."""

    def __init__(self, file: Hdf5) -> None:
        self._file = file

    def of(self, layer: Layer, roles: Sequence[str]) -> dict[str, Floats]:
        found = self._at(layer.path) or self._at(layer.path.replace("layers/", "_layer_checkpoint_dependencies/"))
        return _by_role(found, roles, f"{layer.path}/vars")

    def _at(self, path: str) -> dict[str, Numbers]:
        prefix = f"{path}/vars/"
        names = [name.removeprefix(prefix) for name in self._file.arrays if name.startswith(prefix)]
        return {name: self._file.arrays[prefix + name] for name in sorted(names, key=lambda n: (len(n), n))}


class NamedWeights(Weights):
    """As Keras 1 and 2 and the .h5 of Keras 3 have them: a group per layer, whose attribute lists its weights.

    Parameters
    ----------
    root : str
        The group of the groups.
    layers : sequence of Layer
    roles : mapping
        Of all layers: groups are told apart by their order, as Keras does, since names change from run to run.

    Raises
    ------
    ValueError
        There are more or fewer groups than layers with weights.
    """

    def __init__(self, file: Hdf5, root: str, layers: Sequence[Layer], roles: Roles) -> None:
        wanted = list(dict.fromkeys(layer.group for layer in layers if roles[layer.path]))
        groups = {name: found for name in file.names(root, "layer_names") or () if (found := named(file, root, name))}
        if len(wanted) != len(groups):
            raise ValueError(
                f"the weights are of {len(groups)} layers, but the architecture has {len(wanted)} with weights: give"
                " the two files of one model"
            )
        self._groups = dict(zip(wanted, groups.values(), strict=True))

    def of(self, layer: Layer, roles: Sequence[str]) -> dict[str, Floats]:
        if not roles:
            return {}
        found = self._groups[layer.group]
        if layer.nested:
            found = {name: array for name, array in found.items() if layer.name in name.split("/")[-2:-1]}
        return _by_role(found, roles, layer.group)


def named(file: Hdf5, root: str, group: str) -> dict[str, Numbers]:
    """The weights of a group by their names, in the file's order.

    Raises
    ------
    ValueError
        One that is listed is not there.
    """
    place = f"{root}/{group}".removeprefix("/")
    found: dict[str, Numbers] = {}
    for name in file.names(place, "weight_names") or ():
        if f"{place}/{name}" not in file.arrays:
            raise ValueError(f"the weights {f'{place}/{name}'!r:.120} are listed, but not there: save the file again")
        found[name] = file.arrays[f"{place}/{name}"]
    return found


def stored_weights(file: Hdf5, layers: Sequence[Layer], roles: Roles) -> Weights:
    """The weights in a file, whichever way it names them.

    Raises
    ------
    ValueError
        It has none, or they are of another model.
    """
    for root in ("model_weights", ""):
        if file.names(root, "layer_names") is not None:
            return NamedWeights(file, root, layers, roles)
    if any(name.startswith(("layers/", "_layer_checkpoint_dependencies/")) for name in file.arrays):
        return CountedWeights(file)
    if not any(roles.values()):
        return CountedWeights(file)
    raise ValueError("it holds no weights of Keras, neither layer_names nor layers/: save the model again")


def _by_role(found: Mapping[str, Numbers], roles: Sequence[str], where: str) -> dict[str, Floats]:
    if len(found) != len(roles):
        raise ValueError(
            f"it must have {len(roles)} weights ({', '.join(roles) or 'none'}), but {where} of the file has"
            f" {len(found)}: give the weights of this architecture"
        )
    arrays = {role: [array for name, array in found.items() if _is(name, role)] for role in roles}
    if all(len(some) == 1 for some in arrays.values()):
        chosen = [arrays[role][0] for role in roles]
    else:
        chosen = list(found.values())  # by their order, as Keras itself
    return {role: _numbers(array, role) for role, array in zip(roles, chosen, strict=True)}


def _is(name: str, role: str) -> bool:
    last = name.rpartition("/")[2].partition(":")[0]
    return any(last == word or last.endswith(f"_{word}") for word in _SYNONYMS.get(role, (role,)))


def _numbers(array: Numbers, role: str) -> Floats:
    values = np.array(array, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError(f"its {role} must be finite, not {values[~np.isfinite(values)][0]}: train the model again")
    return values
