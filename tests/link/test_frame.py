import random
import zlib

import pytest
from cobs import cobs
from link_frames import ANSWER, HELLO, SAMPLE, encoded, raw, some_frames

from quantnn.link.frame import Frame, FrameDecoder


def frames():
    draw = random.Random(12)
    for payload in some_frames():
        yield Frame(draw.randrange(256), draw.randrange(1 << 16), payload, draw.randrange(256))


@pytest.mark.parametrize("said", [0, 2, 4, 0xFFFF])
def test_a_length_that_is_not_that_of_the_payload(said):
    """With a right CRC: only the header contradicts what came."""
    body = bytes([1, SAMPLE, 7, 0]) + said.to_bytes(2, "little") + b"abc"
    line = cobs.encode(body + zlib.crc32(body).to_bytes(4, "little"))
    with pytest.raises(ValueError, match=f"^The payload must have {said} bytes, not 3$"):
        Frame.decode(line)


def test_the_bytes_on_the_line_are_those_of_the_page():
    for frame in frames():
        assert frame.encode() == encoded(frame.type, frame.sequence, frame.payload, frame.version)
    assert Frame(HELLO, 1).encode() == encoded(HELLO, 1)


def test_a_frame_in_bytes():
    """A sample, sequence 0x0203, of one byte, 7: the only zero is the high byte of its length, at place 5."""
    frame = Frame(SAMPLE, 0x0203, b"\7").encode()
    assert frame[:8].hex() == "06" + "01" + "02" + "0302" + "01" + "06" + "07"
    assert frame[8:12] == zlib.crc32(bytes.fromhex("01020302010007")).to_bytes(4, "little")
    assert frame[12:] == b"\0"


@pytest.mark.parametrize("chunk", [1, 2, 7, 100_000])
def test_frames_come_back_however_the_bytes_arrive(chunk):
    sent = list(frames())
    line = b"".join(frame.encode() for frame in sent)
    decoder = FrameDecoder()
    found = [frame for start in range(0, len(line), chunk) for frame in decoder.feed(line[start : start + chunk])]
    assert found == sent and decoder.damaged == 0


def test_what_is_damaged_is_left_out_and_counted():
    good = Frame(ANSWER, 5, b"abc")
    whole = good.encode()
    damaged = [whole[:4] + b"\0", b"\5\1\0", b"\3ab\0", whole[:-3] + b"\0"]
    damaged += [bytes([*whole[:place], whole[place] ^ 1 or 2, *whole[place + 1 :]]) for place in range(len(whole) - 1)]
    decoder = FrameDecoder()
    for piece in damaged:
        assert list(decoder.feed(b"\0" + piece + whole)) == [good]
    assert decoder.damaged == len(damaged)


def test_zeros_between_frames_are_nothing():
    decoder = FrameDecoder()
    assert list(decoder.feed(b"\0\0" + Frame(HELLO, 1).encode() + b"\0\0\0")) == [Frame(HELLO, 1)]
    assert decoder.damaged == 0


def test_noise_without_end_does_not_fill_the_memory():
    decoder = FrameDecoder()
    for _ in range(60):
        assert list(decoder.feed(b"\x55" * 10_000)) == []
    assert len(decoder._partial) < 200_000
    assert list(decoder.feed(b"\0" + Frame(HELLO, 1).encode())) == [Frame(HELLO, 1)]
    assert decoder.damaged == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ((256, 0), "A frame's type must lie in 0..255, not be 256"),
        ((1, -1), "A frame's sequence must lie in 0..65535, not be -1"),
        ((1, 0, b"", 256), "A frame's version must lie in 0..255, not be 256"),
        ((1, 0, bytes(65536)), "A frame must carry at most 65535 bytes, not 65536"),
    ],
)
def test_fields_that_do_not_fit_are_refused(fields, message):
    with pytest.raises(ValueError) as error:
        Frame(*fields)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda body: body[:9], "at least 10 bytes"),
        (lambda body: body[:-1] + bytes([body[-1] ^ 1]), "CRC"),
    ],
)
def test_a_damaged_frame_says_what_is_wrong(damage, words):
    with pytest.raises(ValueError, match=words):
        Frame.decode(cobs.encode(damage(raw(SAMPLE, 1, b"abc"))))
