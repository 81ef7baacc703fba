"""Quantized ONNX against onnx's own reference.

Scales are powers of two where answers have to be equal, as float32 is exact then; elsewhere a step may differ.
"""

from itertools import pairwise

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx_files import model, node, read, reference, saved

from quantnn.arithmetic import IntegerRange
from quantnn.errors import InputError
from quantnn.importers.format import Hints
from quantnn.importers.formats import read_model
from quantnn.model.network import FloatNetwork
from quantnn.model.quantized import QuantizedNetwork
from quantnn.network.reference import evaluate

RNG = np.random.default_rng(3)
MS = "com.microsoft"
F = np.float32
KINDS = {"u8": np.uint8, "s8": np.int8, "u16": np.uint16, "s16": np.int16}


def qdq(name, source, scale, zero, weights, kind=np.uint8, **attributes):
    """Two nodes, and their constants put into weights."""
    weights |= {f"{name}_s": F(scale), f"{name}_z": np.asarray(zero, dtype=kind)}
    return [
        node(
            "QuantizeLinear", [source, f"{name}_s", f"{name}_z"], [f"{name}_q"], name=f"{name}_quantize", **attributes
        ),
        node(
            "DequantizeLinear", [f"{name}_q", f"{name}_s", f"{name}_z"], [name], name=f"{name}_dequantize", **attributes
        ),
    ]


def whole(*shape, low=-127, high=128, kind=np.int8):
    return RNG.integers(low, high, shape).astype(kind)


def values_of(reading, raw):
    network = reading.model.network
    return evaluate(network, raw).logits * np.asarray(network.layers[-1].scale)


def compare(proto, tmp_path, features, given=None, apart=0.0, **others):
    """Specification and reference are equal, and our integers differ by what is stated at most, of every layer."""
    reading = read(proto, tmp_path, **others)
    quantized = reading.model
    assert isinstance(quantized, QuantizedNetwork)
    x = RNG.normal(size=(60, features)).astype(F) * 2 if given is None else given
    raw = x.astype(np.int64) if quantized.sensor is None else quantized.sensor(x.astype(float))
    wanted = reference(proto, [row[np.newaxis] for row in x]) if apart is not None else None
    step = np.asarray(quantized.network.layers[-1].scale)
    if wanted is not None:
        assert np.abs((quantized.logits(raw) - wanted) / step).max() <= apart + 1e-6
    off = np.abs((values_of(reading, raw) - quantized.logits(raw)) / step).max()
    if len(quantized.network.layers) == 1:
        assert off <= quantized.differences[0] + 1e-6
    return reading


def two_layers(kind="u8", weight_kind=np.int8, zero=7, per_channel=False, scale=2.0**-5):
    """As onnxruntime's static quantization writes it: biases of 32 bits, and all scales as float32."""
    kind = KINDS[kind]
    weights = {}
    sizes = (6, 5, 3)
    low, high = np.iinfo(weight_kind).min, np.iinfo(weight_kind).max + 1
    nodes = qdq("a0", "x", scale, zero, weights, kind)
    for number, (inputs, outputs) in enumerate(pairwise(sizes)):
        scales = F(2.0 ** -RNG.integers(5, 8, outputs)) if per_channel else F(2.0**-6)
        zeros = np.zeros(outputs, weight_kind) if per_channel else np.asarray(low + 130 if low == 0 else 3, weight_kind)
        axis = {"axis": 1} if per_channel else {}
        weights |= {
            f"w{number}_q": whole(inputs, outputs, low=low, high=high, kind=weight_kind),
            f"w{number}_s": scales,
            f"w{number}_z": zeros,
            f"b{number}_q": RNG.integers(-3000, 3000, outputs).astype(np.int32),
            f"b{number}_s": F(scale) * scales,
        }
        bias_axis = {"axis": 0} if per_channel else {}
        nodes += [
            node("DequantizeLinear", [f"w{number}_q", f"w{number}_s", f"w{number}_z"], [f"w{number}"], **axis),
            node("DequantizeLinear", [f"b{number}_q", f"b{number}_s"], [f"b{number}"], **bias_axis),
            node("Gemm", [f"a{number}", f"w{number}", f"b{number}"], [f"g{number}"], name=f"fc{number}"),
        ]
        if number == 0:
            nodes.append(node("Relu", ["g0"], ["r0"]))
            nodes += qdq("a1", "r0", scale, zero, weights, kind)
    nodes += qdq("y", "g1", 2.0**-3, zero, weights, kind)
    return model(nodes, ["n", 6], weights, opset=21, domains=(MS,))


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("weight_kind", [np.int8, np.uint8])
@pytest.mark.parametrize("kind", KINDS)
def test_quantize_and_dequantize(tmp_path, kind, weight_kind, per_channel):
    proto = two_layers(kind, weight_kind, per_channel=per_channel)
    reading = compare(proto, tmp_path, 6)
    network = reading.model.network
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in proto.graph.initializer}
    for number, layer in enumerate(network.layers):
        expected = arrays[f"w{number}_q"].astype(int) - arrays[f"w{number}_z"].astype(int)
        assert layer.weights.tolist() == expected.tolist()
    assert network.input == IntegerRange(np.iinfo(KINDS[kind]).min, np.iinfo(KINDS[kind]).max)
    assert network.sensor.ties == "odd"
    assert network.layers[0].output.lo == 0 and network.layers[0].activation == "relu"


