import pytest

from quantnn.errors import InputError
from quantnn.plan.engine_choice import EngineChoice


def masks(text, layers):
    return ["".join("fu"[unrolled] for unrolled in mask) for mask in EngineChoice.parse(text).masks(layers)]


def test_one_name_is_for_all_layers():
    assert masks("folded", 3) == ["fff"] and masks("unrolled", 3) == ["uuu"]


def test_one_name_for_each_layer():
    assert masks("folded, unrolled,folded", 3) == ["fuf"]


def test_where_engines_are_free_ends_and_single_layers_are_tried():
    assert masks("auto", 1) == ["u", "f"]
    assert masks("auto", 3) == ["uuu", "fuu", "ffu", "uff", "uuf", "fuf", "fff"]


def test_runs_are_unrolled_together_and_folded_layers_stand_alone():
    mask = (True, True, False, False, True)
    assert list(EngineChoice.runs(mask)) == [(0, 2, True), (2, 3, False), (3, 4, False), (4, 5, True)]


@pytest.mark.parametrize("text", ["", "rolled", "folded,auto", "unrolled,", "Folded"])
def test_other_names_are_refused(text):
    with pytest.raises(InputError, match="--engine must be folded, unrolled or auto"):
        EngineChoice.parse(text)


def test_names_for_more_or_fewer_layers_are_refused():
    with pytest.raises(InputError, match="one name, or 3, one for each layer, not 2"):
        list(EngineChoice.parse("folded,unrolled").masks(3))
