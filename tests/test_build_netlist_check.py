"""Netlists of a small core in the simulator. Every compilation takes a while: each test makes one netlist."""

import numpy as np
import pytest
from exported import small_board

from quantnn.build.netlist_check import check_netlist
from quantnn.build.passes import improve
from quantnn.errors import InputError, VerificationError
from quantnn.export import ExportOptions, export
from quantnn.float_network import FloatDense, FloatNetwork
from quantnn.report import load_report

pytestmark = pytest.mark.xdist_group("netlists")

SAMPLES = 20
ADVERSITIES = 4
"""Stalls at either end and at both, and resets: the samples go through again under each."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Two layers, folded onto few multipliers, with as few samples as there are."""
    random = np.random.default_rng(3)
    layers = tuple(
        FloatDense(random.normal(size=(inputs, outputs)), random.normal(size=outputs), activation)
        for inputs, outputs, activation in ((5, 4, "relu"), (4, 3, "softmax"))
    )
    model = FloatNetwork(layers, calibration=random.integers(0, 256, (50, 5)))
    folder = tmp_path_factory.mktemp("exported") / "tiny"
    samples = random.integers(0, 256, (SAMPLES, 5))
    export(model, folder, ExportOptions(board=small_board(3), test_inputs=samples, name="tiny"))
    return folder


def test_x(tiny):
    import time
    for f in ("ecp5", "ice40"):
        t=time.time()
        print(check_netlist(tiny, f, lambda x: print(round(time.time()-t,1),x)), time.time()-t)