def test_biases_are_the_files_own(tmp_path):
    """b − z · Σ w, exactly: every accumulator's bias lies within half a step's reach of it."""
    proto = two_layers()
    network = read(proto, tmp_path).model.network
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in proto.graph.initializer}
    own = arrays["b0_q"] - 7 * (arrays["w0_q"].astype(int) - arrays["w0_z"]).sum(axis=0)
    m, s = network.layers[0].requantizer.multipliers, network.layers[0].requantizer.shifts
    reach = np.array([2**shift / multiplier for multiplier, shift in zip(m, s, strict=True)])
    assert (np.abs(network.layers[0].bias - own) <= reach / 2 + 1).all()


def test_scales_of_any_kind(tmp_path):
    compare(two_layers(scale=0.0317), tmp_path, 6, apart=1)


def test_what_is_shown(tmp_path):
    reading = read(two_layers(), tmp_path)
    assert [(entry.operator, entry.became.partition(",")[0]) for entry in reading.entries][:4] == [
        ("QuantizeLinear", "the host's rounding of inputs"),
        ("DequantizeLinear", "nothing changes"),
        ("Gemm", "layer 0"),
        ("Relu", "layer 0"),
    ]


def test_weights_that_are_quantized_within_the_file(tmp_path):
    weights = {"w": RNG.normal(size=(4, 3)).astype(F)}
    nodes = qdq("a", "x", 0.125, 3, weights)
    nodes += qdq("wq", "w", 2.0**-6, 0, weights, np.int8)
    nodes += [node("MatMul", ["a", "wq"], ["y"])]
    reading = compare(model(nodes, ["n", 4], weights, opset=21), tmp_path, 4)
    assert reading.model.differences == (0,)


@pytest.mark.parametrize("transposed", [False, True])
def test_weights_that_are_moved_behind_their_quantizer(tmp_path, transposed):
    weights = {"w_q": whole(3, 4), "w_s": F(2.0**-6), "w_z": np.int8(0)}
    nodes = qdq("a", "x", 0.125, 3, weights)
    nodes.append(node("DequantizeLinear", ["w_q", "w_s", "w_z"], ["w"]))
    if transposed:
        nodes += [node("Transpose", ["w"], ["t"], perm=[1, 0]), node("MatMul", ["a", "t"], ["y"])]
    else:
        nodes += [node("Gemm", ["a", "w"], ["y"], transB=1)]
    reading = compare(model(nodes, ["n", 4], weights, opset=21), tmp_path, 4)
    assert reading.model.network.layers[0].weights.tolist() == weights["w_q"].T.tolist()


def test_four_bits(tmp_path):
    def nibbles(name, values):
        return helper.make_tensor(name, TensorProto.INT4, np.shape(values), np.ravel(values).tolist())

    values = RNG.integers(-8, 8, (4, 3))
    weights = {"w_q": nibbles("w_q", values), "w_s": F(2.0**-3), "w_z": nibbles("w_z", 1), "a_s": F(0.5)}
    weights["a_z"] = nibbles("a_z", -3)
    nodes = [
        node("QuantizeLinear", ["x", "a_s", "a_z"], ["a_q"]),
        node("DequantizeLinear", ["a_q", "a_s", "a_z"], ["a"]),
        node("DequantizeLinear", ["w_q", "w_s", "w_z"], ["w"]),
        node("MatMul", ["a", "w"], ["y"]),
    ]
    reading = compare(model(nodes, ["n", 4], weights, opset=21), tmp_path, 4)
    assert reading.model.input == IntegerRange(-8, 7)
    assert reading.model.network.layers[0].weight_range == IntegerRange(-9, 6)


