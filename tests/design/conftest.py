"""Models like that of the design ``small``."""

import pytest
from exported import save_model
from perturbed import perturbed


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    """The file that the design ``small`` was exported from."""
    return save_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def other(model_file, tmp_path):
    """Makes models like that of the design ``small``."""
    return lambda **changes: perturbed(model_file, tmp_path / "other.npz", **changes)
