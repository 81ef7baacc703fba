from pathlib import Path

import numpy as np
import pytest

from quantnn.errors import InputError
from quantnn.importers.arrays.foreign import refuse_foreign, without_training_state

SOURCE = Path("model.npz")
MODEL = ("module._orig_mod.fc1.weight", "net.0.bias", "dense/kernel:0", "W0", "weight", "state.weight", "scaler.weight")


def named(*names):
    return dict.fromkeys(names, np.zeros(1))


@pytest.mark.parametrize(
    "name",
    [
        "optimizer.state.0.exp_avg",
        "state.3.exp_avg_sq",
        "state.3.momentum_buffer",
        "optimizer_state_dict.param_groups.0.lr",
        "optim.fc1.weight",
        "lr_scheduler.last_epoch",
        "state.0.step",
        "Adam/m/dense/kernel:0",
        "adam/dense_kernel_momentum",
        "training/SGD/iter:0",
        "optimizer/learning_rate",
        "fc1.activation_post_process.min_val",
        "fc1.weight_fake_quant.scale",
        "swa_model.n_averaged",
    ],
)
def test_training_state_is_dropped(name):
    kept, notes = without_training_state(named(*MODEL, name))
    assert list(kept) == list(MODEL) and notes == (f"only training needs {name}: ignored",)


def test_the_note_names_three():
    arrays = named(*(f"state.{n}.exp_avg" for n in range(5)))
    _, [note] = without_training_state(arrays)
    assert note == "only training needs state.0.exp_avg, state.1.exp_avg, state.2.exp_avg and 2 more: ignored"


def test_a_model_is_left_alone():
    assert without_training_state(named(*MODEL)) == (named(*MODEL), ())
    refuse_foreign(named(*MODEL), SOURCE)
    refuse_foreign(named("ema.fc1.weight", "ema.fc1.bias"), SOURCE)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (
            ["fc1.weight_orig", "fc1.weight_u", "fc1.weight_v"],
            "array fc1.weight_u belongs to a spectral normalization: call torch.nn.utils.remove_spectral_norm("
            "model.fc1) and save again",
        ),
        (
            ["fc1.parametrizations.weight.original", "fc1.parametrizations.weight.0._u"],
            "array fc1.parametrizations.weight.0._u belongs to a spectral normalization: call"
            " torch.nn.utils.parametrize.remove_parametrizations(model.fc1, 'weight') and save again",
        ),
        (
            ["module.net.0.parametrizations.weight.original"],
            "array module.net.0.parametrizations.weight.original belongs to a parametrization, whose function no file"
            " holds: call torch.nn.utils.parametrize.remove_parametrizations(model.get_submodule('net.0'), 'weight')"
            " and save again",
        ),
        (
            ["_orig_mod.fc1.lora_A.default.weight"],
            "array _orig_mod.fc1.lora_A.default.weight belongs to an adapter (LoRA), whose scale no file holds: merge"
            " it into the weights (model = model.merge_and_unload() of peft) and save again",
        ),
        (["fc1.lora_B"], "array fc1.lora_B belongs to an adapter (LoRA)"),
        (
            ["fc1.weight_orig"],
            "array fc1.weight_orig is half of a pruned layer: call torch.nn.utils.prune.remove(model.fc1, 'weight')",
        ),
        (["bias_mask"], "array bias_mask is half of a pruned layer: call torch.nn.utils.prune.remove(model, 'bias')"),
        (
            ["fc1.weight_g"],
            "array fc1.weight_g is half of a weight normalization: call torch.nn.utils.remove_weight_norm(model.fc1)",
        ),
        (
            ["fc1.weight", "fc1.scale", "fc1.zero_point"],
            "array fc1.zero_point belongs to a model that is quantized already: save the float model, as it was before"
            " the conversion: quantnn quantizes it itself",
        ),
        (["fc1._packed_params.dtype"], "array fc1._packed_params.dtype belongs to a model that is quantized already"),
        (["fc1.qweight"], "array fc1.qweight belongs to a model that is quantized already"),
        (["dense/kernel", "dense/kernel_scale"], "array dense/kernel_scale belongs to a model that is quantized"),
        (["_fsdp_wrapped_module._flat_param"], "array _fsdp_wrapped_module._flat_param holds the weights of many"),
        (
            ["prune_low_magnitude_dense/mask:0"],
            "array prune_low_magnitude_dense/mask:0 belongs to a model that is still being pruned: call model ="
            " tfmot.sparsity.keras.strip_pruning(model) and save again",
        ),
        (
            ["fc1.weight", "fc1.bias", "ema.fc1.weight", "ema.fc1.bias"],
            "arrays fc1.weight and ema.fc1.weight belong to two copies of a network, of which one follows the other:"
            " keep one, like {n: a for n, a in arrays.items() if not n.startswith('ema.')}",
        ),
        (
            ["online.net.0.weight", "agent.target_net.net.0.weight"],
            "arrays online.net.0.weight and agent.target_net.net.0.weight belong to two copies of a network",
        ),
    ],
)
def test_refuses(names, words):
    with pytest.raises(InputError) as caught:
        refuse_foreign(named(*names), SOURCE)
    assert str(caught.value).removeprefix("model.npz: ").startswith(words)


@pytest.mark.parametrize("layer", ["target", "teacher", "shadow", "ema"])
def test_a_layer_may_be_called_like_a_copy(layer):
    refuse_foreign(named("features.weight", "hidden.weight", f"{layer}.weight", f"{layer}.bias"), SOURCE)
