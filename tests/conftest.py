"""Designs that many tests look at, exported once. Whoever changes one takes a copy."""

import shutil

import pytest
from datasets import load_inputs, load_labels
from exported import save_model, small_options

from quantnn.board.board import load_board
from quantnn.demo_files import demo_files
from quantnn.design.export import ExportOptions, export
from quantnn.importers.npz import load_model


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    """The digits example as ``quantnn demo`` exports it."""
    folder = tmp_path_factory.mktemp("exported") / "digits"
    with demo_files() as files:
        model = load_model(files.model)
        samples = load_inputs(files.inputs, model.in_features, model.input)
        labels = load_labels(files.labels, len(samples), model.out_features)
    board = load_board("de10-lite")
    export(model, folder, ExportOptions(board=board, test_inputs=samples, test_labels=labels, name="model.npz"))
    return folder


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A network of three small layers on few multipliers."""
    folder = tmp_path_factory.mktemp("exported")
    model = load_model(save_model(folder))
    export(model, folder / "small", small_options(model))
    return folder / "small"


@pytest.fixture
def copy_of(tmp_path):
    """Makes a copy of an exported design that a test may spoil."""
    return lambda design, name="copy": shutil.copytree(design, tmp_path / name)
