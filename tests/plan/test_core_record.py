# amaranth: UnusedElaboratable=no

import json
from dataclasses import replace

import numpy as np
import pytest
from networks import device, random_network

from quantnn.errors import InputError
from quantnn.hdl.core.core import Core
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.plan.core_record import CoreRecord
from quantnn.plan.planner import Planner

CASES = [((6, 5, 4, 3), False, 20, False), ((4, 6, 2), True, 8, False), ((5, 9, 3), False, 30, True)]


@pytest.fixture(params=CASES, ids=str)
def plan(request):
    widths, rescale, multipliers, logic = request.param
    network = random_network(11, widths, rescale)
    return Planner(network, device(multipliers), logic_memories=logic).best()


def emitted(plan, folder):
    folder.mkdir()
    return {path.name: path.read_bytes() for path in emit_verilog(Core(plan), "quantnn_core", folder)}


def test_what_is_saved_is_read_back(plan, tmp_path):
    record = CoreRecord.of(plan)
    record.save(tmp_path / "plan.json")
    assert CoreRecord.load(tmp_path / "plan.json") == record


def test_the_hardware_comes_out_again_with_its_timing(plan, tmp_path):
    again = CoreRecord.of(plan).core_plan(plan.network)
    assert emitted(again, tmp_path / "again") == emitted(plan, tmp_path / "first")
    assert (again.timing, again.input, again.output) == (plan.timing, plan.input, plan.output)


def test_other_weights_change_memories_only(plan, tmp_path):
    """Weights with fewer inputs span less, so they fit whatever the hardware."""
    layers = [
        replace(layer, weights=np.where(np.arange(layer.in_features)[:, None] == 0, 0, layer.weights))
        if layer.kind == "dense" else layer
        for layer in plan.network.layers
    ]
    record, network = CoreRecord.of(plan), replace(plan.network, layers=tuple(layers))
    first, second = (
        emitted(record.core_plan(each), tmp_path / name)
        for each, name in ((plan.network, "first"), (network, "second"))
    )
    changed = {name for name in first | second if first.get(name) != second.get(name)}
    assert changed and all(name.endswith(".mem") and "mac_weights" in name for name in changed)


def test_small_memories_in_logic_are_remembered():
    plan = Planner(random_network(11, (5, 9, 3), False), device(30), logic_memories=True).best()
    record = CoreRecord.of(plan)
    assert any(layer.fold.logic_memories for layer in record.layers) == bool(record.block_ram_shapes)
    assert record.core_plan(plan.network).memories == plan.memories


DAMAGES = {
    "nothing": "",
    "half": lambda text: text[: len(text) // 2],
    "list": "[]",
    "other format": lambda text: text.replace("quantnn plan", "another"),
    "newer version": lambda text: text.replace('"version": 1', '"version": 2'),
    "no layers": lambda text: text.replace('"layers"', '"lawyers"'),
    "empty range": lambda text: json.dumps({**json.loads(text), "input": [3, 1]}),
    "a word for a number": lambda text: text.replace('"per_beat": ', '"per_beat": "x'[:-1] + '"'),
    "a queue without words": lambda text: text.replace('"word"', '"ward"'),
    "another layer": lambda text: text.replace('"kind": "dense"', '"kind": "pool"'),
    "another engine": lambda text: text.replace('"engine": "folded"', '"engine": "steam"'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_in_a_line(damage, tmp_path):
    path = tmp_path / "plan.json"
    CoreRecord.of(Planner(random_network(11, (4, 3)), device()).best()).save(path)
    change = DAMAGES[damage]
    path.write_text(change(path.read_text()) if callable(change) else change)
    with pytest.raises(InputError, match=r"plan.json is damaged \(.*\): export the model again") as caught:
        CoreRecord.load(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"plan.json is missing: export the model again"):
        CoreRecord.load(tmp_path / "plan.json")
