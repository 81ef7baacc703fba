import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quantnn.system import watchdog

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
MEEK = "import time; print('up', flush=True); time.sleep(60)"


@pytest.fixture
def start():
    """Start a program in a group of its own, and wait until it is there."""
    started = []

    def program(script):
        words = [sys.executable, "-c", script]
        started.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True))
        assert started[-1].stdout.readline() == "up\n"
        return started[-1]

    yield program
    for process in started:
        process.kill()
        process.communicate()


def watch(*lines, grace=watchdog.GRACE):
    """Run a watchdog that is told these numbers, and then nothing more."""
    source = Path(watchdog.__file__).read_text(encoding="utf-8").replace("GRACE = 5.0", f"GRACE = {grace}")
    text = "".join(f"{line}\n" for line in lines)
    subprocess.run([sys.executable, "-I", "-S", "-c", source], input=text, text=True, check=True)


def test_when_the_line_closes_groups_end(start):
    process = start(MEEK)
    watch(process.pid)
    assert process.wait(10) == -signal.SIGTERM


def test_who_does_not_listen_is_killed(start):
    process, began = start(STUBBORN), time.monotonic()
    watch(process.pid, grace=0.3)
    assert process.wait(10) == -signal.SIGKILL and time.monotonic() - began >= 0.3


def test_what_ended_before_is_left_alone(start):
    ended, running = start(MEEK), start(MEEK)
    watch(ended.pid, running.pid, -ended.pid)
    assert running.wait(10) == -signal.SIGTERM and ended.poll() is None


def test_on_demand_they_end_at_once_and_later_ones_when_asked_again(start):
    first, later = start(MEEK), start(MEEK)
    words = [sys.executable, "-I", "-S", watchdog.__file__]
    with subprocess.Popen(words, stdin=subprocess.PIPE, text=True, bufsize=1) as process:
        process.stdin.write(f"{first.pid}\n0\n")
        assert first.wait(10) == -signal.SIGTERM
        process.stdin.write(f"{later.pid}\n")
        with pytest.raises(subprocess.TimeoutExpired):
            later.wait(0.5)
        process.stdin.write("0\n")
        assert later.wait(10) == -signal.SIGTERM


def test_groups_that_are_gone_do_no_harm(start):
    process = start(MEEK)
    process.kill()
    process.wait()
    watch(process.pid)
