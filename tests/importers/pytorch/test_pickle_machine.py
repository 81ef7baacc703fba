import pickle
import time
from io import BytesIO

import pytest

from quantnn.importers.pytorch.pickle_machine import Global, Instance, unpickled


def read(content):
    return unpickled(BytesIO(content), lambda of: of, Instance, lambda identifier: ("outside", identifier))


VALUES = [
    None,
    True,
    -(1 << 70),
    1.5,
    "text",
    [1, [2, (3,), ()], {"a": {"b": [1]}, 3: None}],
    {"a": 1} | {str(number): number for number in range(2000)},
    (1, 2, 3, 4),
]


@pytest.mark.parametrize("protocol", range(2, 6))
@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_plain_values_come_back(value, protocol):
    shared = [value, value]
    assert read(pickle.dumps(shared, protocol)) == shared


@pytest.mark.parametrize("protocol", [0, 1])
def test_old_protocols(protocol):
    value = {"a": [1, (2.5, None)], "b": "text", "c": True}
    assert read(pickle.dumps(value, protocol)) == value


def test_bytes():
    assert read(pickle.dumps([b"bytes", bytearray(b"more")], 5)) == [b"bytes", b"more"]


def test_the_file_is_left_behind_the_pickle():
    file = BytesIO(pickle.dumps(1) + pickle.dumps(2))
    both = [unpickled(file, lambda of: of, Instance, lambda identifier: None) for _ in range(2)]
    assert both == [1, 2]


class Evil:
    def __reduce__(self):
        return (print, ("it ran",))


def test_what_would_be_called_is_only_recorded(capsys):
    made = read(pickle.dumps(Evil()))
    assert isinstance(made, Instance) and made.of == Global("builtins", "print") and made.args == ("it ran",)
    assert capsys.readouterr().out == ""


def test_a_name_may_be_refused():
    def refuse(of):
        raise ValueError(f"no {of}")

    with pytest.raises(ValueError, match=r"no builtins\.print"):
        unpickled(BytesIO(pickle.dumps(Evil())), refuse, Instance, lambda identifier: None)


def test_state_and_items_are_kept():
    made = read(b"\x80\x02cm\nC\n)\x81(X\x01\x00\x00\x00kK\x01u}X\x01\x00\x00\x00sK\x02sb.")
    assert (made.of, made.items, made.state) == (Global("m", "C"), {"k": 1}, {"s": 2})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "exhausted before seeing STOP"),
        (b"\x80\x02", "exhausted before seeing STOP"),
        (b"\x80\x02.", "takes more than there is"),
        (b"\x80\x02(.", "takes more than there is"),
        (b"0.", "takes more than there is"),
        (b"K\x01e.", "a mark is missing"),
        (b"h\x05.", "refers to what is not there"),
        (b"K\x01K\x02a.", "appends to what is no list"),
        (b"K\x01K\x02K\x03s.", "sets items of what is no dict"),
        (b"}(K\x01u.", "sets items of what is no dict"),
        (b"K\x01)R.", "calls what is no function"),
        (b"cm\nf\nK\x01R.", "calls what is no function"),
        (b"K\x01K\x02\x93.", "names something by no text"),
        (b"\x82\x01.", "has EXT1"),
        (b"(cm\nC\no.", "has OBJ"),
        (b"Pid\n.", "has PERSID"),
        (b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc", "expected .* bytes"),
        (b"\x8b\xff\xff\xff\x7fabc", "not enough data"),
        (b"\x8c\x03\xff\xff\xff.", "decode"),
        (b"c\\h\\\x91\nx\n.", "decode|takes more"),
        (b"V" + b"1" * 10 + b".", "newline"),
    ],
)
def test_damage(content, words):
    with pytest.raises(ValueError, match=words):
        read(content)


@pytest.mark.parametrize(
    "content",
    [
        b"(" * 140_000 + b".",
        b")" + b"\x85" * 140_000 + b".",  # a tuple in a tuple in a tuple …
        b"]" * 140_000 + b"a" * 139_999 + b".",
        b"}" + b")\x85\x85K\x01s" * 25_000 + b".",
        b"}" + b")" + b"\x85" * 140_000 + b"K\x01s.",  # as the key of a dict
        b"r\xff\xff\xff\xff".join([b"K\x01", b"."]),
        b"](" + b"2" * 0 + b"K\x01" * 140_000 + b"e.",
        b"K\x012" * 5 + b"." + b"x" * 100,
    ],
    ids=["marks", "tuples", "lists", "keys", "deep key", "memo", "long", "copies"],
)
def test_bombs_end_soon(content):
    begun = time.process_time()
    try:
        read(b"\x80\x02" + content)
    except ValueError as error:
        assert "\n" not in str(error)
    assert time.process_time() - begun < 5


def test_operations_are_counted():
    with pytest.raises(ValueError, match="takes more than 150,000 operations"):
        read(b"N0" * 100_000 + b"N.")


def long_integer(value):
    return b"\x8a\x10" + value.to_bytes(16, "little", signed=True)


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x02}(" + b"".join(long_integer(n * ((1 << 61) - 1)) + b"N" for n in range(1, 70_000)) + b"u.",
        b"\x80\x02N" + b"".join(b"p%d\n" % (n * ((1 << 61) - 1)) for n in range(1, 70_000)) + b".",
    ],
    ids=["keys", "memo"],
)
def test_integers_of_one_hash(content):
    """Python would compare each with all before it, for half a minute."""
    begun = time.process_time()
    with pytest.raises(ValueError, match="numbers something with more than 61 bits"):
        read(content)
    assert time.process_time() - begun < 2
