import hashlib

import pytest

from quantnn.design.fingerprint import fingerprint, identity_with
from quantnn.errors import InputError

FILES = {"quantnn_core.v": b"module", "quantnn_core_layer_0_mac_weights.mem": b"0101\n", "quantnn_core_a.mem": b""}


@pytest.fixture
def core(tmp_path):
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "quantnn_core_template.v").write_text("not of it")
    (tmp_path / "interface.json").write_text("{}")
    return tmp_path


def test_it_is_the_start_of_a_hash_of_names_lengths_and_contents(core):
    text = b"quantnn_core.v 6\nmodulequantnn_core_a.mem 0\nquantnn_core_layer_0_mac_weights.mem 5\n0101\n"
    assert fingerprint(core) == hashlib.sha256(text).digest()[:8]


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_the_core_counts(core, name):
    before = fingerprint(core)
    (core / name).write_bytes(FILES[name] + b"1")
    changed = fingerprint(core)
    (core / name).rename(core / "elsewhere")
    assert changed != before
    if name != "quantnn_core.v":
        assert fingerprint(core) not in (before, changed)


def test_no_other_file_counts(core):
    before = fingerprint(core)
    (core / "quantnn_core_template.v").write_text("changed")
    (core / "interface.json").write_text("changed")
    assert fingerprint(core) == before


def test_contents_that_are_to_be(core):
    name = "quantnn_core_layer_0_mac_weights.mem"
    planned = fingerprint(core, {name: b"0000\n"})
    (core / name).write_bytes(b"0000\n")
    assert planned == fingerprint(core)


def test_without_a_core_there_is_none(tmp_path):
    with pytest.raises(InputError, match=r"quantnn_core.v cannot be read \(No such file or directory\)"):
        fingerprint(tmp_path)


def test_another_fingerprint_in_an_identity(tmp_path):
    file = tmp_path / "quantnn_link_identity.mem"
    file.write_text("\n".join(f"{byte:08b}" for byte in range(32)) + "\n")
    lines = identity_with(file, bytes([255, 0, 1, 2, 3, 4, 5, 6])).splitlines()
    assert [int(line, 2) for line in lines] == [255, 0, 1, 2, 3, 4, 5, 6, *range(8, 32)]


@pytest.mark.parametrize("content", ["", "01010101\n" * 7, "0101\n" * 32, "01010102\n" * 32])
def test_a_damaged_identity_is_refused(tmp_path, content):
    file = tmp_path / "quantnn_link_identity.mem"
    file.write_text(content)
    with pytest.raises(InputError, match="is missing or damaged: export the model again"):
        identity_with(file, bytes(8))
