import pytest

from quantnn.resources import BlockRam


def test_a_shape_with_more_bits_than_a_block_is_refused():
    with pytest.raises(ValueError, match=r"^shapes must have at most 9216 bits, not 1024 × 18$"):
        BlockRam("M9K", 182, 9216, ((512, 18), (1024, 18)), ("here",))
