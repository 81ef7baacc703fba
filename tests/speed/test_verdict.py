import pytest

from quantnn.speed.verdict import ENERGY, Figure, duration, rate, verdicts

SLOW, FAST = Figure("numpy", 8e-6, 1e6), Figure("onnx with 1 thread", 4e-6, 5e5)
CORE, LINK = Figure("the FPGA core", 1e-6, 5e6), Figure("the FPGA behind its link", 1e-3, 1754.0)


def test_a_sentence_each():
    assert verdicts([SLOW, FAST], CORE, LINK) == (
        "Latency of one sample: the FPGA core wins, 1.00 µs against 4.00 µs of onnx with 1 thread, 4.0 times as fast.",
        "Throughput: the FPGA core wins, 5,000,000 samples/s against 1,000,000 samples/s of numpy, 5.0 times as fast.",
        "Latency, the link included: onnx with 1 thread wins, 4.00 µs against 1.00 ms of the FPGA behind its link,"
        " 250 times as fast.",
        "Throughput, the link included: numpy wins, 1,000,000 samples/s against 1,750 samples/s of the FPGA behind its"
        " link, 570 times as fast.",
        "Energy was not measured, neither on this computer nor on a board.",
    )


@pytest.mark.parametrize(
    ("ratio", "winner"), [(1.2, "numpy wins"), (1.08, "a draw"), (0.92, "a draw"), (0.8, "core wins")]
)
def test_close_figures_are_a_draw(ratio, winner):
    core = Figure("core", SLOW.latency * ratio, SLOW.samples_per_second / ratio)
    latency, throughput, *_ = verdicts([SLOW], core, None)
    assert winner in latency and winner in throughput


def test_a_draw_names_both():
    latency = verdicts([SLOW], Figure("core", 7.9e-6, 1e9), None)[0]
    assert latency == "Latency of one sample: a draw, 7.90 µs of core and 8.00 µs of numpy."


def test_without_a_link():
    sentences = verdicts([SLOW], CORE, None)
    assert sentences[2:] == ("The board has no link to a host, so nothing is said of one.", ENERGY)


def test_without_this_computer():
    assert verdicts([], CORE, LINK) == ("Nothing was measured on this computer.", ENERGY)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (2.5e-9, "2.50 ns"), (769.23e-9, "769 ns"), (999.6e-9, "1.00 µs"), (1.384e-6, "1.38 µs"), (99.96e-6, "100 µs"),
        (0.012345, "12.3 ms"), (0.99949, "999 ms"), (0.99999, "1.00 s"), (61.0, "61.0 s"), (4567.0, "4,570 s"),
    ],
)  # fmt: skip
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1.00"), (99.95, "100"), (1753.7, "1,750"), (19_345_678.0, "19,300,000"), (0.5, "0.500")]
)
def test_rates(value, text):
    assert rate(value) == text
