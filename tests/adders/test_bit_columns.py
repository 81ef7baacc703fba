from quantnn.adders.bit_columns import BitColumns, Triple


def columns(*outputs, atoms=8, width=6):
    """Of outputs that are given as lists of (place, atom, sign)."""
    made = BitColumns(atoms, [width] * len(outputs))
    for output, bits in enumerate(outputs):
        for place, atom, sign in bits:
            made.put(output, place, atom, sign)
    return made


def test_what_two_places_have_in_common():
    made = columns([(0, 0, 1), (0, 1, -1), (0, 2, 1)], [(3, 0, 1), (3, 1, -1), (3, 2, -1)])
    assert made.common((0, 0), (1, 3), 1) == 0b011
    assert made.common((0, 0), (1, 3), -1) == 0b100


def test_three_in_common_become_two():
    made = columns([(0, 0, 1), (0, 1, -1), (0, 2, 1), (0, 3, 1)], [(3, 0, -1), (3, 1, 1), (3, 2, -1)])
    (triple,) = made.shared()
    assert triple == Triple((0, 1, 2), (-1, 1, -1), (((1, 3), 1), ((0, 0), -1)))
    assert (made.added[0, 0], made.taken[0, 0]) == (1 << 3, 1 << 8)
    assert made.taken[0, 1] == 1 << 9
    assert made.added[1, 3] == 1 << 8 and made.added[1, 4] == 1 << 9


def test_two_in_common_stay():
    assert not list(columns([(0, 0, 1), (0, 1, 1), (0, 2, 1)], [(0, 0, 1), (0, 1, 1), (0, 2, -1)]).shared())


def test_bits_above_what_counts_are_dropped():
    made = columns([(5, 0, 1), (5, 1, 1), (5, 2, 1), (6, 3, 1)], [(0, 0, 1), (0, 1, 1), (0, 2, 1)])
    assert (0, 6) not in made.added
    assert len(list(made.shared())) == 1
    assert (0, 6) not in made.added and made.added[1, 1] == 1 << 9


def test_seven_in_common_become_three():
    bits = [(0, atom, 1) for atom in range(7)]
    made = columns(bits, bits, bits)
    assert [len(triple.users) for triple in made.shared()] == [3, 3, 3, 3]
    assert [made.added[2, place].bit_count() for place in range(3)] == [1, 1, 1]
