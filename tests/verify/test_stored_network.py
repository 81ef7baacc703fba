"""Any bit of any memory file, in cores of every kind: none may differ unseen."""

import re

import numpy as np
import pytest
from memory_faults import memory_faults
from mutated_designs import folded, tabulated
from networks import device, random_network

from quantnn.errors import InputError, VerificationError
from quantnn.hdl.core.core import Core
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.plan.core_record import CoreRecord
from quantnn.plan.planner import Planner
from quantnn.verify.stored_network import check_stored


def split():
    """A weight memory in parts: about 96 words, for which 128 are too many."""
    plan = Planner(random_network(5, (24, 8), False), device(2)).best()
    assert len(plan.engines[0].weight_memory.depths) > 1
    return plan


def in_logic():
    return Planner(random_network(11, (5, 9, 3), False), device(30), logic_memories=True).best()


PLANS = {"folded": folded, "tabulated": tabulated, "split": split, "in logic": in_logic}
PLANS |= {f"random {seed}": lambda seed=seed: Planner(random_network(seed), device(9)).best() for seed in range(8)}


@pytest.fixture(scope="module", params=PLANS)
def core(request, tmp_path_factory):
    """A plan, and the memory files of its core."""
    plan = PLANS[request.param]()
    paths = emit_verilog(Core(plan), "quantnn_core", tmp_path_factory.mktemp("core"))
    return plan, {path.name: path.read_bytes() for path in paths if path.suffix == ".mem"}


def check(plan, files, network=None):
    check_stored(files, CoreRecord.of(plan), network or plan.network, "here")


def flipped(content, line, digit):
    lines = content.split(b"\n")
    lines[line] = lines[line][:digit] + (b"1" if lines[line][digit] == ord("0") else b"0") + lines[line][digit + 1 :]
    return b"\n".join(lines)


def test_what_was_written_is_the_network(core):
    check(*core)


def test_any_bit_of_any_file_is_seen_and_its_word_named(core):
    plan, files = core
    random = np.random.default_rng(1)
    for name, content in files.items():
        words = content.count(b"\n")
        for line in {0, words - 1, *random.integers(0, words, 6).tolist()}:
            digit = int(random.integers(content.index(b"\n")))
            with pytest.raises(VerificationError) as caught:
                check(plan, files | {name: flipped(content, line, digit)})
            assert str(caught.value).startswith(f"here/{name}, line {line + 1}")
            assert "\n" not in str(caught.value)


@pytest.mark.parametrize("design", [folded, tabulated])
def test_a_fault_makes_the_network_that_it_is_said_to_make(design, tmp_path):
    """Files with a fault hold the faulty network and no other."""
    plan = design()
    paths = emit_verilog(Core(plan), "quantnn_core", tmp_path)
    files = {path.name: path.read_bytes() for path in paths}
    for fault in memory_faults(plan, np.random.default_rng(2), 12):
        name = f"quantnn_core{fault.file}"
        digits = files[name].index(b"\n")
        faulty = files | {name: flipped(files[name], fault.word, digits - 1 - fault.bit)}
        check(plan, faulty, fault.network)
        with pytest.raises(VerificationError):
            check(plan, faulty)


def test_the_message_names_file_word_layer_and_both_numbers(tmp_path):
    plan = folded()
    files = {path.name: path.read_bytes() for path in emit_verilog(Core(plan), "quantnn_core", tmp_path)}
    name, layer = "quantnn_core_layer_0_mac_weights.mem", plan.network.layers[0]
    digits = files[name].index(b"\n")
    with pytest.raises(VerificationError) as caught:
        check(plan, files | {name: flipped(files[name], 0, digits - 1)})
    weight = int(layer.weights[0, 0])
    got = weight + 1 if weight % 2 == 0 else weight - 1
    assert str(caught.value) == (
        f"here/{name}, line 1: layer 0, weight of input 0, neuron 0 is {got} there, but {weight} in network.npz:"
        " export the model again"
    )


@pytest.mark.parametrize("content", [
    b"", b"\n", b"0101", b"01\n0\n", b"0x\n01\n", b"0 1\n", b"// 0\n", b"@0 01\n", b"0101\n" * 3, b"01\r\n", b"2\n",
])  # fmt: skip
def test_a_file_that_holds_no_words_of_the_memory_is_refused(core, content):
    plan, files = core
    for name in files:
        if "queue" not in name:
            with pytest.raises((InputError, VerificationError), match=re.escape(f"here/{name}")):
                check(plan, files | {name: content})


def test_a_missing_file_is_named(core):
    plan, files = core
    for name in files:
        rest = {other: content for other, content in files.items() if other != name}
        with pytest.raises((InputError, VerificationError), match=r"here/quantnn_core\w+\.mem"):
            check(plan, rest)
