import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest

from quantnn.system import stopping
from quantnn.system.stopping import Stopped, held, is_stopped, on_stop, stoppable

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def heard():
    """Whatever started the tests may ignore Ctrl-C, as a shell does for what runs behind, or, as nohup, SIGHUP."""
    before = {number: signal.getsignal(number) for number in NUMBERS}
    for number in NUMBERS:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def send(number):
    os.kill(os.getpid(), number)
    time.sleep(0.01)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_ends_the_work_and_says_which_it_was(number):
    before = signal.getsignal(number)
    with pytest.raises(Stopped) as caught, stoppable():
        assert not is_stopped()
        send(number)
        raise AssertionError("not reached")
    assert caught.value.exit_code == 128 + number
    assert signal.getsignal(number) is before and not is_stopped()


def test_who_handles_errors_does_not_hold_it_up():
    assert not issubclass(Stopped, Exception)


def test_programs_hear_of_it_first(monkeypatch):
    heard = []
    monkeypatch.setattr(stopping, "_endings", [])
    on_stop(lambda: heard.append(is_stopped()))
    with pytest.raises(Stopped), stoppable():
        try:
            send(signal.SIGTERM)
        finally:
            heard.append("work")
    assert heard == [True, "work"]


def test_a_second_signal_does_not_disturb_the_tidying():
    tidied = []
    with pytest.raises(Stopped), stoppable():
        try:
            send(signal.SIGTERM)
        finally:
            send(signal.SIGTERM)
            tidied.append(True)
    assert tidied


def test_what_is_held_comes_to_its_end():
    done = []
    with pytest.raises(Stopped), stoppable():
        with held():
            with held():
                send(signal.SIGTERM)
            done.append(True)
        raise AssertionError("not reached")
    assert done


def test_a_signal_whose_exception_gets_lost_still_counts():
    with pytest.raises(Stopped), stoppable(), suppress(Stopped):
        send(signal.SIGTERM)


def test_a_signal_that_was_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            send(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_later_signal_ends_a_process_that_does_not_come_to_its_end():
    script = (
        "import time; from quantnn.system import stopping; stopping._PATIENCE = 0.1\n"
        "with stopping.stoppable(), stopping.held(): print('up', flush=True); [time.sleep(0.05) for _ in range(600)]"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 143


def test_work_in_another_thread_hears_of_no_signal():
    """Only the main thread can; what is held there is not held up either."""
    before, inside = {number: signal.getsignal(number) for number in NUMBERS}, []

    def work():
        with stoppable(), held():
            inside.extend(signal.getsignal(number) is before[number] for number in NUMBERS)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert inside == [True] * len(NUMBERS)
