"""Layers of Keras that no network has here, and why."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["REFUSED", "refusal"]

_CONVOLUTION = "a convolution is coming with the convolution engine; until then dense layers only"

REFUSED: Mapping[str, str] = {
    "Conv1D, Conv2D, Conv3D, Convolution1D, Convolution2D, Conv1DTranspose, Conv2DTranspose, DepthwiseConv1D,"
    " DepthwiseConv2D, SeparableConv1D, SeparableConv2D, MaxPooling1D, MaxPooling2D, MaxPooling3D, AveragePooling1D,"
    " AveragePooling2D, AveragePooling3D, GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalMaxPooling1D,"
    " GlobalMaxPooling2D, QConv1D, QConv2D, QDepthwiseConv2D,"
    " QConv2DBatchnorm": _CONVOLUTION,
    "ZeroPadding1D, ZeroPadding2D, Cropping1D, Cropping2D, UpSampling1D, UpSampling2D": (
        "it prepares a convolution, and these are coming with the convolution engine: leave it out before dense layers"
    ),
    "TimeDistributed": "it applies a layer to each step of a sequence: put a Flatten and a Dense in its place",
    "LSTM, GRU, SimpleRNN, RNN, Bidirectional, ConvLSTM2D, CuDNNLSTM, CuDNNGRU, QLSTM, QGRU": (
        "recurrent layers are not built: use dense layers over a window of samples"
    ),
    "Attention, AdditiveAttention, MultiHeadAttention, GroupQueryAttention": (
        "attention is not built: use dense layers"
    ),
    "LayerNormalization, GroupNormalization, UnitNormalization, RMSNormalization": (
        "it normalizes with each sample's own values, which is not built: use BatchNormalization"
    ),
    "SpectralNormalization": "it holds another layer's weights: save a Dense with the normalized ones",
    "Add, Subtract, Multiply, Average, Maximum, Minimum, Dot, Concatenate": (
        "it joins branches, but only chains of layers are built"
    ),
    "Embedding, CategoryEncoding, Discretization, Hashing, StringLookup, IntegerLookup, TextVectorization, Masking": (
        "it takes no numbers: leave it to the host, and save the layers behind it"
    ),
    "ELU, ThresholdedReLU, Softplus, Softsign": "train with ReLU, LeakyReLU or another of the activations above",
    "RepeatVector": "it repeats features: leave it out",
    "Resizing, CenterCrop, RandomCrop, RandomFlip, RandomRotation, RandomZoom, RandomTranslation, RandomContrast,"
    " RandomBrightness": "images are prepared by the host: save the layers behind it",
    "PruneLowMagnitude": "remove what training added: save tfmot.sparsity.keras.strip_pruning(model)",
    "QuantizeWrapper, QuantizeWrapperV2, QuantizeLayer": (
        "TensorFlow's quantization is read from .tflite: convert the model to that"
    ),
    "Lambda": "it is Python code from the file, which is never run: write it with layers, as Rescaling",
    "TFOpLambda, TensorFlowOpLayer, SlicingOpLambda, TFSMLayer": (
        "operations outside of layers are not read: write them with layers, as Rescaling"
    ),
}
"""Classes, with commas between them, and why."""
_BY_KIND = {kind: why for kinds, why in REFUSED.items() for kind in kinds.split(", ")}


def refusal(kind: str) -> str:
    """Why there is no such layer, and what instead."""
    return _BY_KIND.get(
        kind,
        "it is not among the layers that are read, and code of its own is never run: use Dense, BatchNormalization,"
        " Activation and the like",
    )
