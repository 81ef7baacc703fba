import numpy as np
import pytest

import quantnn
from quantnn.errors import InputError

RANDOM = np.random.default_rng(2)
VALUES, LABELS = RANDOM.normal(size=(60, 4)), np.arange(60) % 3


def test_a_pipeline_of_scikit_learn():
    linear_model = pytest.importorskip("sklearn.linear_model")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    pipeline = make_pipeline(StandardScaler(), linear_model.LogisticRegression()).fit(VALUES * 9 + 2, LABELS)
    model = quantnn.from_sklearn(pipeline, name="flowers")
    assert model.name == "flowers" and quantnn.from_sklearn(pipeline).name == "Pipeline"
    np.testing.assert_array_equal(model.predict(VALUES * 9 + 2), pipeline.predict(VALUES * 9 + 2))
    network = quantnn.quantize(model, calibration=VALUES * 9 + 2)
    assert (network.predict(VALUES * 9 + 2) == pipeline.predict(VALUES * 9 + 2)).mean() > 0.9
    assert "StandardScaler" in model._repr_html_()


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # within torch.export
def test_a_module_of_pytorch():
    torch = pytest.importorskip("torch", reason="pip install torch")
    torch.manual_seed(1)
    module = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))
    images = VALUES.reshape(-1, 1, 2, 2)
    model = quantnn.from_torch(module, images[:1])
    with torch.no_grad():
        expected = module(torch.tensor(images, dtype=torch.float32)).numpy()
    np.testing.assert_allclose(model.logits(images), expected, atol=1e-5)
    assert model.name == "Sequential" and model.input_shape == (1, 2, 2)
    network = quantnn.quantize(model, calibration=images)
    assert (network.predict(images) == expected.argmax(axis=1)).mean() > 0.9
    with pytest.raises(InputError, match="is no torch"):
        quantnn.from_torch(object(), images)


def test_what_is_no_estimator():
    pytest.importorskip("sklearn")
    with pytest.raises(InputError):
        quantnn.from_sklearn(object())


@pytest.mark.parametrize("given", [{"decision": 3}, {"name": None}])
@pytest.mark.parametrize(
    "function",
    [lambda **given: quantnn.from_torch(None, None, **given), lambda **given: quantnn.from_sklearn(None, **given)],
)
def test_what_is_said_is_text(function, given):
    with pytest.raises(InputError, match=f"^{next(iter(given))} must be a text, not "):
        function(**given)


@pytest.mark.parametrize("example", [None, "x", [[1], [2, 3]], {}])
def test_an_example_that_is_no_array(example):
    torch = pytest.importorskip("torch", reason="pip install torch")
    with pytest.raises(InputError, match=r"^the example must be a batch of inputs, not "):
        quantnn.from_torch(torch.nn.Linear(2, 2), example)
