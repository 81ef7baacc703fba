"""Arrays of a training run that are no weights of a dense layer: what they are, and what to do about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.safe_npz import Array

__all__ = ["is_training_state", "refuse_foreign", "without_training_state"]

_TRAINING_STATE = re.compile(
    r"(.*[./])?(optim(izer)?(_?states?)?|optimizers|opt_state|param_groups|lr_schedulers?|scheduler)([./].*)"
    r"|(.*[./])?((max_)?exp_avg(_sq)?|momentum_buffer|square_avg|grad_avg|acc_delta|exp_inf|n_averaged)"
    r"|(.*[./])?state\.[0-9]+\.step"
    r"|(training/)?(adam|adamw|nadam|adamax|sgd|rmsprop|adagrad|adadelta|adafactor|ftrl|lion)(_[0-9]+)?/.*"
    r"|(.*\.)?(\w+_fake_quant|activation_post_process\w*)\..*",
    re.IGNORECASE,
)
"""State of optimizers and schedulers, and observers of quantization-aware training."""

_COPIES = {
    *("ema", "ema_model", "model_ema", "ema_params", "swa", "swa_model", "averaged_model", "shadow", "shadow_params"),
    *("teacher", "target", "target_net", "target_network", "target_model"),
}


@dataclass(frozen=True)
class _Kind:
    """Arrays that are refused: ``what`` they are, and how the model is saved without them.

    A group ``module`` of the pattern stands in the remedy as the Python expression of that module, and ``tensor`` as
    what it calls the array.
    """

    pattern: re.Pattern[str]
    what: str
    remedy: str


_MODULE = r"(?:(?P<module>.*?)\.)?"
_AGAIN = "and save again"
_REFUSED = (
    _Kind(
        re.compile(_MODULE + r"weight_u"),
        "belongs to a spectral normalization",
        f"call torch.nn.utils.remove_spectral_norm({{module}}) {_AGAIN}",
    ),
    _Kind(
        re.compile(_MODULE + r"parametrizations\.(?P<tensor>\w+)\.[0-9]+\._[uv]"),
        "belongs to a spectral normalization",
        f"call torch.nn.utils.parametrize.remove_parametrizations({{module}}, '{{tensor}}') {_AGAIN}",
    ),
    _Kind(
        re.compile(_MODULE + r"parametrizations\.(?P<tensor>\w+)\..*"),
        "belongs to a parametrization, whose function no file holds",
        f"call torch.nn.utils.parametrize.remove_parametrizations({{module}}, '{{tensor}}') {_AGAIN}",
    ),
    _Kind(
        re.compile(r"(.*\.)?(lora_\w+|hada_\w+|lokr_\w+|base_layer)(\..*)?"),
        "belongs to an adapter (LoRA), whose scale no file holds",
        f"merge it into the weights (model = model.merge_and_unload() of peft) {_AGAIN}",
    ),
    _Kind(
        re.compile(_MODULE + r"(?P<tensor>weight|bias)_(orig|mask)"),
        "is half of a pruned layer",
        f"call torch.nn.utils.prune.remove({{module}}, '{{tensor}}') {_AGAIN}",
    ),
    _Kind(
        re.compile(_MODULE + r"weight_[gv]"),
        "is half of a weight normalization",
        f"call torch.nn.utils.remove_weight_norm({{module}}) {_AGAIN}",
    ),
    _Kind(
        re.compile(
            r"(.*[./])?(zero_points?|qweight|qzeros|SCB|absmax|quant_map|weight_scale|kernel_scale|quantized_kernel"
            r"|_packed_params(\..*)?)"
        ),
        "belongs to a model that is quantized already",
        "save the float model, as it was before the conversion: quantnn quantizes it itself",
    ),
    _Kind(
        re.compile(r"(.*\.)?_?flat_param(_[0-9]+)?"),
        "holds the weights of many layers in one (FSDP)",
        f"gather them with StateDictType.FULL_STATE_DICT {_AGAIN}",
    ),
    _Kind(
        re.compile(r"(.*/)?prune_low_magnitude\w*/.*"),
        "belongs to a model that is still being pruned",
        f"call model = tfmot.sparsity.keras.strip_pruning(model) {_AGAIN}",
    ),
)


def is_training_state(name: str) -> bool:
    """Whether only training needs an array of that name."""
    return _TRAINING_STATE.fullmatch(name) is not None


def without_training_state(arrays: Mapping[str, Array]) -> tuple[dict[str, Array], tuple[str, ...]]:
    """The arrays without those that only training needs, and a note that names some of them."""
    kept = {name: array for name, array in arrays.items() if not is_training_state(name)}
    dropped = [name for name in arrays if name not in kept]
    if not dropped:
        return kept, ()
    return kept, (f"only training needs {_some(dropped)}: ignored",)


def refuse_foreign(arrays: Mapping[str, Array], source: Path) -> None:
    """Refuse arrays from which no weights can be had, by the name of what made them.

    Raises
    ------
    InputError
        There is one; the message ends with the line that saves the model without it.
    """
    for kind in _REFUSED:
        for name in arrays:
            if match := kind.pattern.fullmatch(name):
                groups = match.groupdict()
                remedy = kind.remedy.format(module=_module(groups.get("module")), tensor=groups.get("tensor"))
                raise InputError(f"{source}: array {name} {kind.what}: {remedy}")
    _refuse_copies(arrays, source)


def _refuse_copies(arrays: Mapping[str, Array], source: Path) -> None:
    copies = {name: prefix for name in arrays if (prefix := _copy_prefix(name))}
    own = [name for name in arrays if name not in copies and re.fullmatch(r".*[./](weight|kernel(:0)?)", name)]
    twins = ((name, prefix) for name, prefix in copies.items() if _has_twin(name.removeprefix(prefix), own))
    for name, prefix in twins:
        raise InputError(
            f"{source}: arrays {own[0]} and {name} belong to two copies of a network, of which one follows the other:"
            f" keep one, like {{n: a for n, a in arrays.items() if not n.startswith({prefix!r})}}"
        )


def _has_twin(rest: str, own: Iterable[str]) -> bool:
    """Whether what follows a copy's prefix is an array of another part of the file, too: a layer's own name is not."""
    within_a_layer = re.search(r"[./]", rest) is None
    return not within_a_layer and any(name == rest or name.endswith((f".{rest}", f"/{rest}")) for name in own)


def _copy_prefix(name: str) -> str:
    """The beginning of an array's name that says that it belongs to a copy, or ''."""
    parts = re.split(r"(?<=[./])", name)
    for place, part in enumerate(parts[:-1], start=1):
        if part[:-1].lower() in _COPIES:
            return "".join(parts[:place])
    return ""


def _module(scope: str | None) -> str:
    """The Python expression of a module, without what DataParallel and compilation put in front."""
    names = [name for name in (scope or "").split(".") if name not in ("", "module", "_orig_mod")]
    if all(name.isidentifier() for name in names):
        return ".".join(["model", *names])
    return f"model.get_submodule({'.'.join(names)!r})"


def _some(names: Iterable[str]) -> str:
    found = list(names)
    return ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
