import numpy as np
import pytest
from networks import random_network, random_samples
from oracle import elected, outputs

from quantnn.network import samples
from quantnn.network.answer_file import save_answers


@pytest.mark.parametrize("classify", [True, False])
def test_every_answer_of_every_block(classify, tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "BLOCK", 4)
    network = random_network(3, (4, 3, 2), classify=classify)
    given, done = random_samples(network, 10), []
    save_answers(network, given, tmp_path / "answers.npz", done.append)
    expected = [outputs(network, sample) for sample in given.tolist()]
    with np.load(tmp_path / "answers.npz") as file:
        assert set(file) == {*(f"layer_{n}" for n in range(len(network.layers))), *(["classes"] if classify else [])}
        for number in range(len(network.layers)):
            assert file[f"layer_{number}"].dtype == np.int64
            assert file[f"layer_{number}"].tolist() == [layers[number] for layers in expected]
        if classify:
            assert file["classes"].tolist() == [elected(layers[-1]) for layers in expected]
    assert sum(done) == 10 and sorted(path.name for path in tmp_path.iterdir()) == ["answers.npz"]

