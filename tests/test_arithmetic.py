from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import requantize

from quantnn.arithmetic import MAX_MULTIPLIER_BITS, MAX_SHIFT, Box, IntegerRange, Requantizer

WIDE = IntegerRange(-(2**60), 2**60)


def one(m=1, s=0, output=WIDE, negative_m=None, truncate=False):
    return Requantizer.make(
        1, output, multiplier=m, negative_multiplier=negative_m, shift=s, truncate=truncate
    )


def values(requantizer, accumulators):
    return requantizer(np.array(accumulators, dtype=np.int64)[:, np.newaxis])[:, 0].tolist()


class TestIntegerRange:
    @pytest.mark.parametrize(
        ("lo", "hi", "signed", "width"),
        [
            (0, 0, False, 1),
            (0, 1, False, 1),
            (0, 2, False, 2),
            (0, 255, False, 8),
            (0, 256, False, 9),
            (5, 9, False, 4),
            (-1, 0, True, 1),
            (-1, 1, True, 2),
            (-128, 127, True, 8),
            (-129, 0, True, 9),
            (-1, 128, True, 9),
            (-7, -3, True, 4),
        ],
    )
    def test_format(self, lo, hi, signed, width):
        values = IntegerRange(lo, hi)
        assert (values.signed, values.width) == (signed, width)

    @given(st.integers(-(2**70), 2**70), st.integers(0, 2**70))
    def test_width_is_the_least_that_holds_both_ends(self, lo, span):
        values = IntegerRange(lo, lo + span)

        def fits(width):
            least, most = (-(2 ** (width - 1)), 2 ** (width - 1) - 1) if lo < 0 else (0, 2**width - 1)
            return least <= lo and lo + span <= most

        assert fits(values.width)
        assert values.width == 1 or not fits(values.width - 1)

    @pytest.mark.parametrize(
        ("width", "signed", "lo", "hi"),
        [(1, False, 0, 1), (8, False, 0, 255), (1, True, -1, 0), (2, True, -2, 1), (8, True, -128, 127)],
    )
    def test_of_format(self, width, signed, lo, hi):
        assert IntegerRange.of_format(width, signed) == IntegerRange(lo, hi)

    def test_of_array_union_and_membership(self):
        assert IntegerRange.of_array(np.array([[3, -2], [7, 0]])) == IntegerRange(-2, 7)
        assert IntegerRange(0, 3).union(IntegerRange(-5, 1)) == IntegerRange(-5, 3)
        assert [value in IntegerRange(-1, 1) for value in (-2, -1, 0, 1, 2)] == [False, True, True, True, False]

    def test_clamp(self):
        assert IntegerRange(-2, 3).clamp(np.arange(-4, 6)).tolist() == [-2, -2, -2, -1, 0, 1, 2, 3, 3, 3]

    def test_ends_are_integers(self):
        assert type(IntegerRange(np.int8(-3), np.uint8(4)).lo) is int
        for wrong in (0.0, "1", None):
            with pytest.raises(TypeError, match="integer"):
                IntegerRange(wrong, 5)

    def test_refuses_an_empty_range_and_no_bits(self):
        with pytest.raises(ValueError, match=r"^An integer range must not be empty, but its ends are 3 and 2$"):
            IntegerRange(3, 2)
        with pytest.raises(ValueError, match=r"^A format must have at least 1 bit, not 0$"):
            IntegerRange.of_format(0, True)


