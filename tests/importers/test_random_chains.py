from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quantnn.importers.npz import load_model


@given(widths=st.lists(st.integers(1, 6), min_size=2, max_size=6), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_any_chain_comes_back(tmp_path_factory, widths, seed):
    rng = np.random.default_rng(seed)
    arrays = {}
    for number, (inputs, outputs) in enumerate(pairwise(widths)):
        arrays |= {f"W{number}": rng.normal(size=(inputs, outputs)), f"b{number}": rng.normal(size=outputs)}
    arrays["activations"] = rng.choice(["relu", "linear"], len(widths) - 1)
    path = tmp_path_factory.mktemp("chain") / "model.npz"
    np.savez(path, **arrays)
    network = load_model(path)
    assert [network.in_features, *(layer.out_features for layer in network.layers)] == widths
    assert [layer.activation for layer in network.layers] == arrays["activations"].tolist()
    for number, layer in enumerate(network.layers):
        np.testing.assert_array_equal(layer.weights, arrays[f"W{number}"])
        np.testing.assert_array_equal(layer.bias, arrays[f"b{number}"])
