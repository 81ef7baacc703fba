"""Files laid out as Keras lays them out, written with h5py and zipfile, and reading them within this process."""

import io
import json
import zipfile

import h5py
import numpy as np

from quantnn.importers.keras import hdf5, hdf5_program

__all__ = ["archive", "counted", "dense", "functional", "in_process", "named", "sequential"]


def in_process(monkeypatch):
    """Read HDF5 without a process of its own, which takes half a second; for files that are not damaged."""
    monkeypatch.setattr(hdf5, "_take_apart", hdf5_program.write)


def layer(kind, name, **config):
    return {"class_name": kind, "config": {"name": name, **config}, "name": name}


def dense(name, activation="linear", **config):
    return layer("Dense", name, activation=activation, **config)


def sequential(*layers, shape=None, **config):
    first = [layer("InputLayer", "input", batch_shape=[None, *shape])] if shape else []
    return {"class_name": "Sequential", "config": {"name": "net", "layers": [*first, *layers], **config}}


def functional(*layers, shape=(4,)):
    """A chain; layers that state their inbound_nodes keep them."""
    chain = [{**layer("InputLayer", "input", batch_shape=[None, *shape]), "inbound_nodes": []}]
    for one in layers:
        tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": [chain[-1]["name"], 0, 0]}}
        chain.append({"inbound_nodes": [{"args": [tensor], "kwargs": {}}], **one})
    ends = {"input_layers": [["input", 0, 0]], "output_layers": [[chain[-1]["name"], 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "net", "layers": chain, **ends}}


def counted(arrays, target=None, root="layers"):
    """Weights as Keras 3 writes them, from the layers' paths to their arrays."""
    content = io.BytesIO()
    with h5py.File(content if target is None else target, "w") as file:
        file.create_group("vars")
        for path, values in arrays.items():
            group = file.create_group(f"{root}/{path}/vars")
            for number, value in enumerate(values):
                group[str(number)] = np.asarray(value)
    return content.getvalue()


def archive(path, model, arrays, version="3.8.0", **members):
    """A .keras; further members replace its own."""
    content = {
        "metadata.json": json.dumps({"keras_version": version}),
        "config.json": json.dumps(model),
        "model.weights.h5": counted(arrays),
        **{name.replace("__", "."): value for name, value in members.items()},
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, value in content.items():
            if value is not None:
                file.writestr(name, value)
    return path


def named(path, groups, model=None, version="2.15.0", split=False):
    """Weights as Keras 2 writes them, from groups to weights' names to arrays; a whole model where one is given."""
    with h5py.File(path, "w") as file:
        root = file
        if model is not None:
            file.attrs["model_config"] = json.dumps(model)
            root = file.create_group("model_weights")
        for place in {file, root}:
            place.attrs["keras_version"] = version
        names = [name.encode() for name in groups]
        if split:
            for number, name in enumerate(names):
                root.attrs[f"layer_names{number}"] = [name]
        else:
            root.attrs["layer_names"] = names
        for name, weights in groups.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = [weight.encode() for weight in weights]
            for weight, value in weights.items():
                group[weight] = np.asarray(value)
    return path
