"""The highest clock, with a nextpnr that reaches what a test says."""

import shutil
from dataclasses import replace

import pytest
from built import VERIFICATION
from open_builds import export_for_icebreaker, fake_tools

from quantnn.board.board import load_board
from quantnn.build.fastest import build_fastest, highest_clock
from quantnn.build.reclock import reclock
from quantnn.design.fingerprint import IDENTITY
from quantnn.design.report import current_report, load_report, save_report
from quantnn.errors import BuildError, InputError, ToolError


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """For an icebreaker at 24 MHz, of its oscillator's 12."""
    return export_for_icebreaker(tmp_path_factory.mktemp("exported"), 24.0)


@pytest.fixture
def design(exported, tmp_path):
    return shutil.copytree(exported, tmp_path / "design")


@pytest.fixture
def board():
    return load_board("icebreaker")


@pytest.fixture
def tools(tmp_path, monkeypatch):
    return fake_tools(tmp_path / "tools", monkeypatch, {})


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def clock_of(design):
    """Hz, as the board's identity says behind the fingerprint and three fields of two bytes."""
    lines = (design / "board" / IDENTITY).read_text().split()
    return int.from_bytes(bytes(int(line, 2) for line in lines[14:18]), "little")


def test_the_design_is_built_for_what_was_reached(design, board, tools):
    """12 MHz · 59 / 16 = 44.25 MHz is the highest that SB_PLL40 makes of 44.6: 12 · 60 / 16 would be 45."""
    tools.update(mhz={1: 40.0, 2: 44.6})
    before = load_report(design)
    report = build_fastest(design, board, 2)
    assert report == load_report(design) and (report.clock_mhz, report.build.clock_mhz) == (44.25, 44.25)
    assert (report.build.seed, report.build.fmax_mhz) == (2, 44.6)
    assert clock_of(design) == 44_250_000
    assert report.inferences_per_second == round(44.25e6 / before.ii_cycles.planned, 1)
    assert report.latency_us == round(before.latency_cycles.planned / 44.25, 3)
    note = "built for the highest clock: 44.25 MHz, of the 44.60 MHz that a placement for 24 MHz reached"
    assert report.notes == (*before.notes, note)
    assert note in (design / "summary.txt").read_text().replace("\n", " ")
    assert (design / "board" / "output_files" / "quantnn_board.bin").read_text() == "bitstream of seed 2"
    assert set(report.files) == {path.as_posix() for path in files(design)}


def test_a_design_that_is_slower_at_the_new_clock_gets_the_next(design, board, tools):
    """For 44.25 MHz only 39.9 are reached, so 39.75; there it is reached."""
    tools.update(mhz={1: 44.6, "1 at 44.25": 39.9, "1 at 39.75": 39.8})
    report = build_fastest(design, board, 1)
    assert (report.clock_mhz, report.build.fmax_mhz) == (39.75, 39.8)


def test_or_keeps_its_own(design, board, tools):
    """At every higher clock it is slower than the 24 MHz at which it reached more."""
    tools.update(mhz={1: 25.0, "1 at 24.75": 23.0})
    report = build_fastest(design, board, 1)
    assert (report.clock_mhz, report.build.fmax_mhz) == (24.0, 25.0)
    assert clock_of(design) == 24_000_000 and load_report(design) == report


def test_a_clock_that_is_missed_becomes_the_one_that_is_reached(design, board, tools):
    tools.update(mhz={1: 20.5})
    report = build_fastest(design, board, 1)
    assert report.clock_mhz == report.build.clock_mhz == 20.25


def test_slower_than_any_clock_of_the_pll(design, board, tools):
    tools.update(mhz={1: 9.0})
    with pytest.raises(BuildError, match=r"The clock of 24 MHz is out of reach: 9.00 MHz at best"):
        build_fastest(design, board, 1)
    assert load_report(design).clock_mhz == 24.0


def test_a_design_that_no_path_limits_stays(design, board, tools):
    report = build_fastest(design, board, 1)
    assert (report.clock_mhz, report.build.fmax_mhz) == (24.0, None)


