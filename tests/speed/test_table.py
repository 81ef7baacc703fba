from dataclasses import replace

import pytest
from rich.console import Console

from quantnn.speed.comparison import CpuSpeed, SpeedComparison
from quantnn.speed.cpu import Cpu
from quantnn.speed.fpga import FpgaSpeed, LinkSpeed
from quantnn.speed.table import speed_table
from quantnn.speed.timing import Timing

CORE = FpgaSpeed(50, built=False, interval=10, latency=69, measured=False)
ONE, MANY = Timing(3.25e-6, 3.2e-6, 3.5e-6, 900, 128), Timing(12.8e-6, 12.8e-6, 13.44e-6, 700, 32)
COMPARISON = SpeedComparison(
    model="model.npz",
    board="de10-lite",
    macs=2720,
    cpu=Cpu("Fast 9000", 2),
    on_cpu=(CpuSpeed("numpy float32", "2.4", None, MANY, MANY), CpuSpeed("onnxruntime float32", "1.3", 2, ONE, MANY)),
    not_measured=(),
    empty_call=Timing(1.8e-6, 1.8e-6, 1.8e-6, 3, 1),
    agreement=(1389, 1390),
    core=CORE,
    link=LinkSpeed(CORE, 1_000_000, 45, 30),
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
    assert row(text, "threads") == "one sample 256 samples samples/s"
    assert row(text, "numpy float32") == "any 12.8 µs 12.8 µs 20,000,000"
    assert row(text, "onnxruntime float32") == "2 3.25 µs 12.8 µs 20,000,000"
    assert row(text, "FPGA core, 50 MHz (target)") == "1.38 µs 52.4 µs 5,000,000"
    assert row(text, "FPGA behind its link") == "996 µs 146 ms 1,750"


@pytest.mark.parametrize("width", [100, 200])
def test_every_verdict_and_energy(width):
    text = " ".join(rendered(width).split())
    assert all(sentence in text for sentence in COMPARISON.verdicts)
    assert "Energy was not measured" in text


def test_a_narrow_terminal_shows_every_figure():
    slow = Timing(0.1234, 0.1234, 1.234, 31, 1)
    text = rendered(80, on_cpu=(CpuSpeed("numpy exact integers", "2", 64, slow, MANY),))
    assert row(text, "numpy exact integers") == "64 123 ms 12.8 µs 20,000,000"
    assert row(text, "FPGA core, 50 MHz (target)") == "1.38 µs 52.4 µs 5,000,000"


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
    assert row(text, "FPGA core, 130 MHz") == "762 ns 40.0 µs 6,500,000"
    assert row(text, "FPGA cycles: ") == "latency 99, interval 20, measured in simulation"
    clock = "130 MHz, what the bitstream is built for"
    assert row(text, "FPGA clock: ") == f"{clock}; place and route would allow 138.2 MHz"
    assert row(rendered(core=FpgaSpeed(130, True, 20, 99, True)), "FPGA clock: ") == clock


def test_what_is_missing_says_why():
    text = rendered(not_measured=(("onnxruntime float32", "it is missing: install it"),), on_cpu=COMPARISON.on_cpu[:1])
    assert row(text, "onnxruntime float32") == "– – – –"
    assert row(text, "not measured: onnxruntime float32: ") == "it is missing: install it"


def test_what_is_not_there_is_not_told():
    text = rendered(link=None, empty_call=None, agreement=None, on_cpu=())
    for words in ("behind its link", "bits/s", "computes nothing", "vectors", "medians"):
        assert words not in text
    assert "The board has no link" not in text  # nothing to compare with
    assert "Nothing was measured on this computer." in text


def test_a_busy_computer_and_faults_are_warnings():
    assert "warning" not in rendered()
    busy = CpuSpeed("numpy float32", "2", 1, ONE, Timing(1, 0.9, 1.2, 3, 1))
    assert "warning: times differ much from run to run" in rendered(on_cpu=(busy,))
    assert row(rendered(faults=("it is wrong",)), "warning: ") == "it is wrong"


@pytest.mark.parametrize("text", ["[red]", "[/red]"])
def test_brackets_are_shown_as_they_are(text):
    assert text in rendered(model=text) and text in rendered(cpu=Cpu(text, 1))
