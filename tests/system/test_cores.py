import os

import pytest

from quantnn.system.cores import cores


def test_those_that_this_process_was_given(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 8}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert cores() == 3


@pytest.mark.parametrize(("count", "found"), [(6, 6), (None, 1)])
def test_all_where_the_system_does_not_say(monkeypatch, count, found):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    assert cores() == found
