import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quantnn.errors import ToolError
from quantnn.system import machine, tools


def python(*words):
    return [sys.executable, "-c", *words]


def test_output_and_errors_go_to_the_log_behind_what_stands_there(tmp_path):
    log = tmp_path / "log"
    log.write_text("before\n")
    tools.run(python("import sys; print('out', flush=True); print('err', file=sys.stderr)"), cwd=tmp_path, log=log)
    assert log.read_text() == "before\nout\nerr\n"


def test_folder_and_environment(tmp_path):
    (tmp_path / "inside").mkdir()
    script = "import os, pathlib; pathlib.Path('found').write_text(os.environ['WORD'])"
    tools.run(python(script), cwd=tmp_path / "inside", env={"WORD": "hello"}, log=tmp_path / "log")
    assert (tmp_path / "inside" / "found").read_text() == "hello"


def test_temporary_files_lie_beside_the_log(tmp_path):
    (tmp_path / "work").mkdir()
    script = "import tempfile; print(tempfile.mkdtemp())"
    tools.run(python(script), cwd=tmp_path, env={}, log=tmp_path / "work" / "log")
    assert Path((tmp_path / "work" / "log").read_text().strip()).parent == tmp_path / "work"


def test_lines_are_told_as_they_come_and_logged(tmp_path):
    log, found = tmp_path / "log", []

    def line(text):
        found.append((text, log.read_text().splitlines()[-1]))

    script = "import sys; print('one é', flush=True); print('two', file=sys.stderr); sys.stdout.buffer.write(b'\\xff')"
    tools.run(python(script), cwd=tmp_path, log=log, line=line)
    assert [text for text, _ in found] == ["one é", "two", "\ufffd"]
    assert all(text == last for text, last in found)
    assert log.read_text().splitlines() == ["one é", "two", "\ufffd"]


def test_an_exit_code_counts_also_where_lines_are_told(tmp_path):
    with pytest.raises(ToolError, match="exit code 7"):
        tools.run(python("print('a'); raise SystemExit(7)"), cwd=tmp_path, log=tmp_path / "log", line=print)


SLEEPER = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("up", flush=True)
time.sleep(60)
"""
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPER!r}, sys.argv[1]])"
"""A program that starts another one, which holds a file as long as it lives."""


def is_held(path, seconds=0.0):
    """Whether a file is held, and stays so for some seconds."""
    deadline = time.monotonic() + seconds
    while True:
        with path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return False
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return True
        time.sleep(0.02)


def test_a_line_that_raises_stops_the_program_and_what_it_started(tmp_path):
    held = tmp_path / "held"

    def line(_):
        assert is_held(held)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tools.run([*python(PARENT), held], cwd=tmp_path, log=tmp_path / "log", line=line)
    assert not is_held(held, seconds=20)


@pytest.fixture
def started(tmp_path):
    """Start a process in which ``run`` has a program run that starts another one; returns it and the file held."""
    held, log = tmp_path / "held", tmp_path / "log"
    words = [*python(PARENT), str(held)]

    def start(before, call="run", line=None):
        script = (
            "from concurrent.futures import ThreadPoolExecutor; from pathlib import Path\n"
            "from quantnn.system.stopping import stoppable; from quantnn.system.tools import run\n"
            f"{before}\n{call}({words!r}, cwd=Path('.'), log=Path('log'), line={line})"
        )

        def heard():  # whatever started the tests may ignore them
            for number in (signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)

        process = subprocess.Popen(
            python(script), cwd=tmp_path, stderr=subprocess.PIPE, text=True, preexec_fn=heard
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not (log.exists() and "up" in log.read_text()):
            time.sleep(0.05)
        assert is_held(held)
        return process, held

    return start


@pytest.mark.parametrize("line", ["None", "lambda text: None"])
def test_an_interrupt_stops_the_program_and_what_it_started(started, line):
    process, held = started("", line=line)
    os.kill(process.pid, signal.SIGINT)
    assert "KeyboardInterrupt" in process.communicate(timeout=30)[1]
    assert not is_held(held, seconds=20)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("threads", [False, True])
def test_a_signal_stops_them_whichever_thread_waits(started, number, threads):
    within = "stoppable(), ThreadPoolExecutor() as pool" if threads else "stoppable()"
    call = "pool.submit(run, *words, **more).result()" if threads else "run(*words, **more)"
    process, held = started(f"def go(*words, **more):\n  with {within}:\n    {call}", "go")
    os.kill(process.pid, number)
    assert f"quantnn.system.stopping.Stopped: {number.name}" in process.communicate(timeout=30)[1]
    assert not is_held(held, seconds=20)


def test_a_killed_process_takes_them_along(started):
    process, held = started("")
    process.kill()
    process.communicate(timeout=30)
    assert not is_held(held, seconds=20)


def test_a_failure_names_the_program_the_code_and_the_log(tmp_path):
    log = tmp_path / "log"
    with pytest.raises(ToolError) as caught:
        tools.run(python("raise SystemExit(7)"), cwd=tmp_path, log=log)
    name = sys.executable.rsplit("/", 1)[1]
    assert str(caught.value) == f"{name} failed with exit code 7; its output is in {log}"


def test_a_program_that_is_not_there(tmp_path):
    with pytest.raises(ToolError, match=r"^no_such_program could not be started: "):
        tools.run(["no_such_program"], cwd=tmp_path, log=tmp_path / "log")


def test_a_machine_that_lacks_something(monkeypatch):
    monkeypatch.setattr(tools, "missing_packages", lambda: ["g++", "make"])
    with pytest.raises(ToolError) as caught:
        tools.check_machine()
    assert str(caught.value) == machine.remedy(["g++", "make"])


def test_a_machine_that_lacks_nothing(monkeypatch):
    monkeypatch.setattr(tools, "missing_packages", list)
    tools.check_machine()


def test_nothing_is_started_once_the_program_is_to_end(tmp_path, monkeypatch):
    monkeypatch.setattr(tools, "is_stopped", lambda: True)
    name = Path(sys.executable).name
    with pytest.raises(ToolError, match=f"^{name} is not started any more$"):
        tools.run(python("print()"), cwd=tmp_path, log=tmp_path / "log")
    assert not (tmp_path / "log").exists()


def test_what_ends_because_the_program_is_to_end_has_not_failed(tmp_path, monkeypatch):
    answers = iter([False, True])
    monkeypatch.setattr(tools, "is_stopped", lambda: next(answers))
    with pytest.raises(ToolError, match=f"^{Path(sys.executable).name} was stopped$"):
        tools.run(python("raise SystemExit(3)"), cwd=tmp_path, log=tmp_path / "log")
