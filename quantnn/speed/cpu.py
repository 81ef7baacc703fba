"""This computer, as far as speed is concerned."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from quantnn.system.cores import cores

__all__ = ["Cpu", "blas_is_limited", "blas_threads"]

_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Cpu:
    """A processor.

    Parameters
    ----------
    name : str
        As it calls itself.
    threads : int
        Threads that this process may run at the same time, at least 1.
    """

    name: str
    threads: int

    def __post_init__(self) -> None:
        if not self.name or self.threads < 1:
            raise ValueError(f"A processor must have a name and threads, not {self.name!r} and {self.threads}")

    @classmethod
    def here(cls) -> Self:
        """The one that this process runs on."""
        return cls(_name(), cores())

    @property
    def thread_counts(self) -> tuple[int, ...]:
        """One, and all."""
        return (1, self.threads) if self.threads > 1 else (1,)


def _name() -> str:
    try:
        lines = _CPUINFO.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine() or "unknown"


def blas_is_limited() -> bool:
    """Whether :func:`blas_threads` can tell numpy's linear algebra how many threads to use."""
    try:
        import threadpoolctl
    except ImportError:
        return False
    return any(pool["user_api"] == "blas" for pool in threadpoolctl.threadpool_info())


@contextmanager
def blas_threads(count: int | None) -> Iterator[None]:
    """Let numpy's linear algebra use so many threads meanwhile; None leaves it as it is."""
    if count is None:
        yield
        return
    import threadpoolctl

    with threadpoolctl.threadpool_limits(limits=count, user_api="blas"):
        yield
