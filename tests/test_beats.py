import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat


@st.composite
def formats(draw):
    width, signed = draw(st.integers(1, 20)), draw(st.booleans())
    return BeatFormat(
        draw(st.integers(1, 9)),
        IntegerRange.of_format(width, signed),
        draw(st.integers(1, 5)),
        draw(st.integers(0, 5)),
    )


def digits(form, sample, classes):
    """A sample's beats as text of binary digits, most significant first, from the documented layout."""
    beats = []
    for number in range(-(-form.elements // form.per_beat)):
        text = ""
        for place in range(form.per_beat):
            index = number * form.per_beat + place
            value = sample[index] if index < form.elements else 0
            text = format(value % (1 << form.element.width), f"0{form.element.width}b") + text
        if form.class_width:
            text = format(classes[number], f"0{form.class_width}b") + text
        beats.append(text.zfill(-(-len(text) // 8) * 8))
    return beats


@given(formats(), st.data())
def test_pack_and_unpack(form, data):
    elements = st.lists(
        st.integers(form.element.lo, form.element.hi), min_size=form.elements, max_size=form.elements
    )
    samples = data.draw(st.lists(elements, min_size=1, max_size=3))
    index = st.integers(0, (1 << form.class_width) - 1)
    classes = [[data.draw(index) for _ in range(form.beats)] for _ in samples] if form.class_width else None
    packed = form.pack(np.array(samples), None if classes is None else np.array(classes))
    assert packed.dtype == np.uint8
    for number, sample in enumerate(samples):
        expected = digits(form, sample, classes and classes[number])
        words = [int.from_bytes(bytes(beat), "little") for beat in packed[number]]
        assert [format(word, f"0{form.tdata_width}b") for word in words] == expected
        unpacked = [form.unpack(word) for word in words]
        assert [value for beat, _ in unpacked for value in beat][: form.elements] == sample
        assert [index for _, index in unpacked] == (classes[number] if classes else [0] * form.beats)


@pytest.mark.parametrize(
    ("form", "beats", "payload", "tdata"),
    [
        (BeatFormat(784, IntegerRange(0, 255)), 784, 8, 8),
        (BeatFormat(784, IntegerRange(0, 255), 3), 262, 24, 24),
        (BeatFormat(10, IntegerRange(-500, 500), 1, 4), 10, 14, 16),
        (BeatFormat(10, IntegerRange(0, 1), 4, 4), 3, 8, 8),
        (BeatFormat(10, IntegerRange(0, 1), 10, 0), 1, 10, 16),
    ],
)
def test_sizes(form, beats, payload, tdata):
    assert (form.beats, form.payload_width, form.tdata_width, form.bytes) == (beats, payload, tdata, tdata // 8)


def test_a_worked_beat():
    """−3 and 5 in 4 bits and class 2: 10 0101 1101."""
    form = BeatFormat(2, IntegerRange(-8, 7), 2, 2)
    packed = form.pack(np.array([[-3, 5]]), np.array([[2]]))
    assert packed.tolist() == [[[0b0101_1101, 0b10]]]
    assert form.unpack(0b10_0101_1101) == ([-3, 5], 2)


def test_padding_is_zero():
    form = BeatFormat(3, IntegerRange(-8, 7), 2)
    assert form.pack(np.array([[-1, -1, -1]])).tolist() == [[[0xFF], [0x0F]]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"elements": 0}, "elements must be at least 1, not 0"),
        ({"elements": 1, "per_beat": 0}, "per_beat must be at least 1, not 0"),
    ],
)
def test_refuses_parameters(change, message):
    with pytest.raises(ValueError, match=message):
        BeatFormat(element=IntegerRange(0, 1), **change)


def test_refuses_samples_and_classes_that_do_not_fit():
    plain, classed = BeatFormat(2, IntegerRange(0, 1)), BeatFormat(2, IntegerRange(0, 1), 1, 1)
    with pytest.raises(ValueError, match=r"Samples must have 2 elements, not shape \(3,\)"):
        plain.pack(np.zeros((1, 3), dtype=np.int64))
    with pytest.raises(ValueError, match="Class indices go with a class field"):
        plain.pack(np.zeros((1, 2), dtype=np.int64), np.zeros((1, 2), dtype=np.int64))
    with pytest.raises(ValueError, match="Class indices go with a class field"):
        classed.pack(np.zeros((1, 2), dtype=np.int64))


@pytest.mark.parametrize(("form", "classes"), [
    (BeatFormat(5, IntegerRange(0, 255), per_beat=2), None),
    (BeatFormat(5, IntegerRange(0, 16), per_beat=2), None),
    (BeatFormat(3, IntegerRange(-100, 100), per_beat=1, class_width=2), np.zeros((0, 3), dtype=np.int64)),
])  # fmt: skip
def test_no_samples_are_no_bytes(form, classes):
    """A board may have no room for any."""
    assert form.pack(np.zeros((0, form.elements), dtype=np.int64), classes).shape == (0, form.beats, form.bytes)


@given(formats(), st.data())
def test_samples_come_out_of_their_bytes(form, data):
    seed = data.draw(st.integers(0, 1000))
    lo, hi = form.element.lo, form.element.hi
    samples = np.random.default_rng(seed).integers(lo, hi, (3, form.elements), endpoint=True)
    classes = np.zeros((3, form.beats), dtype=np.int64) if form.class_width else None
    assert np.array_equal(form.samples(form.pack(samples, classes)), samples)
