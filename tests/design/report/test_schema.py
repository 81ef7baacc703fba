"""Reports against the JSON Schema that is made of their records: both take the same."""

import copy
import shutil
from dataclasses import replace

import jsonschema
import pytest
from exported import save_model, small_options
from pages import FOLDER

from quantnn.design.export import export
from quantnn.design.report import FORMAT, VERSION, Report, load_report, report_schema
from quantnn.design.vectors import Vectors
from quantnn.errors import VerificationError
from quantnn.files.record import read_record, record_values
from quantnn.importers.npz import load_model
from quantnn.network.file import load_network
from quantnn.verify.verify import VerifyOptions, verify

SCHEMA = report_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def errors(report):
    """What the schema says of JSON values; the records must say as much."""
    found = [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(report)]
    try:
        read_record(Report, report)
    except ValueError as error:
        assert found, error
    else:
        assert not found or report["version"] is True  # equals 1 in Python
    return found


def fields(value, path=()):
    """The path of every field of a report; the first entry of an array stands for all."""
    entries = {dict: lambda: value.items(), list: lambda: [*enumerate(value)][:1]}.get(type(value), tuple)
    for key, inner in entries():
        yield (*path, key)
        yield from fields(inner, (*path, key))


def named(path):
    return ".".join(map(str, path))


def changed(report, path, change):
    """A copy of the report in which ``change`` has been made to the container and key of a field."""
    result = container = copy.deepcopy(report)
    for key in path[:-1]:
        container = container[key]
    change(container, path[-1])
    return result


@pytest.fixture(scope="module")
def verified(small, tmp_path_factory):
    """A report with a verification that passed."""
    design = shutil.copytree(small, tmp_path_factory.mktemp("verified") / "small")
    return record_values(verify(design, VerifyOptions(samples=8)))


@pytest.fixture(scope="module")
def failed(small, tmp_path_factory):
    """A report with a verification that found a difference."""
    design = shutil.copytree(small, tmp_path_factory.mktemp("failed") / "small")
    network = load_network(design / "network.npz")
    first = replace(network.layers[0], bias=network.layers[0].bias + 40)
    other = replace(network, layers=(first, *network.layers[1:]))
    wrong = Vectors(other, Vectors.load(design / "vectors", network).inputs)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(VerificationError):
        patch.setattr(Vectors, "load", lambda *_: wrong)
        verify(design, VerifyOptions(samples=8))
    return record_values(load_report(design))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["format"]["const"] == FORMAT
    assert SCHEMA["properties"]["version"]["const"] == VERSION


def subschemas(schema):
    for name, inner in schema.get("properties", {}).items():
        yield name, inner
        yield from subschemas(inner)
    for inner in schema.get("$defs", {}).values():
        yield from subschemas(inner)


def test_every_field_of_the_schema_is_described_and_documented():
    section = FOLDER.read_text().split("## report.json")[1]
    found = dict(subschemas(SCHEMA))
    assert len(found) > 40
    for name, schema in found.items():
        referred = SCHEMA["$defs"].get(schema.get("$ref", "").rpartition("/")[2], {})
        assert (schema | referred)["description"].endswith("."), name
        assert f"`{name}`" in section, name


def test_reports_before_a_verification(digits, small, tmp_path):
    for design in (digits, small):
        assert errors(record_values(load_report(design))) == []
    model = load_model(save_model(tmp_path, calibration=None))
    options = small_options(model, test_inputs=None, test_labels=None)
    report = record_values(export(model, tmp_path / "plain", options))
    assert report["accuracy"] is report["sqnr_db"] is report["verification"] is None
    assert errors(report) == []


def test_reports_after_a_verification(verified, failed):
    assert verified["verification"]["passed"] and not failed["verification"]["passed"]
    assert failed["verification"]["first_difference"].startswith("layer 0")
    assert errors(verified) == errors(failed) == []


def test_every_field_of_a_report_is_required(verified):
    """But for those that earlier versions did not write."""
    later = {("board_top", "samples_sha256"), ("board_top", "labels")}
    found = [path for path in fields(verified) if isinstance(path[-1], str) and path not in later]
    assert [named(path) for path in found if not errors(changed(verified, path, dict.pop))] == []


@pytest.mark.parametrize("wrong", [{"a": []}, "many", 1.5, True, -1, None], ids=repr)
def test_a_value_of_another_type_is_refused(verified, wrong):
    """Wherever the report's value has another JSON type; what the pages say may be null may."""

    def kind(value):
        return "number" if type(value) in (int, float) else type(value).__name__

    may_be_null = {"accuracy", "link", "sqnr_db", "verification", "measured", "first_difference", "weights"}
    may_be_null |= {"samples_sha256", "float"}

    def allowed(path, value):
        if wrong is None:
            return path[-1] in may_be_null or "labels" in path
        if value is None:
            return isinstance(wrong, str) or (path[-1] == "measured" and wrong == 1.5)
        if isinstance(value, int) and wrong == 1.5 and not isinstance(value, bool):
            reals = {"clock_mhz", "inferences_per_second", "latency_us", "float", "integer", "seconds", "measured"}
            return path[-1] in reals
        if wrong == -1 and kind(value) == "number":
            return path[-1] in {"lo", "hi", "sqnr_db"}
        return kind(value) == kind(wrong)

    def put(container, key):
        container[key] = wrong

    passed = []
    for path in fields(verified):
        value = verified
        for key in path:
            value = value[key]
        if not allowed(path, value) and not errors(changed(verified, path, put)):
            passed.append(named(path))
    assert passed == []


@pytest.mark.parametrize(
    "path, value",
    [
        (("format",), "quantnn reports"),
        (("version",), 2),
        (("quantnn",), ""),
        (("clock_mhz",), 0),
        (("precision", "activation_bits"), 33),
        (("layers",), []),
        (("estimates",), ["bram"]),
        (("board_top", "samples"), -1),
        (("fingerprint",), "0123456789ABCDEF"),
        (("link", "usb"), ["403:6015"]),
        (("link", "window"), 2),
        (("accuracy", "float"), 1.01),
        (("files",), ["summary.txt"]),
        (("files",), ["report.json", "report.json"]),
        (("layers", 0, "output", "scale"), 0),
    ],
)
def test_impossible_values_are_refused(verified, path, value):
    assert errors(changed(verified, path, lambda container, key: container.__setitem__(key, value)))


def test_fields_that_a_reader_does_not_know_are_allowed(verified):
    assert errors({**verified, "later": 1}) == []
