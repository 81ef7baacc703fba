import os
import signal
import subprocess
import sys

import pytest

from quantnn.system import stopping
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
