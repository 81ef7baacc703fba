import numpy as np

from quantnn.model.sample_rows import ArrayRows, Transposed


def test_axes_in_another_order():
    values = np.arange(48).reshape(2, 2, 3, 4)
    rows = Transposed(ArrayRows(values), (0, 3, 1, 2))
    assert rows.shape == (2, 4, 2, 3) and len(rows) == 2
    assert rows.read(1, 2).tolist() == values[1:2].transpose(0, 3, 1, 2).tolist()
