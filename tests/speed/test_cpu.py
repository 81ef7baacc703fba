import os
import sys

import numpy as np
import pytest
import threadpoolctl

from quantnn.speed import cpu
from quantnn.speed.cpu import Cpu, blas_is_limited, blas_threads


def blas():
    """Threads of each library that numpy's linear algebra uses."""
    return [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]


def test_threads_to_measure_with():
    assert Cpu("a", 1).thread_counts == (1,)
    assert Cpu("a", 2).thread_counts == (1, 2)
    assert Cpu("a", 16).thread_counts == (1, 16)


def test_its_name_is_what_linux_says(tmp_path, monkeypatch):
    text = "processor\t: 0\nmodel\t\t: 17\nmodel name\t: Fast: 9000\n\nmodel name\t: other\n"
    (tmp_path / "cpuinfo").write_text(text)
    monkeypatch.setattr(cpu, "_CPUINFO", tmp_path / "cpuinfo")
    assert Cpu.here().name == "Fast: 9000"


@pytest.mark.parametrize("text", [None, "processor\t: 0\n", "model name\t: \n"])
def test_or_what_python_says(tmp_path, monkeypatch, text):
    if text is not None:
        (tmp_path / "cpuinfo").write_text(text)
    monkeypatch.setattr(cpu, "_CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr("platform.processor", lambda: "")
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert Cpu.here().name == "riscv64"
    monkeypatch.setattr("platform.processor", lambda: "arm")
    assert Cpu.here().name == "arm"


def test_it_counts_what_this_process_may_use(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 8}, raising=False)
    assert Cpu.here().threads == 3


@pytest.mark.parametrize(("name", "threads"), [("", 1), ("a", 0)])
def test_no_processor(name, threads):
    with pytest.raises(ValueError, match="must have a name and threads"):
        Cpu(name, threads)


def test_numpy_is_told_how_many_threads_to_use():
    assert np.ones((2, 2)).sum() == 4 and blas_is_limited()
    before = blas()
    with blas_threads(1):
        assert set(blas()) == {1}
    assert blas() == before
    with blas_threads(None):
        assert blas() == before


def test_without_threadpoolctl_numpy_is_not_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert not blas_is_limited()
    with blas_threads(None):
        pass


def test_nor_where_its_linear_algebra_does_not_listen(monkeypatch):
    monkeypatch.setattr(threadpoolctl, "threadpool_info", lambda: [{"user_api": "openmp"}])
    assert not blas_is_limited()
