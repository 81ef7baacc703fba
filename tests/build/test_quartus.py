"""A whole build, with programs that only look like Quartus."""

import hashlib
import time

import pytest
import quartus_texts as texts
from digests import digests
from exported import save_model, small_options
from quartus_builds import IMAGES, OUTPUT, REPORTS, WEIGHTS, failure, fake_installation, named, outputs

from quantnn.build import quartus_install
from quantnn.build.quartus import compile_quartus
from quantnn.design.build_record import add_build
from quantnn.design.export import export
from quantnn.design.report import CriticalPath, Slack, Usage, load_report
from quantnn.errors import InputError, ToolError
from quantnn.importers.npz import load_model


@pytest.fixture
def design(small, copy_of):
    return copy_of(small)


@pytest.fixture
def quartus(small, tmp_path, monkeypatch):
    return fake_installation(small, tmp_path, monkeypatch)


class TestSuccess:
    def test_what_the_reports_say(self, design, quartus):
        result = compile_quartus(design)
        assert result.tool == "Quartus 24.1std.0 Lite Edition"
        assert (result.clock_mhz, result.fmax_mhz, result.seed) == (50.0, 92.59, None)
        assert result.resources == (
            Usage("LE", 6532, 49760), Usage("M9K", quartus.m9k, 182), Usage("memory bits", 34567, 1677312),
            Usage("9-bit multiplier elements", quartus.multipliers, 288), Usage("registers", 120, 49760),
        )  # fmt: skip
        assert result.slacks == (Slack("setup", 9.2), Slack("hold", 0.341), Slack("minimum pulse width", 9.5))
        assert result.warnings == ()
        assert 0 < result.seconds < 60

    def test_the_slowest_path_in_the_network_s_terms(self, design, quartus):
        path = compile_quartus(design).critical_path
        assert path == CriticalPath(
            10.659,
            WEIGHTS.removesuffix("|memory")
            + "|altsyncram:memory_rtl_0|altsyncram_ab1:auto_generated|ram_block1a7~portb_address_reg0",
            named("core.layer_0.mac.accumulator_3[16]"),
            "from layer 0's weights to layer 0's multipliers and accumulators",
        )
        ((arguments, script),) = [(call[1], call[2]) for call in quartus.calls if call[0] == "quartus_sta"]
        assert arguments == ["-t", "quantnn_paths.tcl"] and "quantnn_paths.tcl" in script

    def test_a_path_that_the_timing_report_lists_needs_no_second_run(self, design, quartus):
        listed = texts.path_report("a:x|b", "a:x|c", title=f"{texts.CORNERS[0]} Setup: '{texts.CLOCK}'")
        quartus.compiles(reports={".sta.rpt": texts.timing_report() + listed})
        assert compile_quartus(design).critical_path == CriticalPath(10.659, "a:x|b", "a:x|c", "the board's top")
        assert quartus.arguments("quartus_sta") == []

    def test_what_quartus_is_told(self, design, quartus):
        compile_quartus(design)
        assert quartus.arguments("quartus_sh") == [["--flow", "compile", "quantnn_board"]]
        image = f"{OUTPUT}/quantnn_board"
        assert quartus.arguments("quartus_cpf") == [
            ["-c", "-q", "10MHz", "-g", "3.3", "-n", "p", f"{image}.sof", f"{image}.svf"], ["-c", "quantnn_board.cof"],
        ]  # fmt: skip
        names = next(names for program, _, names in quartus.calls if program == "quartus_sh")
        assert {path.name for path in (design / "board").iterdir() if path.is_file()} <= set(names)

    def test_files(self, design, quartus):
        result = compile_quartus(design)
        kept = outputs(design)
        assert kept == REPORTS | IMAGES | {"paths.rpt"}
        image = f"{OUTPUT}/quantnn_board"
        assert result.files[:3] == (f"{image}.sof", f"{image}.pof", f"{image}.svf")
        assert result.files[-1] == f"{OUTPUT}/quartus.log"
        assert len(result.files) == len(kept)
        made = [(design / "board" / name).read_bytes() for name in result.files]
        assert result.sha256 == tuple(hashlib.sha256(content).hexdigest() for content in made)
        assert "Running Quartus Prime Fitter" in (design / "board" / OUTPUT / "quartus.log").read_text()

    def test_the_project_itself_stays_as_it_was(self, design, quartus):
        (design / "board" / "db").mkdir()
        (design / "board" / "db" / "theirs").write_text("of a compilation by hand")
        before = digests(design)
        quartus.compiles(reports={"": "what Quartus leaves behind"})
        quartus.does(
            "quartus_sh",
            {"writes": {f"{OUTPUT}/quantnn_board{end}": text for end, text in quartus.reports().items()}},
            {"writes": {"quantnn_board.qsf": "changed", "db/a": "b", "quantnn_board.qws": "c"}},
        )
        compile_quartus(design)
        after = digests(design)
        changed = {name for name in before if after.get(name) != before[name]}
        assert changed == {"report.json"}
        assert {name for name in after if name not in before} == {f"board/{OUTPUT}/{n}" for n in listed(design)}

    def test_the_report_takes_it_and_a_later_export_replaces_it(self, design, quartus, small):
        result = compile_quartus(design)
        report = add_build(design, result, load_report(design))
        assert report.build == result
        paths = {path.relative_to(design).as_posix() for path in design.rglob("*") if path.is_file()}
        assert paths == set(report.files)

    def test_steps_are_told_as_they_come(self, design, quartus):
        steps = []
        compile_quartus(design, steps.append)
        assert "comparing" in steps[0] and "minutes" in steps[1]
        assert steps[2:] == [
            "Quartus: synthesizing", "Quartus: placing and routing", "Quartus: writing the bitstream",
            "Quartus: analysing the timing", "Quartus: looking for the slowest path",
            "Quartus: converting the bitstream",
        ]  # fmt: skip

    def test_other_counts_than_planned_are_a_warning(self, design, quartus):
        quartus.m9k, quartus.multipliers = quartus.m9k + 3, quartus.multipliers - 2
        quartus.compiles()
        totals = load_report(design).totals
        assert compile_quartus(design).warnings == (
            f"Quartus took {totals.m9k + 3} M9K, the plan {totals.m9k}",
            f"Quartus took {totals.multipliers - 2} 9-bit multiplier elements, the plan {totals.multipliers}",
        )

    def test_without_a_path_between_registers(self, design, quartus):
        quartus.compiles(reports={".sta.rpt": texts.timing_report(fmax=None)})
        assert compile_quartus(design).fmax_mhz is None


