import copy
from dataclasses import fields, replace

import jsonschema
import pytest
from built import RESULT, VERIFICATION
from reports import damage

from quantnn.design.build_record import add_build, keep_files
from quantnn.design.report import Report, load_report, report_schema, save_report
from quantnn.design.summary import render_summary
from quantnn.errors import InputError
from quantnn.files.record import record_values

SCHEMA = jsonschema.Draft202012Validator(report_schema())


@pytest.fixture
def design(small, copy_of):
    return copy_of(small)


def test_it_goes_into_report_and_summary(design):
    before = load_report(design)
    report = add_build(design, RESULT, load_report(design))
    assert report == load_report(design)
    assert report.build == RESULT
    assert (design / "summary.txt").read_text() == render_summary(report)
    made = {"board/output_files/quantnn_board.bit", "board/output_files/log.txt"}
    assert set(report.files) == {*before.files, *made} and [*report.files] == sorted(report.files)
    for name in (field.name for field in fields(Report)):
        if name not in ("files", "build"):
            assert getattr(report, name) == getattr(before, name), name


def test_a_second_build_takes_the_place_of_the_first(design):
    before = load_report(design)
    add_build(design, RESULT, load_report(design))
    report = add_build(design, replace(RESULT, files=("output_files/other.bit",), seed=4), load_report(design))
    assert report.build.seed == 4
    assert set(report.files) - set(before.files) == {"board/output_files/other.bit"}


def test_taking_it_out_gives_the_report_before(design):
    before = load_report(design)
    report = add_build(design, RESULT, load_report(design))
    assert report.build_files == ("board/output_files/quantnn_board.bit", "board/output_files/log.txt")
    assert report.without_build() == before == before.without_build()
    assert before.build_files == ()


def test_a_folder_that_is_no_design(tmp_path):
    with pytest.raises(InputError, match=r"is no exported design"):
        add_build(tmp_path, RESULT, load_report(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../precious", "db/l/precious", "output_files/l/precious", "quantnn_board.v"])
def test_a_damaged_entry_is_refused(design, name):
    """Its files are deleted when the weights change, so they must be what a build can have made."""
    damage(design, build=record_values(RESULT) | {"files": [name]})
    with pytest.raises(InputError, match=r"report.json is damaged \(build.files\[0\] must be a file in output_files/"):
        load_report(design)


class TestFiles:
    def test_they_take_the_place_of_those_before(self, design, tmp_path):
        before = load_report(design)
        new = {"output_files/quantnn_board.bit": tmp_path / "a", "output_files/log.txt": tmp_path / "b"}
        for path in new.values():
            path.write_text(path.name)
        keep_files(design, new, load_report(design))
        add_build(design, RESULT, load_report(design))
        (tmp_path / "c").write_text("c")
        keep_files(design, {"output_files/log.txt": tmp_path / "c"}, load_report(design))
        assert (design / "board" / "output_files" / "log.txt").read_text() == "c"
        assert not (design / "board" / "output_files" / "quantnn_board.bit").exists()
        report = load_report(design)
        assert report.files == tuple(sorted([*before.files, "board/output_files/log.txt"]))
        assert replace(report, files=before.files) == before
        assert (design / "summary.txt").read_text() == render_summary(before)

    def test_whatever_fails_nothing_changes(self, design, tmp_path):
        add_build(design, RESULT, load_report(design))
        before = {path: path.read_bytes() for path in design.rglob("*") if path.is_file()}
        (tmp_path / "a").write_text("a")
        with pytest.raises(InputError, match=r"cannot be changed \(No such file or directory\), and is as it was"):
            keep_files(design, {"a": tmp_path / "a", "b": tmp_path / "gone"}, load_report(design))
        assert before == {path: path.read_bytes() for path in design.rglob("*") if path.is_file()}


class TestSchema:
    def test_it_describes_a_build(self, design):
        assert not list(SCHEMA.iter_errors(record_values(add_build(design, RESULT, load_report(design)))))

    @pytest.mark.parametrize("path", [(), ("resources", 0), ("critical_path",), ("slacks", 0)], ids=str)
    def test_every_field_is_required_and_has_one_type(self, design, path):
        report = record_values(add_build(design, RESULT, load_report(design)))

        def entry(of):
            found = of["build"]
            for key in path:
                found = found[key]
            return found

        for field in entry(report):
            for change in (lambda found, field: found.pop(field), lambda found, field: found.update({field: True})):
                changed = copy.deepcopy(report)
                change(entry(changed), field)
                assert list(SCHEMA.iter_errors(changed)), (*path, field)


class TestAnotherDesign:
    """A build ends in a folder that became another design since it began."""

    @pytest.fixture(params=[("fingerprint", "0123456789abcdef"), ("board", "another"), ("clock_mhz", 7.0)])
    def begun(self, design, request):
        return replace(load_report(design), **dict([request.param]))

    @pytest.mark.parametrize("kept", [True, False])
    def test_it_is_refused(self, design, tmp_path, begun, kept):
        (tmp_path / "a").write_text("a")
        before = {path: path.read_bytes() for path in design.rglob("*") if path.is_file()}
        words = r"must stay the design that it was at the start; its .* is .*, and was .*: run the command again$"
        with pytest.raises(InputError, match=words):
            if kept:
                keep_files(design, {"a": tmp_path / "a"}, begun)
            else:
                add_build(design, RESULT, begun)
        assert before == {path: path.read_bytes() for path in design.rglob("*") if path.is_file()}

    def test_what_was_verified_meanwhile_stays(self, design):
        begun = load_report(design)
        verified = begun.with_verification(VERIFICATION, 3, 9)
        save_report(verified, design)
        assert add_build(design, RESULT, begun) == verified.with_build(RESULT) == load_report(design)