def test_a_tool_that_fails_later_leaves_the_first_build(design, board, tools, monkeypatch):
    tools.update(mhz={1: 44.6})
    first = []

    def reclock(*_):
        first.append(files(design))
        tools.update(fails=[1])

    monkeypatch.setattr("quantnn.build.fastest.reclock", reclock)
    with pytest.raises(ToolError, match=r"^at 44.25 MHz: nextpnr failed \(no place for seed 1\)$"):
        build_fastest(design, board, 1)
    assert files(design) == first[0] and load_report(design).build.fmax_mhz == 44.6


def test_what_was_verified_stays_verified(design, board, tools):
    tools.update(mhz={1: 44.6})
    before = load_report(design)
    fingerprint = before.fingerprint
    core = files(design / "core")
    assert build_fastest(design, board, 1).fingerprint == fingerprint and files(design / "core") == core


def test_what_lies_elsewhere_is_not_copied(design, board, tools, tmp_path, monkeypatch):
    """A link that appears when the folder was looked through already is not followed."""
    tools.update(mhz={1: 44.6})
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis").write_text("mine")
    (design / "board" / "db").mkdir()
    (design / "board" / "db" / "large").write_text("")
    names = set()

    def current(folder, begun):
        names.update(path.name for path in folder.rglob("*") if folder != design)
        report = current_report(folder, begun)
        if folder == design:
            (design / "notes").symlink_to(tmp_path / "home")
            (design / ".quantnn-abcdefgh").mkdir()
        return report

    monkeypatch.setattr("quantnn.build.fastest.current_report", current)
    with pytest.raises(InputError, match="notes must be a plain file, not a symbolic link"):
        build_fastest(design, board, 1)
    assert "notes" in names and not names & {"thesis", "db", ".quantnn-abcdefgh"}


def test_no_open_tools(design):
    with pytest.raises(InputError, match=r"^--clock-mhz max needs open tools, and for MAX 10 there are none: build"):
        build_fastest(design, load_board("de10-lite"))


def test_a_clock_above_all_that_a_pll_makes(board):
    """DS1040: the SB_PLL40's output is 275 MHz at most."""
    assert highest_clock(board, 10_000.0).frequency_hz <= 275_000_000
    assert highest_clock(board, 15.9) is None, "below the least, 16 MHz, there is the oscillator only"
    assert highest_clock(board, 12.0).pll is None


class TestAnotherCommand:
    """It changes the folder while a copy of it is built for the next clock."""

    @pytest.fixture
    def meanwhile(self, tools, monkeypatch):
        tools.update(mhz={1: 44.6})

        def change(with_folder):
            def and_reclock(*arguments):
                with_folder()
                reclock(*arguments)

            monkeypatch.setattr("quantnn.build.fastest.reclock", and_reclock)

        return change

    def test_what_it_verified_stays(self, design, board, meanwhile):
        def verify():
            (design / "wave.vcd").write_text("wave")
            report = load_report(design).with_verification(VERIFICATION, 3, 9).with_files("wave.vcd")
            save_report(report, design)

        meanwhile(verify)
        report = build_fastest(design, board, 1)
        assert report == load_report(design) and report.clock_mhz == 44.25
        assert (report.verification, report.ii_cycles.measured, report.latency_cycles.measured) == (VERIFICATION, 3, 9)
        assert set(report.files) == {path.as_posix() for path in files(design)} and "wave.vcd" in report.files

    def test_another_design_stays_as_it_is(self, design, board, meanwhile):
        found = []

        def export():
            save_report(replace(load_report(design), fingerprint="0123456789abcdef"), design)
            found.append(files(design))

        meanwhile(export)
        with pytest.raises(InputError, match=r"must stay the design that it was at the start; its fingerprint is 0123"):
            build_fastest(design, board, 1)
        assert files(design) == found[0]


def test_a_board_without_a_pll(design, board, monkeypatch):
    monkeypatch.setattr("quantnn.board.board.find_plls", lambda *_: ())
    message = "--clock-mhz max needs a PLL, and icebreaker has none that we set: leave it out"
    with pytest.raises(InputError, match=message):
        build_fastest(design, board)
