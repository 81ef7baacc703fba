"""Linear algebra on one thread, where its matrices are small."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["one_thread"]


@contextmanager
def one_thread() -> Iterator[None]:
    """Numpy's linear algebra starts no further threads, if threadpoolctl is installed to tell it.

    For matrices of some hundred rows threads cost more than they bring, and many times as much where other programs
    keep the cores busy.
    """
    try:
        import threadpoolctl
    except ImportError:
        yield
        return
    with threadpoolctl.threadpool_limits(limits=1, user_api="blas"):
        yield
