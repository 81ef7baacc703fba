import pytest
from exported import save_model

import quantnn
from quantnn.errors import InputError


def test_models_networks_and_folders(small, tmp_path):
    path = save_model(tmp_path, activations=None)
    model = quantnn.inspect(path, activations=["relu", "relu", "linear"])
    assert [layer["out_features"] for layer in model.values["layers"]] == [5, 4, 3]
    assert "small.npz: float model" in model._repr_html_()
    assert "integer network" in quantnn.inspect(small / "network.npz")._repr_html_()
    assert quantnn.inspect(str(small)).values["format"] == "quantnn report"


def test_what_is_none_of_them(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(InputError, match="is of an unknown kind"):
        quantnn.inspect(tmp_path / "a.txt")
