"""The dividers of each PLL against the formulas in the vendors' guides."""

from fractions import Fraction

import pytest

from quantnn.plan.pll import PLLS, Dividers, Pll, Range, find_plls, format_mhz

(MAX10,), (ECP5,), (ICE40, ICE40_PAD), (GOWIN,) = (PLLS[name] for name in ("quartus", "ecp5", "ice40", "gowin"))


def test_frequencies_of_dividers():
    dividers = Dividers(input=2, multiplier=54, output=5)
    assert dividers.detector(25_000_000) == 12_500_000
    assert dividers.vco(25_000_000) == 675_000_000
    assert dividers.frequency(25_000_000) == 135_000_000
    assert Dividers(3, 1, 1).frequency(10) == Fraction(10, 3)


def test_the_ecp5_feeds_back_the_output_where_that_gives_the_multiplier():
    assert ECP5.parameters(Dividers(2, 24, 6)) == {"CLKI_DIV": 2, "CLKFB_DIV": 4, "CLKOP_DIV": 6}


@pytest.mark.parametrize("dividers", [Dividers(1, 26, 5), Dividers(1, 27, 5), Dividers(2, 61, 7), Dividers(1, 16, 37)])
def test_else_another_output_of_the_ecp5_is_fed_back_and_its_divider_cancels(dividers):
    """FPGA-TN-02200: f_vco = f_in / CLKI_DIV × CLKFB_DIV × CLKOP_DIV with CLKOP fed back; CLKOS: f_vco / CLKOS_DIV."""
    found = ECP5.parameters(dividers)
    assert found["CLKI_DIV"] == dividers.input and found["CLKOS_DIV"] == dividers.output
    assert found["CLKFB_DIV"] * found["CLKOP_DIV"] == dividers.multiplier
    assert 1 <= found["CLKFB_DIV"] <= 80 and 2 <= found["CLKOP_DIV"] <= 128


def test_the_ice40_codes_its_dividers():
    """FPGA-TN-02052: f_out = f_in × (DIVF + 1) / (2^DIVQ × (DIVR + 1))."""
    assert ICE40.parameters(Dividers(2, 53, 16)) == {"DIVR": 1, "DIVF": 52, "DIVQ": 4}
    assert ICE40_PAD.parameters(Dividers(2, 53, 16)) == ICE40.parameters(Dividers(2, 53, 16))


def test_the_gowin_codes_its_dividers():
    """UG286E: f_out = f_in × (FBDIV_SEL + 1) / (IDIV_SEL + 1), f_vco = f_out × ODIV_SEL."""
    assert GOWIN.parameters(Dividers(3, 11 * 8, 8)) == {"IDIV_SEL": 2, "FBDIV_SEL": 10, "ODIV_SEL": 8}


@pytest.mark.parametrize(
    ("dividers", "multiply", "divide"),
    [(Dividers(1, 18, 9), 2, 1), (Dividers(10, 137, 5), 137, 50), (Dividers(1, 12, 512), 3, 128)],
)
def test_the_max10_is_told_the_ratio_in_lowest_terms(dividers, multiply, divide):
    """As Quartus' own generator writes it; which counters make it is up to Quartus."""
    assert MAX10.parameters(dividers) == {"clk0_multiply_by": multiply, "clk0_divide_by": divide}


@pytest.mark.parametrize(
    ("pll", "dividers"),
    [
        (MAX10, Dividers(513, 18, 9)),
        (MAX10, Dividers(1, 513, 9)),
        (MAX10, Dividers(1, 18, 513)),
        (MAX10, Dividers(0, 18, 9)),
        (ECP5, Dividers(129, 26, 5)),
        (ECP5, Dividers(1, 81, 5)),
        (ECP5, Dividers(1, 131, 5)),
        (ECP5, Dividers(1, 26, 129)),
        (ICE40, Dividers(17, 64, 32)),
        (ICE40, Dividers(1, 129, 32)),
        (ICE40, Dividers(1, 64, 128)),
        (ICE40, Dividers(1, 64, 1)),
        (ICE40, Dividers(1, 64, 3)),
        (GOWIN, Dividers(65, 16, 8)),
        (GOWIN, Dividers(1, 65 * 8, 8)),
        (GOWIN, Dividers(1, 20, 8)),
        (GOWIN, Dividers(1, 60, 6)),
    ],
)
def test_dividers_that_a_pll_does_not_have(pll, dividers):
    assert pll.parameters(dividers) is None


