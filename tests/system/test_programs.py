import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from quantnn.system import stopping, watchdog
from quantnn.system.programs import Programs, stop


@pytest.fixture
def process():
    words = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen(words, text=True, start_new_session=True) as process:
        yield process
        process.kill()


@pytest.fixture(autouse=True)
def unheard(monkeypatch):
    monkeypatch.setattr(stopping, "_endings", [])


def test_all_that_run_are_ended_and_nobody_waits(process):
    programs = Programs()
    programs.add(process)
    programs.end()
    assert process.wait(10) == -signal.SIGTERM
    programs.remove(process)
    programs._leave()


def test_what_has_ended_is_no_longer_watched(process):
    programs = Programs()
    programs.add(process)
    programs.remove(process)
    programs.end()
    programs._leave()
    assert process.poll() is None


def test_what_begins_after_an_end_goes_on(process):
    """A notebook that was interrupted starts the next program."""
    words = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen(words, text=True, start_new_session=True) as later:
        programs = Programs()
        programs.add(process)
        programs.end()
        assert process.wait(10) == -signal.SIGTERM
        programs.remove(process)
        programs.add(later)
        with pytest.raises(subprocess.TimeoutExpired):
            later.wait(0.5)
        programs.end()
        assert later.wait(10) == -signal.SIGTERM
        programs.remove(later)
        programs._leave()


def killed(programs):
    """The watchdog, which the system has killed."""
    programs._watchdog.kill()
    programs._watchdog.wait()
    return programs._watchdog


def test_all_end_though_the_watchdog_was_killed(process):
    programs = Programs()
    programs.add(process)
    killed(programs)
    programs.end()
    assert process.wait(10) == -signal.SIGTERM
    programs.remove(process)
    programs._leave()


def test_who_does_not_listen_is_killed_though_the_watchdog_was(tmp_path, monkeypatch):
    impatient = tmp_path / "watchdog.py"
    impatient.write_text(Path(watchdog.__file__).read_text(encoding="utf-8").replace("GRACE = 5.0", "GRACE = 0.3"))
    monkeypatch.setattr(watchdog, "__file__", str(impatient))
    script = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    words = [sys.executable, "-c", script]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout.readline() == "up\n"
        programs = Programs()
        programs.add(process)
        killed(programs)
        programs.end()
        assert process.wait(10) == -signal.SIGKILL
        programs.remove(process)
        programs._leave()


def test_the_next_program_gets_a_new_watchdog_that_knows_all(process):
    words = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen(words, text=True, start_new_session=True) as later:
        programs = Programs()
        programs.add(process)
        before = killed(programs)
        programs.add(later)
        assert programs._watchdog is not before
        programs._leave()  # as when this process is killed: the line closes
        assert [each.wait(10) for each in (process, later)] == [-signal.SIGTERM] * 2


def test_where_no_watchdog_can_be_started_all_end(process, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    programs = Programs()
    programs.add(process)
    assert programs._watchdog is None
    programs.end()
    assert process.wait(10) == -signal.SIGTERM
    programs.remove(process)


@pytest.mark.parametrize("act", [Programs.end, lambda programs: [stop(process, 15) for process in programs._running]])
def test_a_system_without_process_groups(process, monkeypatch, act):
    monkeypatch.delattr(os, "killpg")
    programs = Programs()
    programs.add(process)
    assert programs._watchdog is None
    act(programs)
    assert process.wait(10) == -signal.SIGTERM
    programs.remove(process)
    programs._leave()


def test_what_was_started_while_the_end_came_is_ended_too(process, monkeypatch):
    monkeypatch.setattr("quantnn.system.programs.is_stopped", lambda: True)
    programs = Programs()
    programs.add(process)
    assert process.wait(10) == -signal.SIGTERM
    programs.remove(process)
    programs._leave()
