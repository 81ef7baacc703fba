"""Makes the files beside the tests, which no light package can write: ``python make_files.py FOLDER``.

Takes TensorFlow (2.21 it was), which the project does not depend on. ``expected.npz`` holds samples and what the
interpreter's reference kernels make of them, per file: ``NAME.x`` and ``NAME.y``.
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

FOLDER = Path(sys.argv[1])
RNG = np.random.default_rng(7)
EXPECTED = {}


def interpreted(content, x):
    interpreter = tf.lite.Interpreter(
        model_content=content, experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    taken, given = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    y = []
    for sample in x:
        interpreter.set_tensor(taken["index"], sample[np.newaxis].astype(taken["dtype"]))
        interpreter.invoke()
        y.append(interpreter.get_tensor(given["index"])[0])
    return np.array(y)


def write(name, content, x):
    (FOLDER / f"{name}.tflite").write_bytes(content)
    EXPECTED[f"{name}.x"], EXPECTED[f"{name}.y"] = x, interpreted(content, x)
    print(name, len(content))


def converted(model, **options):
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    for option, value in options.items():
        setattr(converter, option, value)
    return converter.convert()


def trained(shape, *stack, seed):
    """A model with random weights and biases, and statistics of normalizations that are none."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([layers.Input(shape), *stack])
    for layer in model.layers:
        own = layer.get_weights()
        if isinstance(layer, layers.BatchNormalization):
            own = [RNG.uniform(0.5, 2, w.shape) for w in own]
        elif isinstance(layer, layers.Dense) and len(own) == 2:
            own[1] = RNG.normal(0, 0.3, own[1].shape)
        layer.set_weights(own)
    return model


def samples(*shape):
    return np.float32(np.round(RNG.normal(0, 1.5, (24, *shape)), 3))


def quantized(model, x, kinds=(tf.int8, tf.int8), operations=tf.lite.OpsSet.TFLITE_BUILTINS_INT8, **options):
    return converted(
        model,
        optimizations=[tf.lite.Optimize.DEFAULT],
        representative_dataset=lambda: ([sample[np.newaxis]] for sample in x),
        target_spec=tf.lite.TargetSpec(supported_ops=[operations]),
        inference_input_type=kinds[0],
        inference_output_type=kinds[1],
        **options,
    )


def whole(content, x):
    """Samples as the integers that a file takes."""
    interpreter = tf.lite.Interpreter(model_content=content)
    scale, zero = interpreter.get_input_details()[0]["quantization"]
    limits = np.iinfo(interpreter.get_input_details()[0]["dtype"])
    return np.clip(np.round(x / scale) + zero, limits.min, limits.max).astype(limits.dtype)


D = layers.Dense

mlp = trained(
    (4, 3), layers.Flatten(), D(8, "relu"), D(6, "tanh"), layers.BatchNormalization(), D(3, "softmax"), seed=1
)
write("mlp", converted(mlp), samples(4, 3))
acts = trained(
    (6,), D(7, "relu6"), D(7), layers.LeakyReLU(negative_slope=0.2), D(5, "sigmoid"), D(4), layers.ReLU(max_value=1.0),
    D(1, "sigmoid"), seed=2,
)  # fmt: skip
write("activations", converted(acts), samples(6))
normalization = layers.Normalization(mean=[1.0, -2.0, 0.5], variance=[4.0, 0.25, 1.0])
front = trained((3,), normalization, D(4, "relu"), layers.Rescaling(0.5, offset=[1, 2, 3, 4]), D(2), seed=3)
write("normalized", converted(front), samples(3))
order = trained((4, 2), layers.Permute((2, 1)), layers.Reshape((8,)), D(3), layers.Softmax(), seed=4)
write("reordered", converted(order), samples(4, 2))
half = trained((5,), D(6, "relu"), D(2), seed=5)
write(
    "half",
    converted(
        half, optimizations=[tf.lite.Optimize.DEFAULT], target_spec=tf.lite.TargetSpec(supported_types=[tf.float16])
    ),
    samples(5),
)
wide = trained((32,), D(40, "relu"), D(3), seed=6)
write("dynamic", converted(wide, optimizations=[tf.lite.Optimize.DEFAULT]), samples(32))
pixels = keras.Sequential([layers.Input((6,), dtype="uint8"), layers.Rescaling(1 / 255.0), D(4, "relu"), D(3)])
write("pixels", converted(pixels), RNG.integers(0, 256, (24, 6)).astype(np.uint8))
convolution = trained((6, 6, 1), layers.Conv2D(2, 3, activation="relu"), layers.Flatten(), D(2), seed=8)
write("convolution", converted(convolution), samples(6, 6, 1))
recurrent = trained((4, 2), layers.SimpleRNN(2, unroll=True), D(2), seed=9)
write("recurrent", converted(recurrent), samples(4, 2))

x = samples(12)
deep = trained((12,), D(10, "relu"), D(8, "relu"), D(4), seed=10)
for name, options in {
    "int8": {},
    "int8_tensor": {"_experimental_disable_per_channel_quantization_for_dense_layers": True},
}.items():
    content = quantized(deep, x, **options)
    write(name, content, whole(content, x))
write("int8_floats", quantized(deep, x, (tf.float32, tf.float32)), x)
soft = trained((12,), D(9, "tanh"), D(7, "sigmoid"), D(6, "relu6"), D(4, "softmax"), seed=11)
content = quantized(soft, x)
write("int8_activations", content, whole(content, x))
content = quantized(deep, x, (tf.uint8, tf.uint8))
write("uint8_ends", content, whole(content, x))
content = quantized(
    deep, x, (tf.int16, tf.int16),
    tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8,
)  # fmt: skip
write("int16", content, whole(content, x))
np.savez_compressed(FOLDER / "expected.npz", **EXPECTED)
