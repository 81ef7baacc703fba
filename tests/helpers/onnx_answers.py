"""What onnxruntime, which knows nothing of quantnn, answers for an integer network."""

import numpy as np

from quantnn.network.onnx_graph import CLASSES, INPUT, layer_output, onnx_network

__all__ = ["answered", "compare"]


def answered(model, samples):
    """Outputs by name."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {INPUT: samples}), strict=True))


def compare(network, samples, expected, answers=None):
    """Every integer of every layer, and the classes, of an evaluation."""
    answers = answered(onnx_network(network), samples) if answers is None else answers
    assert (CLASSES in answers) == network.classify
    for number, values in enumerate(expected.layers):
        np.testing.assert_array_equal(answers[layer_output(number)], values)
    if network.classify:
        np.testing.assert_array_equal(answers[CLASSES], expected.classes)