def listed(design):
    return {name.rpartition("/")[2] for name in load_report(design).files if OUTPUT in name}


class TestConversion:
    def test_files_that_cannot_be_made_are_a_warning(self, design, quartus):
        quartus.converts("svf")
        result = compile_quartus(design)
        assert result.warnings == ("there is no .pof: quartus_cpf wrote no output_files/quantnn_board.pof",)
        assert outputs(design) & IMAGES == {"sof", "svf"}

    def test_a_converter_that_fails(self, design, quartus):
        quartus.does("quartus_cpf", exits=3)
        kept = design / "board" / OUTPUT / "quartus.log"
        failed = f"quartus_cpf failed with exit code 3; its output is in {kept}"
        assert compile_quartus(design).warnings == (f"there is no .svf: {failed}", f"there is no .pof: {failed}")

    def test_a_converter_that_is_missing(self, design, quartus):
        (quartus.programs / "quartus_cpf").unlink()
        assert all("quartus_cpf is missing" in warning for warning in compile_quartus(design).warnings)
        assert outputs(design) & IMAGES == {"sof"}

    def test_only_max_10_has_a_flash_inside(self, design, quartus):
        summary = texts.fit_summary(family="Cyclone IV E", multipliers=quartus.multipliers)
        quartus.compiles(reports={".fit.summary": summary})
        compile_quartus(design)
        assert outputs(design) & IMAGES == {"sof", "svf"}

    @pytest.mark.parametrize("fault", ["fails", "missing"])
    def test_an_unknown_slowest_path_is_a_warning(self, design, quartus, fault):
        if fault == "fails":
            quartus.does("quartus_sta", exits=3)
        else:
            (quartus.programs / "quartus_sta").unlink()
        result = compile_quartus(design)
        assert result.critical_path is None
        assert result.warnings == ("Quartus did not say which path is the slowest: see output_files/quartus.log",)


class TestFolder:
    def test_a_failure_takes_the_bitstream_of_an_earlier_build_away(self, design, quartus):
        add_build(design, compile_quartus(design), load_report(design))
        quartus.compiles(reports={".sta.rpt": texts.timing_report(slacks={"Setup": -1})})
        failure(design)
        assert outputs(design) == REPORTS | {"paths.rpt"}
        report = load_report(design)
        assert report.build is None
        assert "slowest path" not in (design / "summary.txt").read_text()
        paths = {path.relative_to(design).as_posix() for path in design.rglob("*") if path.is_file()}
        assert paths == set(report.files)

    def test_an_interrupted_build_leaves_everything_as_it_was(self, design, quartus, tmp_path, monkeypatch):
        work = tmp_path / "work"
        work.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(work))
        add_build(design, compile_quartus(design), load_report(design))
        before = digests(design)
        alive = tmp_path / "alive"
        quartus.does("quartus_sh", {"says": texts.flow_log()}, {"sleeps": 60}, {"writes": {str(alive): ""}})

        def interrupt(step):
            if "placing" in step:
                raise KeyboardInterrupt

        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            compile_quartus(design, interrupt)
        assert time.monotonic() - started < 30
        assert digests(design) == before
        assert list(work.iterdir()) == [] and not alive.exists()

    def test_a_board_that_is_not_built_with_quartus(self, design, quartus):
        (design / "board" / "quantnn_board.qpf").unlink()
        assert "quantnn_board.qpf is missing: de10-lite is not built with Quartus" in failure(design, InputError)
        assert quartus.calls == []

    def test_no_design(self, tmp_path, quartus):
        assert "is no exported design" in failure(tmp_path, InputError)


def test_without_quartus(design, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("QUARTUS_ROOTDIR", raising=False)
    monkeypatch.setattr(quartus_install, "ROOTS", ())
    before = digests(design)
    message = failure(design, ToolError)
    project = str(design / "board" / "quantnn_board.qpf")
    for word in ("Quartus Prime Lite", "MAX 10", "free", "download", "docs/board.md", project):
        assert word in message
    assert digests(design) == before


def test_a_new_export_takes_the_place_of_a_built_design(tmp_path, quartus):
    model = load_model(save_model(tmp_path))
    design = tmp_path / "small"
    export(model, design, small_options(model))
    add_build(design, compile_quartus(design), load_report(design))
    report = export(model, design, small_options(model))
    assert report.build is None and outputs(design) == set()
