import json

import pytest
from networks import plan_of, random_network

from quantnn.design.interface import CoreInterface
from quantnn.errors import InputError
from quantnn.plan.core_name import CORE


@pytest.fixture
def plan():
    return plan_of(random_network(2, (6, 5, 4), rescale=True, classify=True), multipliers=20)


def test_of_a_plan(plan):
    interface = CoreInterface.of_plan(plan)
    assert (interface.input, interface.output) == (plan.input, plan.output)
    assert (interface.interval, interface.latency) == (plan.timing.interval, plan.timing.latency)
    assert interface.recovery_cycles == plan.reset_cycles
    assert [tap.format.elements for tap in interface.taps] == [6, 5, 4]
    assert [tap.format.per_beat for tap in interface.taps] == [engine.lanes for engine in plan.engines]
    assert [tap.format.element for tap in interface.taps] == [layer.output for layer in plan.network.layers]
    assert len({tap.valid for tap in interface.taps} | {tap.data for tap in interface.taps}) == 6


def test_round_trip(plan, tmp_path):
    interface, path = CoreInterface.of_plan(plan), tmp_path / "interface.json"
    interface.save(path)
    assert CoreInterface.load(path) == interface


def test_what_is_written(plan, tmp_path):
    path = tmp_path / "interface.json"
    CoreInterface.of_plan(plan).save(path)
    written = json.loads(path.read_text())
    assert written["module"] == CORE == "quantnn_core"
    stream, form = written["s_axis"], plan.input
    assert stream["elements"] == 6 and stream["class_bits"] == 0
    assert stream["element"] == {"lo": form.element.lo, "hi": form.element.hi, "bits": form.element.width}
    assert stream["beats"] == -(-6 // stream["elements_per_beat"])
    assert stream["tdata_bits"] % 8 == 0 and stream["tdata_bits"] >= stream["elements_per_beat"] * form.element.width
    assert written["m_axis"]["class_bits"] == 2
    assert (written["reset_cycles"], written["recovery_cycles"]) == (1, plan.reset_cycles)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"s_axis": {"elements": 1}}', '"text"'])
def test_damaged_files_are_one_line(content, plan, tmp_path):
    path = tmp_path / "interface.json"
    path.write_text(content)
    with pytest.raises(InputError, match="is damaged") as caught:
        CoreInterface.load(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"interface.json is missing: export the model again"):
        CoreInterface.load(tmp_path / "interface.json")


@pytest.mark.parametrize("field", ["s_axis", "m_axis", "taps", "interval", "latency", "recovery_cycles"])
def test_every_field_is_needed(field, plan, tmp_path):
    path = tmp_path / "interface.json"
    CoreInterface.of_plan(plan).save(path)
    content = json.loads(path.read_text())
    del content[field]
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=field):
        CoreInterface.load(path)


def changed(plan, path, change):
    """What is said of a file that was changed."""
    CoreInterface.of_plan(plan).save(path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(InputError) as caught:
        CoreInterface.load(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "signal",
    [
        "", "a..b", ".a", "a.", "a b", "a;b", "1a", "a.1", "a[0]", "\\a ", "a\n", "$root.a",
        "layer_0.drain.valid); $finish", "a" * 65, ".".join("a" * 17), 3, None,
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["valid", "data"])
def test_taps_are_signals_and_nothing_else(signal, place, plan, tmp_path):
    message = changed(plan, tmp_path / "interface.json", lambda content: content["taps"][1].update({place: signal}))
    assert f"taps[1].{place} must be a signal in the core, Verilog names with dots between, not " in message


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("beats", 99, "s_axis: beats must be "),
        ("tdata_bits", 9, "s_axis: tdata_bits must be "),
        ("element", {"lo": 0, "hi": 255, "bits": 9}, "s_axis: element.bits must be 8 by the other fields, not 9"),
        ("element", {"lo": 3, "hi": 2, "bits": 9}, "s_axis: An integer range must not be empty"),
        ("elements", 0, "s_axis.elements must be an integer from 1 to 16777216, not 0"),
        ("elements", 1 << 40, "s_axis.elements must be an integer from 1 to 16777216, not 1099511627776"),
        ("elements", 6.0, "s_axis.elements must be an integer from 1 to 16777216, not 6.0"),
        ("class_bits", -1, "s_axis.class_bits must be an integer from 0 to 64, not -1"),
    ],
)
def test_a_stream_that_contradicts_itself(field, value, message, plan, tmp_path):
    said = changed(plan, tmp_path / "interface.json", lambda content: content["s_axis"].update({field: value}))
    assert f"interface.json is damaged ({message}" in said


def test_a_module_is_a_name(plan, tmp_path):
    said = changed(plan, tmp_path / "interface.json", lambda content: content.update(module="a; b"))
    assert "(module must be a Verilog identifier of up to 64 letters" in said


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["s_axis"].update(elements=7, beats=-(-7 // content["s_axis"]["elements_per_beat"])),
        lambda content: content["m_axis"].update(elements=3, beats=-(-3 // content["m_axis"]["elements_per_beat"])),
        lambda content: content["m_axis"]["element"].update(lo=content["m_axis"]["element"]["lo"] + 1),
    ],
)
def test_an_interface_of_another_network(change, plan, tmp_path):
    path = tmp_path / "interface.json"
    CoreInterface.of_plan(plan).save(path)
    CoreInterface.load(path).check(plan.network, path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"interface.json is not that of network.npz: export the model again$"):
        CoreInterface.load(path).check(plan.network, path)
