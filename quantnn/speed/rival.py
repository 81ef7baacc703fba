"""Another network to set beside a design's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from quantnn.errors import InputError
from quantnn.importers.formats import read_model
from quantnn.model.quantized import QuantizedNetwork
from quantnn.network.network import IntegerNetwork
from quantnn.speed.float_steps import FloatForm, dequantize, float_form

__all__ = ["Rival"]


@dataclass(frozen=True, eq=False)
class Rival:
    """A network of about the same accuracy, perhaps a much smaller one, as this computer would compute it.

    Parameters
    ----------
    name : str
        Of its file.
    form : FloatForm
        Takes the raw samples of the design.
    """

    name: str
    form: FloatForm

    @classmethod
    def load(cls, path: Path, network: IntegerNetwork) -> Rival:
        """Of a model file of any known kind; ``network`` is the design's.

        Raises
        ------
        InputError
            The file cannot be used, or its network does not answer the same question.
        """
        model = read_model(path).model
        form = dequantize(model.network) if isinstance(model, QuantizedNetwork) else float_form(model)
        for what, own, other in (
            ("inputs", form.in_features, network.in_features),
            ("outputs", form.out_features, network.out_features),
        ):
            if own != other:
                raise InputError(f"{path} must have the design's {other} {what}, not {own}: give another model")
        if form.classify != network.classify:
            wanted = "classes" if network.classify else "values"
            raise InputError(f"{path} must give {wanted}, as the design does: give another model")
        return cls(path.name, form)
