import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.network.network import IntegerNetwork
from quantnn.speed.feed import SDRAM_BITS_PER_SECOND, Feed, bit_rate
from quantnn.speed.fpga import FpgaSpeed, LinkSpeed

FOLDED = FpgaSpeed(50, built=False, interval=384, latency=1217, measured=False)
UNROLLED = FpgaSpeed(100, built=True, interval=1, latency=12, measured=True)


def link(core, baud=1_000_000, sample_bytes=98):
    return LinkSpeed(core, baud, sample_bytes, answer_bytes=3)


def test_bits_of_a_sample_by_interval_and_clock():
    assert Feed(784, FOLDED, None).bits_per_second == pytest.approx(784 / 384 * 50e6)
    assert Feed(784, UNROLLED, None).bits_per_second == pytest.approx(78.4e9)


def test_a_sample_is_as_wide_as_the_network_s_input(small):
    from quantnn.network.file import load_network

    network = load_network(small / "network.npz")
    assert isinstance(network, IntegerNetwork) and network.input == IntegerRange(0, 255)
    assert Feed.of(network, FOLDED, None).sample_bits == 6 * 8


def test_what_a_line_brings_is_without_its_frames():
    line = link(UNROLLED)
    feed = Feed(784, UNROLLED, line)
    assert feed.link_bits_per_second == pytest.approx(784 / line.sample_seconds)
    assert 0.6 * 800_000 < feed.link_bits_per_second < 800_000
    assert Feed(784, UNROLLED, None).link_bits_per_second is None


def test_an_unrolled_core_is_fed_on_the_chip_only():
    feed = Feed(784, UNROLLED, link(UNROLLED))
    assert not feed.by_link and not feed.by_sdram
    first, second = feed.sentences
    assert first == (
        "feeding the core: 784 bits every cycle at 100 MHz are 78.4 Gbit/s;"
        f" the link brings {bit_rate(feed.link_bits_per_second)}, a 16-bit SDRAM at 143 MHz at most 2.29 Gbit/s"
    )
    assert second == "only samples on the chip, or from a sensor at its pins, keep the core busy"


def test_a_folded_core_is_fed_from_memory():
    feed = Feed(784, FOLDED, None)
    assert feed.by_sdram and feed.sentences == (
        "feeding the core: 784 bits every 384 cycles at 50 MHz (target) are 102 Mbit/s;"
        " a 16-bit SDRAM at 143 MHz at most 2.29 Gbit/s",
        "only samples in memory on the board, or from a sensor, keep the core busy",
    )


def test_a_slow_core_is_fed_by_its_line():
    slow = FpgaSpeed(1, built=True, interval=50_000, latency=50_000, measured=True)
    feed = Feed(784, slow, link(slow))
    assert feed.by_link and len(feed.sentences) == 1


def test_the_sdram_is_the_bound():
    for bits, fed in ((SDRAM_BITS_PER_SECOND / 100e6, True), (SDRAM_BITS_PER_SECOND / 100e6 + 1, False)):
        assert Feed(int(bits), UNROLLED, None).by_sdram == fed


def test_a_sample_has_bits():
    with pytest.raises(ValueError, match="at least 1 bit, not 0"):
        Feed(0, UNROLLED, None)


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (39.2e9, "39.2 Gbit/s"),
        (999.6e6, "1.00 Gbit/s"),
        (102e6, "102 Mbit/s"),
        (92_160, "92.2 kbit/s"),
        (1.5, "1.50 bit/s"),
    ],
)
def test_bit_rates(bits, text):
    assert bit_rate(bits) == text
