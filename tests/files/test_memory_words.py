import re

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.files.memory_words import read_words, written_words


def test_words_are_written_and_read():
    content = written_words([5, 0, 6], 3, 4)
    assert content == b"101\n000\n110\n000\n"
    assert np.array_equal(read_words(content, "a"), [[1, 0, 1], [0, 0, 0], [0, 1, 1], [0, 0, 0]])


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "a.mem is missing: export"), (b"", "must hold binary digits"), (b"101\n10\n", "all of one width"),
     (b"102\n", "must hold binary digits"), (b"101\n101", "a word per line")],
)  # fmt: skip
def test_what_is_no_memory_is_refused(content, words):
    with pytest.raises(InputError, match=re.escape(words)):
        read_words(content, "a.mem")
