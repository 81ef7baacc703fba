"""What the system does to a command: poor locales, signals, disks. Real processes and real signals."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from exported import save_model

POOR = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONWARNDEFAULTENCODING": "1"}
COMMAND = [sys.executable, "-W", "error::EncodingWarning:quantnn", "-m", "quantnn"]


def quantnn(*words, **environment):
    """Run a command to its end; returns its exit code and what it said, as the bytes that they are."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)], capture_output=True, env={**os.environ, **environment}, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def model(tmp_path):
    return save_model(tmp_path)


@pytest.mark.parametrize("board", ["de10-lite", "icebreaker"])
def test_a_system_without_utf_8(model, board):
    model = model.rename(model.with_name("größer→.npz"))
    code, out, err = quantnn("export", model, "--board", board, "-o", "größer→", **POOR)
    assert code == 0 and out.isascii() and err.isascii(), err
    report = json.loads(Path("größer→/report.json").read_text(encoding="utf-8"))
    assert report["model"] == "größer→.npz"
    assert "größer→.npz" in Path("größer→/summary.txt").read_text(encoding="utf-8")
    for words in (["inspect", "größer→"], ["inspect", model], ["boards"], ["boards", "show", board], ["export", "-h"]):
        code, out, err = quantnn(*words, **POOR)
        assert code == 0 and out.isascii() and b"Traceback" not in err, err
    code, _, err = quantnn("inspect", "größer→.npz", **POOR)
    assert (code, err) == (2, b"Error: gro?er->.npz does not exist: check the path\n")


@pytest.mark.parametrize("words", [
    ["boards"], ["boards", "--json"], ["inspect", "small.npz"], ["-h"], ["export", "-h"], ["inspect", "none"],
    ["nonsense"], ["export", "small.npz"],
], ids=" ".join)  # fmt: skip
def test_nobody_reads_what_it_says(model, tmp_path, words):
    """As behind `| head -1` in a shell; the exit code is what it gives to whom SIGPIPE ends, and nothing is left."""
    (tmp_path / "work").mkdir()
    model.rename(tmp_path / "work" / "small.npz")
    reading, writing = os.pipe()
    os.close(reading)
    end = subprocess.run([*COMMAND, *words], cwd=tmp_path / "work", stdout=writing, stderr=writing, check=False)
    os.close(writing)
    assert end.returncode == 128 + signal.SIGPIPE
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["small.npz"]


def test_standard_output_alone_is_closed(model):
    reading, writing = os.pipe()
    os.close(reading)
    end = subprocess.run([*COMMAND, "boards"], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (end.returncode, end.stderr) == (128 + signal.SIGPIPE, b"")


def running(place):
    """Programs that work in a folder, by the command lines of all processes."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes()
        except OSError:
            continue
        if str(place).encode() in words:
            found.append(words)
    return found


def until(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def verifying(small, copy_of, tmp_path):
    """``quantnn verify`` while it compiles the simulator; its design, and its folder for temporary files."""
    design, place = copy_of(small), tmp_path / "temporary"
    place.mkdir()
    environment = {**os.environ, "TMPDIR": str(place), "QUANTNN_CACHE": str(tmp_path / "cache")}
    words = [*COMMAND, "verify", str(design)]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # whatever started the tests may ignore it
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=heard) as process:
        until(lambda: list(place.glob("quantnn-*/work/build.log")) and running(place))
        yield process, design, place
        process.kill()


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are looked for in /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything(verifying, tmp_path, number):
    process, design, place = verifying
    before = {path: content for path, content in contents(design).items() if ".quantnn-" not in str(path)}
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "Traceback" not in err and "Error" not in err
    until(lambda: not running(place))
    assert list(place.iterdir()) == [] and not list((tmp_path / "cache").rglob("*.*"))
    assert contents(design) == before


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are looked for in /proc")
def test_after_a_kill_programs_end_and_the_next_command_removes_what_is_left(verifying, model):
    process, design, place = verifying
    process.kill()
    process.communicate(timeout=60)
    until(lambda: not running(place))
    assert list(place.iterdir()) != []
    code, _, err = quantnn("export", model, "-o", design, TMPDIR=str(place))
    assert code == 0, err
    assert list(place.iterdir()) == [] and not list(design.rglob(".quantnn-*"))


@pytest.mark.parametrize(("words", "named"), [
    (["export", "MODEL", "-o", "/"], "/ holds something else"),
    (["export", "MODEL", "-o", "a" * 300], "File name too long"),
    (["export", "MODEL", "-o", "MODEL"], "is not a folder"),
    (["export", "MODEL", "-o", "MODEL/inside"], "inside cannot be written"),
    (["export", "a" * 300], "File name too long"),
    (["inspect", "a" * 300], "File name too long"),
    (["verify", "a" * 300], "is no exported design"),
    (["boards", "show", "a" * 300 + ".toml"], "File name too long"),
])  # fmt: skip
def test_a_place_that_cannot_be_used_is_one_line(refused, model, words, named):
    assert named in refused(*(word.replace("MODEL", str(model)) for word in words))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_whatever_the_system_refuses_is_one_line(refused, monkeypatch, number):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number), "some/where")

    monkeypatch.setattr("quantnn.demo_files.demo_files", fail)
    assert refused("demo") == f"Error: some/where cannot be used ({os.strerror(number)})"


def test_a_folder_in_which_one_stands_can_be_exported_to(run, model):
    code, _, err = run("export", model, "-o", ".")
    assert code == 0, err
    assert Path("report.json").is_file() and not list(Path().glob(".quantnn-*"))
    assert run("export", model, "-o", ".")[0] == 0
