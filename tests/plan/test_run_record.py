import json
from dataclasses import replace

import pytest
from networks import random_network
from unrolled import unrolled_plan

from quantnn.errors import InputError
from quantnn.hdl.core.core import Core
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.plan.core_record import CoreRecord

NAMES = ("unrolled", "folded,unrolled,unrolled", "unrolled,folded,folded", "unrolled,folded,unrolled")


@pytest.mark.parametrize("names", NAMES)
def test_a_record_builds_the_same_core(tmp_path, names):
    network = random_network(7, (6, 5, 4, 3), rescale=False)
    plan, graphs = unrolled_plan(network, names)
    CoreRecord.of(plan).save(tmp_path / "plan.json")
    record = CoreRecord.load(tmp_path / "plan.json")
    assert record == CoreRecord.of(plan)
    assert [layer.out_features for layer in record.all_layers] == [5, 4, 3]
    again = record.core_plan(network, graphs)
    assert again.timing == plan.timing
    texts = []
    for number, each in enumerate((plan, again)):
        (tmp_path / str(number)).mkdir()
        files = emit_verilog(Core(each), "core", tmp_path / str(number))
        texts.append({file.name: file.read_bytes() for file in files})
    assert texts[0] == texts[1]


def test_a_record_without_runs_says_nothing_of_them(tmp_path):
    plan, _ = unrolled_plan(random_network(7, (6, 5, 4), rescale=False), "folded")
    CoreRecord.of(plan).save(tmp_path / "plan.json")
    assert "runs" not in json.loads((tmp_path / "plan.json").read_text())


def test_graphs_of_other_weights_are_refused():
    network = random_network(7, (6, 5, 4), rescale=False)
    plan, graphs = unrolled_plan(network)
    other = random_network(8, (6, 5, 4), rescale=False)
    layers = tuple(
        replace(own, weights=there.weights) for own, there in zip(network.layers, other.layers, strict=True)
    )
    with pytest.raises(ValueError, match="An adder graph must compute its layer's accumulators"):
        CoreRecord.of(plan).core_plan(replace(network, layers=layers), graphs)


@pytest.mark.parametrize("first", [1, 2, 99])
def test_a_run_in_the_wrong_place_is_refused(tmp_path, first):
    plan, _ = unrolled_plan(random_network(7, (6, 5, 4), rescale=False))
    path = tmp_path / "plan.json"
    CoreRecord.of(plan).save(path)
    values = json.loads(path.read_text())
    values["runs"][0]["first"] = first
    path.write_text(json.dumps(values))
    with pytest.raises(InputError, match="export the model again"):
        CoreRecord.load(path)