def test_an_output_type_instead_of_a_zero_point(tmp_path):
    weights = {"s": F(0.25), "w_q": whole(2, 2), "w_s": F(1)}
    nodes = [
        node("QuantizeLinear", ["x", "s"], ["q"], output_dtype=TensorProto.INT8),
        node("DequantizeLinear", ["q", "s"], ["a"]),
        node("DequantizeLinear", ["w_q", "w_s"], ["w"]),
        node("MatMul", ["a", "w"], ["y"]),
    ]
    assert compare(model(nodes, ["n", 2], weights, opset=21), tmp_path, 2).model.input == IntegerRange(-128, 127)


@pytest.mark.parametrize("curve", ["Sigmoid", "Tanh"])
def test_curves_between_quantizers_are_tables(tmp_path, curve):
    weights = {"w_q": whole(4, 3), "w_s": F(2.0**-8), "w_z": np.int8(0)}
    nodes = qdq("a", "x", 0.125, 3, weights)
    nodes += [node("DequantizeLinear", ["w_q", "w_s", "w_z"], ["w"]), node("MatMul", ["a", "w"], ["m"])]
    nodes += [*qdq("i", "m", 2.0**-5, 120, weights), node(curve, ["i"], ["c"])]
    nodes += qdq("y", "c", 2.0**-7, 128, weights)
    reading = compare(model(nodes, ["n", 4], weights, opset=21), tmp_path, 4)
    assert reading.model.network.layers[0].table is not None


def test_fewer_bits_by_a_clip_of_integers(tmp_path):
    """As Brevitas writes QCDQ."""
    weights = {"s": F(0.25), "z": np.int8(1), "lo": np.int8(-3), "hi": np.int8(2), "w_q": whole(2, 2), "w_s": F(1)}
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        node("Clip", ["q", "lo", "hi"], ["c"]),
        node("DequantizeLinear", ["c", "s", "z"], ["a"]),
        node("DequantizeLinear", ["w_q", "w_s"], ["w"]),
        node("MatMul", ["a", "w"], ["y"]),
    ]
    reading = compare(model(nodes, ["n", 2], weights, opset=21), tmp_path, 2)
    assert reading.model.differences[-1] == 0


def integer_product(extra=(), **weights):
    weights = {
        "s": F(0.25), "z": np.uint8(9), "w": whole(4, 3), "w_s": F(2.0**-5), "w_z": np.int8(2), "y_s": F(0.5),
        "y_z": np.int8(-4), **weights,
    }  # fmt: skip
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        node("QLinearMatMul", ["q", "s", "z", "w", "w_s", "w_z", "y_s", "y_z"], ["p"], name="product"),
        node("DequantizeLinear", ["p", "y_s", "y_z"], ["y"]),
    ]
    return model([*nodes, *extra], ["n", 4], weights, opset=21)


def test_products_of_integers(tmp_path):
    reading = compare(integer_product(), tmp_path, 4)
    assert [entry.operator for entry in reading.entries] == ["QuantizeLinear", "QLinearMatMul", "DequantizeLinear"]
    assert reading.model.network.layers[0].output == IntegerRange(-124, 131)


def test_integers_of_32_bits(tmp_path):
    weights = {"s": F(0.25), "z": np.uint8(9), "w": whole(4, 3), "w_z": np.int8(2), "f": F(2.0**-6), "b": F([1, 2, 3])}
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        node("MatMulInteger", ["q", "w", "z", "w_z"], ["i"]),
        node("Cast", ["i"], ["c"], to=TensorProto.FLOAT),
        node("Mul", ["c", "f"], ["m"]),
        node("Add", ["m", "b"], ["y"]),
    ]
    reading = compare(model(nodes, ["n", 4], weights, opset=21), tmp_path, 4)
    assert reading.model.differences == (0,)


def test_a_file_that_takes_integers(tmp_path):
    weights = {"w": whole(4, 3), "z": np.uint8(9)}
    nodes = [node("MatMulInteger", ["x", "w", "z"], ["i"]), node("Cast", ["i"], ["y"], to=TensorProto.FLOAT)]
    given = RNG.integers(0, 256, (20, 4)).astype(np.uint8)
    proto = model(nodes, ["n", 4], weights, opset=21, kind=TensorProto.UINT8)
    reading = compare(proto, tmp_path, 4, given)
    assert reading.model.sensor is None and reading.model.differences == (0,)


