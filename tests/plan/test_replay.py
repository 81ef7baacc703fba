import pytest

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.plan.replay import ReplayPlan

M9K = ((8192, 1), (4096, 2), (2048, 4), (1024, 9), (512, 18), (256, 36))
BINARY = BeatFormat(784, IntegerRange(0, 1), 784)
DIGITS = BeatFormat(64, IntegerRange(0, 31), 13)
OUTPUT = BeatFormat(10, IntegerRange(-99, 99), 10, 4)


def test_two_thousand_binary_images():
    """98 bytes each: 22 M9K of 36 bits, eight times as deep; 2,048 classes of 4 bits are one."""
    plan = ReplayPlan(BINARY, OUTPUT, 2048, True, M9K)
    assert (plan.words, plan.block_ram) == (2048, 176 + 1 + 1)
    assert ReplayPlan(BINARY, OUTPUT, 2048, False, M9K).block_ram == 176 + 1


def test_a_set_that_is_no_power_of_two_is_split():
    """100 samples of five beats of 72 bits: 500 words are 512, as 512 × 18 four times, or less in parts."""
    plan = ReplayPlan(DIGITS, OUTPUT, 100, True, M9K)
    assert plan.sample_memory.words == 500 and plan.sample_memory.depth >= 500
    assert plan.block_ram == 4 + 1 + 1
    plan = ReplayPlan(DIGITS, OUTPUT, 130, True, M9K)
    assert plan.sample_memory.depths == (512, 256) and plan.sample_memory.blocks(M9K) == 4 + 2


def test_the_band_holds_all_signs():
    assert ReplayPlan(BINARY, OUTPUT, 2048, True, M9K, 6).signs == len("2048-2048 C4294967295") + 3


def test_logic_grows_with_what_there_is():
    narrow, wide = (ReplayPlan(form, OUTPUT, 100, True, M9K) for form in (DIGITS, BINARY))
    shown = ReplayPlan(DIGITS, OUTPUT, 100, True, M9K, 6)
    assert 0 < narrow.logic_elements < shown.logic_elements < wide.logic_elements + 1000
    deep = ReplayPlan(BINARY, OUTPUT, 2048, True, M9K)
    assert deep.logic_elements > wide.logic_elements


@pytest.mark.parametrize(
    ("samples", "width", "message"),
    [(0, 4, "A replay must have at least 1 sample, not 0"),
     (5, 0, "A replay must have classes to count, and the network gives values")],
)  # fmt: skip
def test_what_makes_no_replay_is_refused(samples, width, message):
    with pytest.raises(ValueError) as error:
        ReplayPlan(DIGITS, BeatFormat(3, IntegerRange(0, 9), class_width=width), samples, True, M9K)
    assert str(error.value) == message
