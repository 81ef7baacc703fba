from dataclasses import replace

import pytest
from rich.console import Console

from quantnn.speed.accuracy import Share
from quantnn.speed.comparison import SpeedComparison
from quantnn.speed.cpu import Cpu
from quantnn.speed.cpu_speed import CpuSpeed
from quantnn.speed.feed import Feed
from quantnn.speed.fpga import FpgaSpeed, LinkSpeed
from quantnn.speed.table import speed_table
from quantnn.speed.timing import Timing

CORE = FpgaSpeed(50, built=False, interval=10, latency=69, measured=False)
ONE, MANY = Timing(3.25e-6, 3.2e-6, 3.5e-6, 900, 128), Timing(12.8e-6, 12.8e-6, 13.44e-6, 700, 32)
LINK = LinkSpeed(CORE, 1_000_000, 45, 30)
LARGE = Timing(819.2e-6, 819.2e-6, 819.2e-6, 700, 1)


def speed(name, version, threads, single, batch, **others):
    return CpuSpeed(name, version, threads, single, batch, LARGE, 8192, **others)


COMPARISON = SpeedComparison(
    model="model.npz",
    board="de10-lite",
    macs=2720,
    cpu=Cpu("Fast 9000", 2),
    on_cpu=(speed("numpy float32", "2.4", None, MANY, MANY), speed("onnxruntime float32", "1.3", 2, ONE, MANY)),
    not_measured=(),
    empty_call=Timing(1.8e-6, 1.8e-6, 1.8e-6, 3, 1),
    agreement=Share(1389, 1390),
    core=CORE,
    link=LINK,
    feed=Feed(64, CORE, LINK),
    large=8192,
)


def rendered(width=200, **changes):
    console = Console(width=width, color_system=None, highlight=False, markup=False)
    with console.capture() as capture:
        console.print(speed_table(replace(COMPARISON, **changes)))
    return capture.get()


def row(text, heading):
    """The one line that begins with some words, without them."""
    (line,) = (line for line in text.splitlines() if line.strip().startswith(heading))
    return " ".join(line.strip().removeprefix(heading).split())


def test_the_figures_side_by_side():
    text = rendered()
    assert text.splitlines()[0] == "model.npz, 2,720 multiplications a sample: this computer and de10-lite"
    assert row(text, "samples at once") == "threads 1 256 8,192 most a second"
    assert row(text, "numpy float32") == "any 12.8 µs 12.8 µs 819 µs 20,000,000"
    assert row(text, "onnxruntime float32") == "2 3.25 µs 12.8 µs 819 µs 20,000,000"
    assert row(text, "FPGA core, 50 MHz (target)") == "1.38 µs 52.4 µs 1.64 ms 5,000,000"
    assert row(text, "FPGA behind its link") == "996 µs 146 ms 4.67 s 1,750"


@pytest.mark.parametrize("width", [100, 200])
def test_every_verdict_and_energy(width):
    text = " ".join(rendered(width).split())
    assert all(sentence in text for sentence in COMPARISON.verdicts)
    assert "Energy was not measured" in text


def test_a_narrow_terminal_shows_every_figure():
    slow = Timing(0.1234, 0.1234, 1.234, 31, 1)
    text = rendered(80, on_cpu=(speed("numpy exact integers", "2", 64, slow, MANY),))
    assert row(text, "numpy exact integers") == "64 123 ms 12.8 µs 819 µs 20,000,000"
    assert row(text, "FPGA core, 50 MHz (target)") == "1.38 µs 52.4 µs 1.64 ms 5,000,000"


def test_where_the_figures_come_from():
    text = rendered()
    assert row(text, "this computer: ") == (
        "Fast 9000, numpy 2.4, onnxruntime 1.3; medians of at least 700 runs, their quartiles at most 9 % apart"
    )
    assert row(text, "a call of onnxruntime that computes nothing takes") == "1.80 µs: so much of its time is Python's"
    assert "its class is the integers' for 1,389 of 1,390 vectors" in text
    assert row(text, "link: ") == (
        "1,000,000 bits/s, 57 bytes there and 42 back; what the host and a USB bridge add is not in it"
    )


