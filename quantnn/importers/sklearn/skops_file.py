"""scikit-learn estimators in files, as skops.io.dump writes them."""

from __future__ import annotations

from pathlib import Path

from quantnn.errors import InputError
from quantnn.files.safe_zip import SafeZip, zip_names
from quantnn.importers.format import Format, Hints, Support
from quantnn.importers.reading import Reading
from quantnn.importers.sklearn.estimator import Estimator, Opaque
from quantnn.importers.sklearn.network import SUPPORT, read_estimator
from quantnn.importers.sklearn.skops_nodes import SCHEMA, SkopsNodes

__all__ = ["Skops"]


class Skops(Format):
    """A zip archive of JSON and arrays. Reading it takes neither skops nor scikit-learn."""

    name = "scikit-learn"
    suffixes = (".skops",)

    def recognises(self, path: Path, head: bytes) -> bool:
        return head.startswith(b"PK") and SCHEMA in (zip_names(path) or ())

    def operators(self) -> tuple[Support, ...]:
        return SUPPORT

    def load(self, path: Path, hints: Hints) -> Reading:
        with SafeZip.opened(path) as archive:
            root = SkopsNodes(archive, path).root()
            if not isinstance(root, Estimator):
                what = root.kind if isinstance(root, Opaque) else type(root).__name__
                raise InputError(f"{path} must hold a fitted estimator, not {what[:60]}: save the pipeline")
            return read_estimator(root, str(path), "scikit-learn, skops", hints)
