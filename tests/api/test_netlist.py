import pytest

import quantnn
from quantnn.api.netlist import check_netlist_family
from quantnn.errors import InputError


@pytest.mark.parametrize("family", ["ecp5", "ice40"])
def test_families_that_are_modelled(family):
    check_netlist_family(family)


def test_a_family_without_models_of_its_cells(small):
    with pytest.raises(InputError, match="must be ecp5 or ice40, not gowin"):
        quantnn.Design(small).check_netlist("gowin")
