import pytest

from quantnn.speed.stopwatch import large_batch


@pytest.mark.parametrize(("features", "samples"), [(1, 8192), (784, 8192), (2048, 8192), (4096, 4096), (10**7, 256)])
def test_a_large_batch_fits_the_memory(features, samples):
    assert large_batch(features) == samples
