import io
import os
import pty
import re
import subprocess
import sys
import time

import pytest
from rich.console import Console

from quantnn.system.progress_display import LoggedProgress, ShownProgress, duration, shown_progress

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Clock:
    """Time that passes when it is told to."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


def terminal(width=80):
    return Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None, highlight=False)


@pytest.fixture
def clock():
    return Clock()


class TestLog:
    @pytest.fixture
    def log(self, clock):
        """A log that is not running: the test says when it is time."""
        log = LoggedProgress(Console(file=io.StringIO(), highlight=False, markup=False), clock)
        log._last, log._named = -1.0, None
        return log

    def lines(self, log):
        return log._console.file.getvalue().splitlines()

    def test_a_line_a_second_at_most(self, log, clock):
        for number in range(50):
            log(f"step {number}")
            clock.seconds += 0.1
            log.tell()
        assert self.lines(log) == [f"… step {number}" for number in (0, 9, 19, 29, 39, 49)]

    def test_share_and_time_left(self, log, clock):
        log("simulating", 1000, "samples")
        clock.seconds += 3
        log.advance(250)
        log.tell()
        assert self.lines(log) == ["… simulating", "… simulating: 250 of 1,000 samples, 25 %, 9.0 s left"]

    def test_without_a_total_the_time_that_passed(self, log, clock):
        log("compiling")
        clock.seconds += 4.5
        log.tell()
        assert self.lines(log) == ["… compiling"]
        clock.seconds += 56.5
        log.tell()
        assert self.lines(log)[1:] == ["… compiling: 1 min 01 s"]

    def test_what_takes_long_tells_of_itself_less_often(self, log, clock):
        log("placing")
        for _ in range(3600 * 10):
            clock.seconds += 0.1
            log.tell()
        count = len(self.lines(log))
        assert 60 <= count <= 60 + 40, "at most one a minute in the end"

    def test_notes_and_escapes(self, log, clock):
        log("placing \x1b[31m[bold]\n", 8, "placements")
        clock.seconds += 1
        log.advance(1, "best \x07 25 MHz")
        log.tell()
        assert self.lines(log) == [
            r"… placing \x1b[31m[bold]\n",
            r"… placing \x1b[31m[bold]\n, best \x07 25 MHz: 1 of 8 placements, 12 %, 7.0 s left",
        ]

    def test_a_line_comes_by_itself(self):
        with LoggedProgress(Console(file=io.StringIO(), highlight=False)) as log:
            log("first")
            log("second")
            deadline = time.monotonic() + 30
            while len(self.lines(log)) < 2 and time.monotonic() < deadline:
                time.sleep(0.05)
        assert self.lines(log)[:2] == ["… first", "… second"]


class TestTerminal:
    def shown(self, told):
        with told._console.capture() as capture:
            told._console.print(told)
        return capture.get().rstrip("\n")

    def test_a_bar_with_count_share_and_time_left(self, clock):
        told = ShownProgress(terminal(100), clock)
        told("simulating", 400, "samples")
        clock.seconds += 5
        told.advance(100)
        line = self.shown(told)
        assert line.startswith("… simulating  ━━━━━")
        assert line.endswith("  100 of 400 samples, 25 %, 15 s left  ".rstrip()) or "25 %, 15 s left" in line

    def test_without_a_total_the_time_that_passed(self, clock):
        told = ShownProgress(terminal(), clock)
        told("compiling")
        clock.seconds += 7.25
        assert self.shown(told).split("  ")[:2] == ["… compiling", "7.2 s"]

    @pytest.mark.parametrize("width", [30, 40, 60, 80, 100, 200])
    @pytest.mark.parametrize("total", [None, 0, 7, 1_000_000])
    @pytest.mark.parametrize("name", ["simulating", "simulating 1,000,000 samples under very adverse conditions"])
    def test_it_is_one_line_at_every_width(self, clock, width, total, name):
        told = ShownProgress(terminal(width), clock)
        told(name, total, "samples")
        clock.seconds += 100
        told.advance(3)
        line = self.shown(told)
        assert "\n" not in line and len(line) <= width
        if total and width >= 60:
            assert f"3 of {total:,}" in line

    def test_steps_that_are_done_stay_with_their_seconds(self, clock):
        with ShownProgress(terminal(), clock) as told:
            told("planning")
            clock.seconds += 1.5
            told("placing", 2, "placements")
            clock.seconds += 75
            told.advance(2, "best 25.0 MHz")
        lines = [line.strip() for line in re.split(r"[\r\n]+", CONTROL.sub("", told._console.file.getvalue()))]
        assert [line for line in lines if line.startswith("✓")] == [
            "✓ planning  1.5 s",
            "✓ placing, best 25.0 MHz  1 min 15 s",
        ]

    def test_a_step_that_fails_is_not_done(self, clock):
        with pytest.raises(KeyError), ShownProgress(terminal(), clock) as told:
            told("planning")
            raise KeyError
        assert "✓" not in told._console.file.getvalue()


@pytest.mark.parametrize(
    "seconds, text",
    [(0, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (3599, "59 min 59 s"),
     (3600, "1 h 00 min"), (36_720, "10 h 12 min")],
)  # fmt: skip
def test_durations(seconds, text):
    assert duration(seconds) == text


WORK = """
from quantnn.system.progress_display import shown_progress
with shown_progress() as told:
    told("working", 10, "pieces")
    told.advance(10)
print("answer")
"""


def in_a_terminal(**environment):
    """What the work says in a terminal of 80 columns."""
    main, other = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environment}
    done = subprocess.run([sys.executable, "-c", WORK], stdout=other, stderr=other, env=env, check=True)
    os.close(other)
    said = b""
    try:
        while piece := os.read(main, 4096):
            said += piece
    except OSError:  # the other end is closed
        pass
    os.close(main)
    assert done.returncode == 0
    return said.decode()


def test_a_terminal_gets_a_line_that_moves():
    said = in_a_terminal()
    assert CONTROL.search(said) and "✓ working" in said and "answer" in said


def test_without_colour_where_none_is_wanted():
    assert not re.search(r"\x1b\[[0-9;]*3[0-9][0-9;]*m", in_a_terminal(NO_COLOR="1"))


def test_a_dumb_terminal_and_a_pipe_get_plain_lines():
    assert in_a_terminal(TERM="dumb").split("\r\n") == ["… working", "answer", ""]
    done = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("answer\n", "… working\n")


def test_work_is_given_one(capsys):
    with shown_progress() as told:
        told("working")
    assert capsys.readouterr() == ("", "… working\n")


@pytest.mark.parametrize("widgets, kind", [(True, ShownProgress), (False, LoggedProgress)])
def test_a_notebook_gets_a_line_that_moves_if_it_can(monkeypatch, widgets, kind):
    """Without ipywidgets rich cannot change what a notebook shows, and would warn of it."""
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    monkeypatch.setattr("quantnn.system.progress_display.find_spec", lambda name: name if widgets else None)
    monkeypatch.setattr("rich.live.Live.start", lambda live: None)
    monkeypatch.setattr("rich.live.Live.stop", lambda live: None)
    with shown_progress() as told:
        assert type(told) is kind