def test_dequantized_inputs(tmp_path):
    weights = {"w_q": whole(4, 3), "w_s": F(1), "s": F(0.5), "z": np.int8(-5)}
    nodes = [node("DequantizeLinear", ["x", "s", "z"], ["a"]), node("DequantizeLinear", ["w_q", "w_s"], ["w"])]
    nodes += [node("MatMul", ["a", "w"], ["m"]), *qdq("y", "m", 32.0, 0, weights, np.int8)]
    given = RNG.integers(-128, 128, (20, 4)).astype(np.int8)
    compare(model(nodes, ["n", 4], weights, opset=21, kind=TensorProto.INT8), tmp_path, 4, given)


def test_integers_as_they_are_are_floats_behind_a_cast(tmp_path):
    weights = {"s": F(0.25), "z": np.uint8(9), "w_q": whole(2, 2), "w_s": F(1)}
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        node("Cast", ["q"], ["c"], to=TensorProto.FLOAT),
        node("DequantizeLinear", ["w_q", "w_s"], ["w"]),
        node("MatMul", ["c", "w"], ["y"]),
    ]
    assert compare(model(nodes, ["n", 2], weights, opset=21), tmp_path, 2).model.differences == (0,)


def runtime(path, x):
    onnxruntime = pytest.importorskip("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


def microsofts(nodes, weights, features):
    return model(nodes, ["n", features], weights, opset=17, domains=(MS,))


@pytest.mark.parametrize("end", ["quantized", "floats"])
def test_onnxruntimes_gemm(tmp_path, end):
    weights = {
        "s": F(0.25), "z": np.uint8(9), "w": whole(3, 4), "w_s": F(2.0 ** np.array([-5.0, -6.0, -4.0])),
        "w_z": np.zeros(3, np.int8), "c": RNG.integers(-900, 900, 3).astype(np.int32), "y_s": F(0.5),
        "y_z": np.uint8(99),
    }  # fmt: skip
    inputs = ["q", "s", "z", "w", "w_s", "w_z", "c"]
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["q"])]
    if end == "quantized":
        nodes += [
            node("QGemm", [*inputs, "y_s", "y_z"], ["p"], domain=MS, transB=1),
            node("DequantizeLinear", ["p", "y_s", "y_z"], ["y"]),
        ]
    else:
        nodes += [node("QGemm", inputs, ["y"], domain=MS, transB=1)]
    proto = microsofts(nodes, weights, 4)
    reading = compare(proto, tmp_path, 4, apart=None)
    x = RNG.normal(size=(50, 4)).astype(F) * 2
    raw = reading.model.sensor(x.astype(float))
    assert np.allclose(reading.model.logits(raw), runtime(saved(proto, tmp_path), x), atol=1e-5)


@pytest.mark.parametrize("operator", ["QLinearSigmoid", "QLinearLeakyRelu", "QLinearAdd"])
def test_onnxruntimes_functions_of_integers(tmp_path, operator):
    weights = {
        "s": F(0.25), "z": np.uint8(9), "w": whole(4, 3), "w_s": F(2.0**-7), "w_z": np.int8(0), "m_s": F(0.125),
        "m_z": np.uint8(120), "y_s": F(2.0**-7), "y_z": np.uint8(3), "c": np.uint8([9, 1, 77]), "c_s": F(0.5),
        "c_z": np.uint8(30),
    }  # fmt: skip
    second = ["c", "c_s", "c_z"] if operator == "QLinearAdd" else []
    attributes = {"alpha": 0.25} if operator == "QLinearLeakyRelu" else {}
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        node("QLinearMatMul", ["q", "s", "z", "w", "w_s", "w_z", "m_s", "m_z"], ["m"]),
        node(operator, ["m", "m_s", "m_z", *second, "y_s", "y_z"], ["p"], domain=MS, **attributes),
        node("DequantizeLinear", ["p", "y_s", "y_z"], ["y"]),
    ]
    proto = microsofts(nodes, weights, 4)
    reading = compare(proto, tmp_path, 4, apart=None)
    x = RNG.normal(size=(50, 4)).astype(F) * 2
    raw = reading.model.sensor(x.astype(float))
    step = 2.0**-7
    assert np.abs((reading.model.logits(raw) - runtime(saved(proto, tmp_path), x)) / step).max() <= 1.01