class TestRule:
    def test_ties_go_toward_plus_infinity(self):
        accumulators = [-6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6]
        assert values(one(s=1), accumulators) == [-3, -2, -2, -1, -1, 0, 0, 1, 1, 2, 2, 3, 3]
        assert values(one(s=2), accumulators) == [-1, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 1, 2]

    def test_truncation_goes_toward_minus_infinity(self):
        assert values(one(s=1, truncate=True), [-3, -2, -1, 0, 1, 2, 3]) == [-2, -1, -1, 0, 0, 1, 1]

    def test_saturates_and_never_wraps(self):
        assert values(one(output=IntegerRange(-4, 3)), [-1000, -5, -4, 3, 4, 1000]) == [-4, -4, -4, 3, 3, 3]

    def test_a_left_shift_is_exact(self):
        assert values(one(m=8), [-3, 0, 5]) == [-24, 0, 40]

    def test_relu_and_leaky_relu(self):
        assert values(one(m=3, negative_m=0), [-9, -1, 0, 1, 9]) == [0, 0, 0, 3, 27]
        assert values(one(m=1 << 8, negative_m=26, s=8), [-100, -10, 0, 100]) == [-10, -1, 0, 100]

    def test_every_small_case_by_exact_fractions(self):
        accumulators = list(range(-40, 41))
        for m, negative_m, s, truncate in product(range(6), range(6), range(5), (False, True)):
            for lo, hi in ((-8, 7), (0, 15), (3, 5), (-6, -2)):
                found = values(one(m, s, IntegerRange(lo, hi), negative_m, truncate), accumulators)
                assert found == [
                    requantize(acc, m, s=s, lo=lo, hi=hi, negative_m=negative_m, truncate=truncate)
                    for acc in accumulators
                ]

    @given(
        st.integers(-(2**46), 2**46),
        st.integers(0, 2**16 - 1),
        st.integers(0, 2**16 - 1),
        st.integers(0, 47),
        st.booleans(),
    )
    def test_the_widest_cases_by_exact_fractions(self, acc, m, negative_m, s, truncate):
        limits = {"lo": -(2**62), "hi": 2**62}
        found = values(one(m, s, IntegerRange(**limits), negative_m, truncate), [acc])
        assert found == [requantize(acc, m, s=s, negative_m=negative_m, truncate=truncate, **limits)]

    def test_every_channel_has_its_own_parameters(self):
        requantizer = Requantizer((1, 3, 2), (0, 3, 1), (0, 1, 3), (0, 1, 0), IntegerRange(-100, 100))
        found = requantizer(np.array([[[5, 5, 5], [-5, -5, -5]]]))
        assert found.tolist() == [[[5, 8, 1], [0, -7, -1]]]
        assert requantizer.channels == 3

    def test_refuses_accumulators_that_might_overflow(self):
        everything = IntegerRange(-(2**62), 2**62)
        for m, negative_m, s in ((65535, 65535, 0), (1, 1, 0), (0, 3, 20), (7, 0, 47)):
            limit = (2**62 - (2**s >> 1)) // max(1, m, negative_m)
            requantizer = one(m, s, everything, negative_m)
            assert values(requantizer, [limit, -limit]) == [
                requantize(acc, m, s=s, negative_m=negative_m, lo=everything.lo, hi=everything.hi)
                for acc in (limit, -limit)
            ]
            for acc in (limit + 1, -limit - 1, -(2**63)):
                with pytest.raises(OverflowError, match="must be smaller to be requantized exactly"):
                    values(requantizer, [acc])

    def test_a_wide_channel_beside_one_with_a_large_multiplier(self):
        requantizer = Requantizer.make(2, IntegerRange(-(2**62), 2**62), multiplier=(1, 65535))
        assert requantizer(np.array([[2**60, -3]])).tolist() == [[2**60, -3 * 65535]]
        with pytest.raises(OverflowError):
            requantizer(np.array([[-3, 2**60]]))

    def test_no_samples(self):
        assert one()(np.zeros((0, 1), dtype=np.int64)).shape == (0, 1)


class TestIntervals:
    def test_interval_and_product_range_are_exact_at_small_widths(self):
        boxes = [(lo, hi) for lo in range(-7, 8, 2) for hi in range(lo, 8, 3)]
        for m, negative_m, s, truncate in product((0, 1, 3), (0, 1, 2), (0, 1, 3), (False, True)):
            r = 0 if truncate or s == 0 else 2 ** (s - 1)
            for output in (IntegerRange(-3, 3), IntegerRange(0, 9), IntegerRange(-50, 50)):
                requantizer = one(m, s, output, negative_m, truncate)
                for lo, hi in boxes:
                    box = Box.of([IntegerRange(lo, hi)])
                    found = values(requantizer, range(lo, hi + 1))
                    assert requantizer.interval(box) == Box([min(found)], [max(found)])
                    products = [acc * (negative_m if acc < 0 else m) for acc in range(lo, hi + 1)]
                    spanned = [*products, *(p + r for p in products)]
                    assert requantizer.product_range(box) == IntegerRange(min(spanned), max(spanned))

    def test_the_product_range_is_over_all_channels(self):
        requantizer = Requantizer.make(2, WIDE, multiplier=(1, 10), shift=(4, 0))
        assert requantizer.product_range(Box([-2, -3], [120, 5])) == IntegerRange(-30, 128)

    def test_rounding_may_need_a_bit_more(self):
        """127 + 8 needs 9 bits."""
        product = one(s=4).product_range(Box([-128], [127]))
        assert (product, product.width) == (IntegerRange(-128, 135), 9)

    def test_per_channel_intervals(self):
        requantizer = Requantizer.make(2, IntegerRange(0, 7), multiplier=(1, 2), shift=1)
        assert requantizer.interval(Box([-9, 2], [4, 100])) == Box([0, 2], [2, 7])

    @pytest.mark.parametrize("seed", range(20))
    def test_wide_accumulators_by_exact_fractions(self, seed):
        """Products of up to 78 bits, beyond any int64."""
        draw = Random(seed)
        ends = [sorted(draw.randint(-(2**62), 2**62) >> draw.randrange(40) for _ in range(2)) for _ in range(3)]
        m, n = draw.randrange(2**16), draw.randrange(2**16)
        s, truncate = draw.randrange(48), draw.random() < 0.5
        limits = {"lo": -(2 ** draw.randrange(1, 63)), "hi": 2 ** draw.randrange(1, 63)}
        requantizer = Requantizer.make(
            3, IntegerRange(**limits), multiplier=m, negative_multiplier=n, shift=s, truncate=truncate
        )
        box = Box([lo for lo, _ in ends], [hi for _, hi in ends])
        assert [(r.lo, r.hi) for r in requantizer.interval(box)] == [
            tuple(requantize(acc, m, s=s, negative_m=n, truncate=truncate, **limits) for acc in pair) for pair in ends
        ]
        products = [acc * (n if acc < 0 else m) for pair in ends for acc in pair]
        r = 0 if truncate else 2**s // 2
        assert requantizer.product_range(box) == IntegerRange(min(products), max(products) + r)