def test_a_target_and_planned_cycles_are_marked():
    text = rendered()
    assert row(text, "FPGA cycles: ") == "latency 69, interval 10, planned, not yet measured: run quantnn verify"
    assert row(text, "FPGA clock: ") == "50 MHz, the target, not yet placed and routed: run quantnn build"


def test_what_was_built_and_measured():
    text = rendered(core=FpgaSpeed(130, True, 20, 99, True, 138.2345))
    assert row(text, "FPGA core, 130 MHz") == "762 ns 40.0 µs 1.26 ms 6,500,000"
    assert row(text, "FPGA cycles: ") == "latency 99, interval 20, measured in simulation"
    clock = "130 MHz, what the bitstream is built for"
    assert row(text, "FPGA clock: ") == f"{clock}; place and route would allow 138.2 MHz"
    assert row(rendered(core=FpgaSpeed(130, True, 20, 99, True)), "FPGA clock: ") == clock


def test_what_is_missing_says_why():
    text = rendered(not_measured=(("onnxruntime float32", "it is missing: install it"),), on_cpu=COMPARISON.on_cpu[:1])
    assert row(text, "onnxruntime float32") == "– – – – –"
    assert row(text, "not measured: onnxruntime float32: ") == "it is missing: install it"


def test_what_is_not_there_is_not_told():
    text = rendered(link=None, empty_call=None, agreement=None, on_cpu=(), feed=Feed(64, CORE, None))
    for words in (
        "behind its link",
        "bits/s,",
        "accuracy",
        "another network",
        "computes nothing",
        "vectors",
        "medians",
    ):
        assert words not in text
    assert "The board has no link" not in text  # nothing to compare with
    assert "Nothing was measured on this computer." in text


def test_a_busy_computer_and_faults_are_warnings():
    assert "warning" not in rendered()
    busy = speed("numpy float32", "2", 1, ONE, Timing(1, 0.9, 1.2, 3, 1))
    assert "warning: times differ much from run to run" in rendered(on_cpu=(busy,))
    assert row(rendered(faults=("it is wrong",)), "warning: ") == "it is wrong"


@pytest.mark.parametrize("text", ["[red]", "[/red]"])
def test_brackets_are_shown_as_they_are(text):
    assert text in rendered(model=text) and text in rendered(cpu=Cpu(text, 1))


def test_how_right_each_is():
    assert "labelled" not in rendered()
    on_cpu = (
        speed("numpy float32", "2", 1, ONE, MANY, right=Share(9, 10)),
        speed("numba bit-sliced", "0.6", 1, ONE, MANY, right=Share(8, 10), elements="bits"),
    )
    text = rendered(on_cpu=on_cpu, right=Share(8, 10))
    assert row(text, "accuracy on 10 labelled vectors: ") == (
        "the FPGA 0.8000, numpy float32 0.9000, numba bit-sliced 0.8000"
    )
    assert row(text, "samples lie in its memory as ").startswith("float32, bits for numba bit-sliced; FPGA")


def test_another_network_counts_if_it_is_as_right():
    def with_rival(equal):
        fast = Timing(1e-9, 1e-9, 1e-9, 3, 1)
        rival = speed("numpy float32", "2", 1, fast, fast, model="tiny.npz", right=equal)
        return {"on_cpu": (*COMPARISON.on_cpu, rival), "right": Share(900, 1000), "rival_macs": 1234}

    text = rendered(**with_rival(Share(890, 1000)))
    assert row(text, "tiny.npz is another network, of ") == "1,234 multiplications a sample"
    assert row(text, "numpy float32, tiny.npz").startswith("1 1.00 ns")
    assert "numpy float32 of tiny.npz with 1 thread wins" in text
    for right in (Share(889, 1000), None):
        text = rendered(**with_rival(right))
        assert "tiny.npz with 1 thread wins" not in text
        assert "; it is not as right as the design, or nobody knows, and does not count" in text


def test_what_feeds_the_core():
    assert row(rendered(), "feeding the core: ").startswith(
        "64 bits every 10 cycles at 50 MHz (target) are 320 Mbit/s;"
    )
