from types import SimpleNamespace

import pytest

from quantnn.network.chain import check_chain


def chain(*shapes):
    return [SimpleNamespace(in_features=inputs, out_features=outputs) for inputs, outputs in shapes]


@pytest.mark.parametrize("shapes", [[(3, 2)], [(3, 2), (2, 5), (5, 1)]])
def test_each_takes_what_the_one_before_gives(shapes):
    check_chain(chain(*shapes))


@pytest.mark.parametrize(("shapes", "message"), [
    ([], "A network must have at least one layer"),
    ([(3, 2), (3, 2)], "Layer 1 takes 3 inputs, but layer 0 has 2 outputs"),
    ([(3, 2), (2, 5), (4, 1)], "Layer 2 takes 4 inputs, but layer 1 has 5 outputs"),
])  # fmt: skip
def test_what_is_no_chain_is_refused(shapes, message):
    with pytest.raises(ValueError) as caught:
        check_chain(chain(*shapes))
    assert str(caught.value) == message
