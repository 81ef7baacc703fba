import numpy as np
import pytest

import quantnn
from quantnn.design.report import load_report
from quantnn.errors import InputError
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate

SAMPLES = np.random.default_rng(3).integers(0, 256, (12, 6))


def test_a_folder_is_opened(small):
    design = quantnn.Design(small)
    assert design.path == small and design.report == load_report(small) and design.board.name == "de10-lite"
    np.testing.assert_array_equal(
        design.network.predict(SAMPLES), evaluate(load_network(small / "network.npz"), SAMPLES).classes
    )


def test_what_is_no_design(tmp_path):
    with pytest.raises(InputError, match=r"is no exported design \(report.json is missing\): run quantnn export"):
        quantnn.Design(tmp_path)


def test_the_report_is_read_anew(small, copy_of):
    design = quantnn.Design(copy_of(small))
    before = design.report
    other = load_report(small).with_files("wave.vcd")
    from quantnn.design.summary import write_report

    write_report(other, design.path)
    assert design.report == other != before