class TestBoxes:
    def test_a_box_is_a_range_per_element(self):
        box = Box([-3, 0, 5], [4, 0, 9])
        assert list(box) == [IntegerRange(-3, 4), IntegerRange(0, 0), IntegerRange(5, 9)] and len(box) == 3
        assert box == Box.of(list(box)) and box[1] == IntegerRange(0, 0)
        assert box != Box([-3, 0, 5], [4, 0, 8]) and box != [1]
        assert box.union == IntegerRange(-3, 9)
        assert box.magnitudes.tolist() == [4, 0, 9]

    def test_the_same_for_all_or_for_runs(self):
        assert Box.uniform(IntegerRange(-1, 2), 3) == Box([-1] * 3, [2] * 3)
        assert Box([0, 1], [5, 6]).repeated(2) == Box([0, 0, 1, 1], [5, 5, 6, 6])

    def test_it_is_a_copy_that_cannot_be_changed(self):
        lo = np.array([0, 1])
        box = Box(lo, lo + 1)
        lo[0] = 7
        assert box[0] == IntegerRange(0, 1)
        with pytest.raises(ValueError, match="read-only"):
            box.hi[0] = 5

    def test_the_widest(self):
        box = Box([-(2**62)], [2**62])
        assert box[0] == IntegerRange(-(2**62), 2**62)
        assert box.magnitudes.tolist() == [2**62]

    @pytest.mark.parametrize(
        ("lo", "hi", "error", "message"),
        [
            ([], [], ValueError, "A box must have integers for its elements, not float64 of shape"),
            ([1.5], [2.5], ValueError, "A box must have integers for its elements, not float64"),
            ([[1]], [[1]], ValueError, r"not int64 of shape \(1, 1\)"),
            ([1, 2], [3], ValueError, "one greatest value for each least one"),
            ([1, 2], [3, 1], ValueError, "one greatest value for each least one, none of them smaller"),
            ([0], [2**62 + 1], OverflowError, r"A box must lie within ±2\*\*62"),
            ([-(2**62) - 1], [0], OverflowError, r"A box must lie within ±2\*\*62"),
            ([-(2**70)], [2**70], OverflowError, r"A box must lie within ±2\*\*62"),
            ([0], [2**63], OverflowError, r"A box must lie within ±2\*\*62"),
        ],
    )
    def test_refuses(self, lo, hi, error, message):
        with pytest.raises(error, match=message):
            Box(lo, hi)


class TestParameters:
    def test_make_spreads(self):
        assert Requantizer.make(2, WIDE, multiplier=3, shift=(0, 4)) == Requantizer(
            (3, 3), (3, 3), (0, 4), (0, 8), WIDE
        )
        assert Requantizer.make(2, WIDE, shift=2, truncate=True).roundings == (0, 0)
        assert Requantizer.make(2, WIDE, multiplier=(5, 6), negative_multiplier=0).negative_multipliers == (0, 0)

    def test_the_limits_are_allowed(self):
        assert (MAX_MULTIPLIER_BITS, MAX_SHIFT) == (16, 47)
        Requantizer((65535,), (0,), (47,), (2**46,), WIDE)

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            (((), (), (), ()), r"must have one value per channel, not \[0\] values"),
            (((1, 1), (1,), (0,), (0,)), r"must have one value per channel, not \[1, 2\] values"),
            (((65536,), (0,), (0,), (0,)), "A multiplier must lie in 0..65535, not be 65536"),
            (((-1,), (0,), (0,), (0,)), "A multiplier must lie in 0..65535, not be -1"),
            (((1,), (-2,), (0,), (0,)), "A multiplier must lie in 0..65535, not be -2"),
            (((1,), (1,), (48,), (0,)), "A shift must lie in 0..47, not be 48"),
            (((1,), (1,), (-1,), (0,)), "A shift must lie in 0..47, not be -1"),
            (((1,), (1,), (3,), (3,)), "A rounding for shift 3 must be 0 or 4, not 3"),
            (((1,), (1,), (0,), (1,)), "A rounding for shift 0 must be 0 or 0, not 1"),
        ],
    )
    def test_refuses(self, columns, message):
        with pytest.raises(ValueError, match=message):
            Requantizer(*columns, WIDE)