@pytest.mark.parametrize(
    ("hz", "dividers", "message"),
    [
        (7_000_000, Dividers(1, 64, 4), "the input of EHXPLLL must run at 8 to 400 MHz, not 7"),
        (25_000_000, Dividers(3, 64, 4), "the phase detector of EHXPLLL must run at 10 to 400 MHz, not 8.333333"),
        (25_000_000, Dividers(1, 33, 8), "the VCO of EHXPLLL must run at 400 to 800 MHz, not 825"),
        (25_000_000, Dividers(1, 15, 8), "the VCO of EHXPLLL must run at 400 to 800 MHz, not 375"),
        (25_000_000, Dividers(1, 32, 1), "the output of EHXPLLL must run at 3.125 to 400 MHz, not 800"),
        (25_000_000, Dividers(1, 16, 1), None),
        (25_000_000, Dividers(1, 16, 128), None),
        (25_000_000, Dividers(2, 33, 128), None),
        (10_000_000, Dividers(1, 40, 128), None),
    ],
)
def test_what_is_out_of_range_is_named(hz, dividers, message):
    assert ECP5.misfit(dividers, hz) == message


@pytest.mark.parametrize(
    ("hz", "dividers", "message"),
    [
        (4_000_000, Dividers(1, 160, 8), "the input of altpll must run at 5 to 472.5 MHz, not 4"),
        (50_000_000, Dividers(11, 140, 8), "the phase detector of altpll must run at 5 to 325 MHz, not 4.545455"),
        (50_000_000, Dividers(1, 27, 9), "the VCO of altpll must run at 600 to 1300 MHz, not 1350"),
        (50_000_000, Dividers(1, 11, 9), "the VCO of altpll must run at 600 to 1300 MHz, not 550"),
        (50_000_000, Dividers(1, 18, 2), "the output of altpll must run at 1.171875 to 402.5 MHz, not 450"),
        (50_000_000, Dividers(1, 12, 512), None),
        (50_000_000, Dividers(10, 161, 2), None),
        (50_000_000, Dividers(1, 26, 13), None),
    ],
)
def test_what_is_out_of_the_range_of_a_max10(hz, dividers, message):
    assert MAX10.misfit(dividers, hz) == message


def test_a_pll_is_only_found_for_a_family_that_has_it():
    assert find_plls("quartus") == find_plls("quartus", "MAX 10") == (MAX10,)
    assert find_plls("quartus", "Cyclone V") == ()
    assert find_plls("ice40", "iCE40") == (ICE40, ICE40_PAD)
    assert find_plls("ice40", "iCE40", "SB_PLL40_PAD") == (ICE40_PAD,)


def test_every_pll_names_a_cell_of_its_own():
    plls = [pll for plls in PLLS.values() for pll in plls]
    assert len({pll.primitive for pll in plls}) == len(plls) and all(isinstance(pll, Pll) for pll in plls)


@pytest.mark.parametrize(
    ("hz", "text"), [(25_000_000, "25"), (3_125_000, "3.125"), (1, "0.000001"), (Fraction(100_000_000, 3), "33.333333")]
)
def test_megahertz(hz, text):
    assert format_mhz(hz) == text


def test_a_range_holds_its_ends():
    assert 3 in Range(3, 5) and 5 in Range(3, 5) and Fraction(51, 10) not in Range(3, 5)
