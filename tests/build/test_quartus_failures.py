"""What must not go onto a board, with programs that only look like Quartus."""

import time

import pytest
import quartus_texts as texts
from as_found import as_found
from quartus_builds import IMAGES, OUTPUT, WEIGHTS, failure, fake_installation, outputs

from quantnn.build.quartus import compile_quartus
from quantnn.build.quartus_memories import read_memories
from quantnn.errors import ToolError


@pytest.fixture
def design(small, copy_of):
    return copy_of(small)


@pytest.fixture
def quartus(small, tmp_path, monkeypatch):
    return fake_installation(small, tmp_path, monkeypatch)


class TestFailures:
    def test_quartus_fails(self, design, quartus):
        log = texts.flow_log(stages=()) + (
            'Error (12007): Top-level design entity "quantnn_board" is undefined\n'
            "    Error: Peak virtual memory: 4829 megabytes\n"
            "Error: Quartus Prime Analysis & Synthesis was unsuccessful. 2 errors, 3 warnings\n"
            "Error (293001): Quartus Prime Full Compilation was unsuccessful. 4 errors, 3 warnings\n"
        )
        summary = "Total logic elements : N/A until Partition Merge\n"
        quartus.compiles(log=log, exits=3, reports={".map.summary": summary},
                         without=(".fit.summary", ".fit.rpt", ".sta.rpt", ".sta.summary", ".sof"))  # fmt: skip
        message = failure(design)
        assert message == (
            'Quartus failed: Error (12007): Top-level design entity "quantnn_board" is undefined:'
            f" see {design / 'board' / OUTPUT / 'quartus.log'}"
        )
        assert outputs(design) == {"map.rpt", "map.summary", "quartus.log"}

    def test_without_the_files_of_the_device(self, design, quartus):
        log = 'Error (20004): Your design targets the device family "MAX 10". It is not installed.\nError (1): b\n'
        quartus.compiles(log=log, exits=3, without=quartus.reports())
        assert failure(design).endswith(
            "(and 1 more): install the device support for MAX 10 beside Quartus"
        )

    def test_it_dies_without_a_word(self, design, quartus):
        quartus.compiles(log="", exits=9, without=quartus.reports())
        kept = design / "board" / OUTPUT / "quartus.log"
        assert failure(design, ToolError) == f"quartus_sh failed with exit code 9; its output is in {kept}"
        assert kept.exists()

    def test_a_pll_that_makes_another_clock(self, design, quartus):
        warning = 'Warning (15559): Can\'t achieve requested value multiplication of 137 for clock output "clk[0]"\n'
        quartus.compiles(log=texts.flow_log(warning))
        assert failure(design) == (
            "Quartus' PLL cannot make 50 MHz and would make another clock (15559): export with another --clock-mhz"
        )

    def test_it_says_that_all_is_well_and_writes_nothing(self, design, quartus):
        quartus.compiles(without=(".sof",))
        assert "wrote no quantnn_board.sof" in failure(design)

    @pytest.mark.parametrize("where", ["log", "report"])
    @pytest.mark.parametrize(
        ("code", "why", "remedy"),
        [
            (276013, "because MIF is not supported for the selected family", "SINGLE IMAGE WITH ERAM"),
            (276007, "due to asynchronous read logic", "please report it"),
            (276004, "due to inappropriate RAM size", "please report it"),
            (276009, "due to unsupported read-during-write behavior", "please report it"),
        ],
    )
    def test_a_memory_became_logic(self, design, quartus, code, why, remedy, where):
        messages = "Info (276014): Found 1 instances of uninferred RAM logic\n" + texts.uninferred(WEIGHTS, code, why)
        if where == "log":
            quartus.compiles(log=texts.flow_log(messages, ["Analysis & Synthesis"]))
        else:
            quartus.compiles(reports={".map.rpt": texts.map_report(messages)})
        message = failure(design)
        memory = read_memories(design / "board")["core.layer_0.mac.weights.memory"]
        shape = f"{memory.words} words of {memory.width} bits"
        reason = why.removeprefix("because ").removeprefix("due to ")
        assert message.startswith(
            "Quartus built a memory of logic instead of block RAM: layer 0's weights"
            f" ({shape}), because of: {reason} ({code})"
        )
        assert remedy in message
        assert not outputs(design) & IMAGES and "map.rpt" in outputs(design)

    def test_synthesis_that_lost_a_memory_is_not_waited_for(self, design, quartus):
        messages = texts.uninferred(WEIGHTS)
        reports = {f"{OUTPUT}/quantnn_board{end}": text for end, text in quartus.reports().items()}
        fitting = texts.flow_log(messages, ["Analysis & Synthesis", "Fitter"])
        quartus.does("quartus_sh", {"writes": reports}, {"says": fitting, "sleeps": 60})
        started = time.monotonic()
        assert "layer 0's weights" in failure(design)
        assert time.monotonic() - started < 30

    def test_a_memory_that_is_meant_to_be_logic(self, design, quartus, monkeypatch):
        as_found(monkeypatch)
        verilog = (design / "core" / "quantnn_core.v").read_text()
        for part in ("core", "board"):
            (design / part / "quantnn_core.v").write_text(verilog.replace('"M9K, no_rw_check"', '"logic"'))
        quartus.compiles(log=texts.flow_log(texts.uninferred(WEIGHTS, 276004, "due to inappropriate RAM size")))
        compile_quartus(design)

    def test_a_memory_that_quartus_refuses(self, design, quartus):
        line = "Error (16031): Current Internal Configuration mode does not support memory initialization or ROM.\n"
        quartus.compiles(log=2 * line, exits=3, without=(".fit.summary", ".fit.rpt", ".sof"))
        assert failure(design).startswith("Quartus refuses memories with contents (error 16031): MAX 10 initializes")

    def test_memories_that_are_counted_but_not_named(self, design, quartus):
        quartus.compiles(log=texts.flow_log("Info (276014): Found 3 instances of uninferred RAM logic\n"))
        assert "3 memories of logic and does not say which" in failure(design)

    def test_a_memory_that_is_lost_without_a_word(self, design, quartus):
        quartus.memories.remove(WEIGHTS)
        quartus.m9k -= 1
        quartus.compiles()
        message = failure(design)
        assert "without saying why: layer 0's weights; it took" in message

    def test_a_memory_under_another_name_is_not_lost(self, design, quartus):
        quartus.memories.remove(WEIGHTS)
        quartus.compiles()
        assert compile_quartus(design).warnings == ()

    @pytest.mark.parametrize("check", texts.CHECKS)
    @pytest.mark.parametrize("where", [".sta.rpt", ".sta.summary"])
    def test_missed_timing(self, design, quartus, check, where):
        if where == ".sta.rpt":
            reports = {where: texts.timing_report(slacks={check: -0.586}, fmax=("46.30 MHz", "46.30 MHz"))}
        else:
            reports = {where: texts.timing_summary(check=check, slack=-0.586)}
        quartus.compiles(reports=reports)
        message = failure(design)
        assert f"the timing is missed, so answers may be wrong on the board: {check.lower()} by 0.586 ns" in message
        assert "(MAX10_CLK1_50, Slow 1200mV 85C Model)" in message
        reached = "46.3" if where == ".sta.rpt" else "92.59"
        assert f"{reached} of 50 MHz are reached" in message
        assert "the slowest path, 10.659 ns, is from layer 0's weights to layer 0's multipliers" in message

    def test_timing_that_is_missed_in_another_corner(self, design, quartus):
        summary = texts.timing_summary(check="Hold", slack=-0.01, corner=texts.CORNERS[2])
        quartus.compiles(reports={".sta.summary": summary})
        assert "hold by 0.01 ns (MAX10_CLK1_50, Fast 1200mV 0C Model)" in failure(design)

    def test_no_constraints(self, design, quartus):
        """Quartus then wants 1 GHz of every clock, which is the missing constraints' fault."""
        report = texts.timing_report(sdc=False, period="1.000", slacks={"Setup": -0.586})
        quartus.compiles(reports={".sta.rpt": report})
        message = failure(design)
        assert message.startswith("Quartus read no timing constraints") and "missed" not in message

    def test_no_clock(self, design, quartus):
        """Whatever drives nothing is removed, and then nothing is wrong with the timing."""
        quartus.compiles(reports={".sta.rpt": texts.timing_report(clock=""), ".sta.summary": ""})
        assert "no clock is left in the design" in failure(design)

    def test_only_the_clock_of_jtag(self, design, quartus):
        """A file of constraints that comes with a part of the design is read even where the design's own is not."""
        report = texts.timing_report(clock="altera_reserved_tck", unconstrained={"Unconstrained Clocks": 1})
        quartus.compiles(reports={".sta.rpt": report})
        assert "the timing is unchecked for 1 unconstrained clocks (link:link|strobe)" in failure(design)

    @pytest.mark.parametrize(
        ("name", "told"),
        [
            ("Unconstrained Input Ports", "1,234 unconstrained input ports (KEY[0], SW[0], SW[1] and more)"),
            ("Unconstrained Output Ports", "1,234 unconstrained output ports (KEY[0], SW[0], SW[1] and more)"),
            ("Unconstrained Input Port Paths", "1,234 unconstrained input port paths:"),
            ("Unconstrained Output Port Paths", "1,234 unconstrained output port paths:"),
            ("Unconstrained Clocks", "1,234 unconstrained clocks (link:link|strobe)"),
            ("Illegal Clocks", "1,234 illegal clocks:"),
        ],
    )
    def test_something_is_unconstrained(self, design, quartus, name, told):
        ports = ("KEY[0]", "SW[0]", "SW[1]", "SW[2]")
        quartus.compiles(reports={".sta.rpt": texts.timing_report(unconstrained={name: 1234}, ports=ports)})
        assert f"the timing is unchecked for {told.replace('1,234', '1234')}" in failure(design)

    @pytest.mark.parametrize("title", ["Clocks", "Unconstrained Paths Summary"])
    def test_a_timing_report_that_lacks_a_table(self, design, quartus, title):
        quartus.compiles(reports={".sta.rpt": texts.timing_report(hidden=(title,))})
        assert f"no table {title!r}" in failure(design, ToolError)

    @pytest.mark.parametrize("ending", [".sta.rpt", ".fit.rpt"])
    def test_a_report_that_is_not_there(self, design, quartus, ending):
        quartus.compiles(without=(ending,))
        assert "cannot be checked" in failure(design, ToolError)

    def test_no_slack_is_no_success(self, design, quartus):
        hidden = [f"{corner} Setup Summary" for corner in texts.CORNERS]
        quartus.compiles(reports={".sta.rpt": texts.timing_report(hidden=hidden), ".sta.summary": ""})
        assert "no setup slack" in failure(design)