def test_weights_alone_are_quantized_anew(tmp_path):
    weights = {f"{name}{n}": value for n in range(2) for name, value in (("q", whole(3, 3)), ("s", F(0.1)))}
    nodes = [node("DequantizeLinear", [f"q{n}", f"s{n}"], [f"w{n}"]) for n in range(2)]
    nodes += [node("MatMul", ["x", "w0"], ["a"]), node("Relu", ["a"], ["r"]), node("MatMul", ["r", "w1"], ["y"])]
    reading = read(model(nodes, ["n", 3], weights, opset=21), tmp_path)
    assert isinstance(reading.model, FloatNetwork)
    assert any("quantizes its weights only" in note for note in reading.model.notes)
    assert np.array_equal(reading.model.layers[0].weights, weights["q0"] * float(F(0.1)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"w_s": F([1, 2])}, "2 scales or zero points do not fit"),
        ({"w_s": F(0)}, "scales must exceed 0"),
        ({"w": F([[1]])}, "constant is of float32: integers are needed"),
        ({"y_z": F(0)}, "quantizes to float32: integers of 4, 8 or 16 bits"),
        ({"y_s": F(-1)}, "must have a scale that exceeds 0"),
        ({"s": F([1, 2])}, "scale differs from feature to feature"),
    ],
)
def test_constants_that_do_not_fit(tmp_path, change, words):
    with pytest.raises(InputError, match=words):
        read(integer_product(**change), tmp_path)


def test_scales_of_weights_along_inputs(tmp_path):
    weights = {"w_q": whole(3, 2), "w_s": F([1, 2, 3]), "w_z": np.zeros(3, np.int8)}
    nodes = qdq("a", "x", 0.5, 0, weights)
    nodes += [node("DequantizeLinear", ["w_q", "w_s", "w_z"], ["w"], axis=0), node("MatMul", ["a", "w"], ["y"])]
    with pytest.raises(InputError, match="differ along its inputs: quantize per tensor or per output channel"):
        read(model(nodes, ["n", 3], weights, opset=21), tmp_path)


def test_scales_at_run_time(tmp_path):
    nodes = [node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]), node("MatMulInteger", ["q", "w", "z"], ["y"])]
    with pytest.raises(InputError, match=r"computed from each sample, .*quantize statically"):
        read(model(nodes, ["n", 4], {"w": whole(4, 3)}, opset=21), tmp_path)


def test_inputs_that_are_pixels(tmp_path):
    reading = read_model(saved(two_layers(), tmp_path), Hints(decision="none"))
    pixels = reading.model.with_input(1 / 255, 8, False)
    raw = RNG.integers(0, 256, (30, 6))
    assert np.allclose(pixels.logits(raw), reading.model.logits(reading.model.sensor(raw / 255)))
    assert np.array_equal(
        evaluate(pixels.network, raw).logits, evaluate(reading.model.network, reading.model.sensor(raw / 255)).logits
    )


@pytest.mark.parametrize("zero", [np.inf, -np.inf, np.nan, []])
def test_zero_points_of_weights_that_are_no_numbers(tmp_path, zero):
    arrays = {"w": np.ones((4, 3), np.int8), "s": np.float32(1), "z": np.float32(zero)}
    nodes = [node("DequantizeLinear", ["w", "s", "z"], ["v"]), node("MatMul", ["x", "v"], ["y"])]
    with pytest.raises(InputError, match=r"v \(DequantizeLinear\): its input 2 must hold finite numbers"):
        read(model(nodes, ["n", 4], arrays), tmp_path)


@pytest.mark.parametrize("wrong", [{"zw": np.zeros(0, np.int8)}, {"sw": np.zeros(0, np.float32)}])
def test_empty_parameters_of_a_product(tmp_path, wrong):
    arrays = {
        **{"sx": np.float32(1), "zx": np.uint8(0), "wq": np.ones((4, 3), np.int8), "sw": np.float32(1)},
        **{"zw": np.int8(0), "sy": np.float32(8), **wrong},
    }
    inputs = ["q", "sx", "zx", "wq", "sw", "zw", "sy", "zx"]
    nodes = [node("QuantizeLinear", ["x", "sx", "zx"], ["q"]), node("QLinearMatMul", inputs, ["y"])]
    with pytest.raises(InputError, match=r"y \(QLinearMatMul, 1×4\): its "):
        read(model(nodes, ["n", 4], arrays), tmp_path)
