import pytest

from quantnn.importers.keras.quantizer import Quantizer


@pytest.mark.parametrize(
    ("value", "kind", "arguments"),
    [
        ("quantized_bits(8,0,1)", "quantized_bits", {"bits": 8, "integer": 0, "symmetric": 1}),
        ("quantized_bits(bits=4, alpha='auto')", "quantized_bits", {"bits": 4, "alpha": "auto"}),
        ("quantized_bits(4,-1,alpha=0.5)", "quantized_bits", {"bits": 4, "integer": -1, "alpha": 0.5}),
        ("quantized_relu(6)", "quantized_relu", {"bits": 6}),
        ("quantized_po2(4,1)", "quantized_po2", {"bits": 4, "max_value": 1}),
        ("binary", "binary", {}),
        ("ternary()", "ternary", {}),
        (
            {"class_name": "quantized_bits", "config": {"bits": 4, "alpha": None}},
            "quantized_bits",
            {"bits": 4, "alpha": None},
        ),
        ({"class_name": "qkeras>binary", "config": {}}, "binary", {}),
        ({"class_name": "function", "config": "quantized_relu(2)"}, "quantized_relu", {"bits": 2}),
    ],
)
def test_both_spellings(value, kind, arguments):
    assert Quantizer.parsed(value) == Quantizer(kind, arguments)


@pytest.mark.parametrize("value", [None, "relu", "hard_sigmoid", {"class_name": "LeakyReLU", "config": {}}, 3, {}])
def test_what_is_no_quantizer(value):
    assert Quantizer.parsed(value) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("quantized_tanh(4)", "its quantizer quantized_tanh is not read: train with one of quantized_bits"),
        ("stochastic_ternary()", "stochastic_ternary is not read"),
        ({"class_name": "bernoulli", "config": {}}, "bernoulli is not read"),
        ("quantized_bits(4,0,1,1,1,0,7)", "has 7 arguments without names, of which there are 6"),
        ("quantized_bits(bitz=4)", "has the argument 'bitz', which is not known"),
        ("quantized_bits(4,qnoise_factor=0.5)", "has qnoise_factor 0.5, but must have 1"),
        ("quantized_bits(4", "must be like quantized_bits"),
        ("quantized_bits(open('x'))", "must be like quantized_bits"),
        ("__import__('os').system('ls')", "must be like quantized_bits"),
        ("quantized_bits(*[1])", "must be like quantized_bits"),
        ("quantized_bits(**{'bits': 3})", "has the argument ''"),
        ("binary" + "(" * 300, "at most 200 characters"),
        ("((((" * 30, "must be like quantized_bits"),
    ],
)
def test_what_is_not_read(value, words):
    with pytest.raises(ValueError, match=words):
        Quantizer.parsed(value)


def test_arguments_of_the_wrong_kind():
    quantizer = Quantizer("quantized_bits", {"bits": 99, "integer": "a", "symmetric": 2, "alpha": "best"})
    for ask, words in (
        (lambda: quantizer.integer("bits", 8), "must have bits in 0..32, not 99"),
        (lambda: quantizer.integer("integer", 8), "must have integer in"),
        (lambda: quantizer.flag("symmetric"), "symmetric of 0 or 1, not 2"),
        (lambda: quantizer.automatic, "a number, auto or auto_po2 as alpha, not 'best'"),
        (lambda: quantizer.number("alpha"), "must have a number as alpha"),
    ):
        with pytest.raises(ValueError, match=words):
            ask()
    assert Quantizer("quantized_bits", {"integer": 2.0}).integer("integer", 0) == 2
