"""A simulated board at a line on which much goes wrong: every answer is right, and everything is answered."""

import numpy as np
import pytest
from simulated import PATIENCE

from quantnn.design.interface import CoreInterface
from quantnn.link.client import Client
from quantnn.link.port import open_port
from quantnn.link.run import _unpack as unpack
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate
from quantnn.verify.simulated_board import simulated_board

pytestmark = pytest.mark.xdist_group("simulated boards")


COUNT = 80


class Hostile:
    """A port that flips, loses, doubles and inserts bytes, both ways."""

    def __init__(self, port, seed, share):
        self.port, self.draw, self.share = port, np.random.default_rng(seed), share

    def spoiled(self, data):
        def bytes_for(byte):
            if self.draw.random() >= self.share:
                return [byte]
            other = int(self.draw.integers(256))
            return [[], [byte, byte], [other], [byte, other], [0, byte], [byte ^ 1 << other % 8]][self.draw.integers(6)]

        return bytes(part for byte in data for part in bytes_for(byte))

    def read(self, size):
        return self.spoiled(self.port.read(size))

    def write(self, data):
        self.port.write(self.spoiled(data))

    def __getattr__(self, name):
        return getattr(self.port, name)


@pytest.fixture(scope="module")
def board(small):
    """A small network on a simulated board, so that much goes over the line."""
    with simulated_board(small, "socket://127.0.0.1:0") as board:
        yield board


@pytest.fixture
def answers(small):
    """Samples as they go over the line, of which no two have the same logits, and whether answers are theirs."""
    form = CoreInterface.load(small / "core" / "interface.json")
    network = load_network(small / "network.npz")
    inputs = np.random.default_rng(4).integers(0, 256, (2000, 6))
    _, different = np.unique(evaluate(network, inputs).logits, axis=0, return_index=True)
    assert len(different) > COUNT
    inputs = inputs[different[:COUNT]]
    expected = evaluate(network, inputs)

    def right(found):
        logits, classes = unpack(form.output, list(found))
        return np.array_equal(logits, expected.logits) and np.array_equal(classes, expected.classes)

    return [sample.tobytes() for sample in form.input.pack(inputs)], right


@pytest.mark.parametrize("seed", [1, 2])
def test_a_hostile_line(board, answers, seed):
    """One byte of 200 is spoiled, each way: every answer that counts is right, and everything is answered."""
    samples, right = answers
    port = open_port(board.port, 1)
    try:
        found = Client(Hostile(port, seed, 0.005), patience=0.1, attempts=100)
        window = found.hello().window
        assert right(found.infer(samples, window))
    finally:
        port.close()
    assert found.repeated > 0 and found.damaged > 0


def test_a_reset_in_the_middle(board, answers):
    """What was under way is lost, a frame that comes meanwhile too, and asked for again."""
    samples, right = answers

    class Resets(Hostile):
        writes = 0

        def write(self, data):
            self.writes += 1
            if self.writes != 30:
                return self.port.write(data)
            board.run(30, button=1)
            self.port.write(data)
            board.run(20_000)
            board.run(30, button=0)

    port = open_port(board.port, 1)
    try:
        found = Client(Resets(port, 0, 0), patience=0.2)
        assert right(found.infer(samples, found.hello().window))
    finally:
        port.close()
    assert found.repeated > 0


def test_a_host_that_asks_too_often(board, answers):
    """Every question again and again: too many under way, refused or answered twice, and none wrong."""
    samples, right = answers
    port = open_port(board.port, 1)
    try:
        found = Client(port, patience=0.002, attempts=5000)
        assert right(found.infer(samples, 3 * found.hello().window))
    finally:
        port.close()
    assert found.repeated > 0
    run = Client(port := open_port(board.port, 1), PATIENCE)
    assert right(run.infer(samples, run.hello().window)) and run.repeated == 0
    port.close()
