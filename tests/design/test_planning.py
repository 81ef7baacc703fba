import numpy as np
import pytest
from exported import invented_board, random_model

from quantnn.board.board import load_board
from quantnn.design.planning import Aim, Planned, Quantized
from quantnn.errors import DoesNotFitError
from quantnn.plan.cost import Cost
from quantnn.quantization.post_training import quantize
from quantnn.quantization.precision import Precision

RESOURCES = load_board("icebreaker").resources
MODEL = random_model(12, 6)
AIM = Aim(RESOURCES, Cost())


def test_a_model_s_own_samples_serve_where_others_are_not_given():
    own, other = Quantized.of(MODEL, None, Precision(6, 7)), np.random.default_rng(1).integers(0, 256, (9, 12))
    assert own.calibration is MODEL.calibration and own.activation_bits == 7 and own.model is MODEL
    assert Quantized.of(MODEL, other, Precision()).calibration is other
    expected = quantize(MODEL, None, Precision(6, 7))
    np.testing.assert_array_equal(own.network.layers[0].weights, expected.layers[0].weights)


def test_a_model_is_planned_as_its_network():
    planned = Planned.of_model(MODEL, None, Precision(5, 8), AIM)
    again = Planned.of(Quantized.of(MODEL, None, Precision(5, 8)), AIM)
    assert planned.plan.timing == again.plan.timing
    assert planned.planner.cost(planned.plan) == again.planner.cost(again.plan)


def test_narrower_weights_where_need_and_leave_be(tmp_path):
    """2560 weights of 8 bits are 20 kbit, and two blocks have 18."""
    board = invented_board(tmp_path, block_rams=2, logic_elements=2000, multipliers=8)
    model, aim = random_model(64, 40), Aim(board.resources, Cost())
    with pytest.raises(DoesNotFitError):
        Planned.of_model(model, None, Precision(8), aim)
    planned = Planned.of_model(model, None, Precision(8), aim, widest_that_fit=True)
    assert 2 <= planned.quantized.network.layers[0].weight_range.width < 8
